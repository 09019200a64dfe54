import { expect, test } from 'vitest'
import type { Message } from '../../src/queue/message.ts'
import {
  delayedMember,
  fieldsOf,
  letterFields,
  letterOf,
  readAnswer,
  toMessage,
} from '../../src/queue/redis-streams/entry.ts'

const messageOf = (fields: readonly string[], receives = 1) =>
  toMessage({ entry: '1790000000123-4', receives, fields }, 'jobs')

test('an entry of another program is a message for the first time, sent when Redis had it', () => {
  expect(messageOf(['body', '{"n":1}', 'group', 'owner-7', 'traceparent', '00-ab'])).toEqual({
    id: '1790000000123-4',
    body: '{"n":1}',
    attributes: { traceparent: '00-ab' },
    queue: 'jobs',
    receiveCount: 1,
    sentAt: new Date(1_790_000_000_123),
    group: 'owner-7',
    receipt: '1790000000123-4',
  })
  expect(messageOf(['body', '', 'group', '', 'id', '', 'receives', 'many', 'sent', 'now'])).toMatchObject({
    id: '1790000000123-4',
    receiveCount: 1,
    sentAt: undefined,
    group: undefined,
  })
})

test.each([
  ['at once', fieldsOf],
  ['later', (message: Message) => Object.entries(JSON.parse(delayedMember(message))).flat() as string[]],
])('a message that is added again %s arrives as it was, and Redis counts from 1 again', (_, again) => {
  const first = messageOf(
    ['id', 'm-1', 'body', '{"n":1}', 'group', 'owner-7', 'sent', '1790000000000', 'traceparent', '00-ab'],
    2,
  )
  expect(messageOf(again(first), 1)).toEqual({ ...first, receiveCount: 3 })
})

test('what a message does not have is no field of its entry', () => {
  expect(fieldsOf({ id: 'm-1', body: '{}', group: undefined })).toEqual(['id', 'm-1', 'body', '{}'])
  expect(letterFields({ body: '{}', reason: 'why', code: 'no', messageId: 'm-1' })).toEqual([
    'body',
    '{}',
    'reason',
    'why',
    'code',
    'no',
    'messageId',
    'm-1',
  ])
})

test('a dead letter is read as it was written', () => {
  const letter = { body: '{"n":1}', reason: 'why', code: 'no', messageId: 'm-1', group: 'owner-7' }
  expect(letterOf(letterFields(letter))).toEqual(letter)
  expect(letterOf(letterFields({ ...letter, group: undefined }))).toEqual({ ...letter, group: undefined })
})

test.each([
  [0, 0],
  [250, 250],
  [-1, undefined],
])('an answer whose next delayed message is due in %s ms says so', (wait, dueMs) => {
  const reply = [[['7-0', 2, ['body', '{}']]], wait, '9-1']
  expect(readAnswer(reply)).toEqual({
    taken: [{ entry: '7-0', receives: 2, fields: ['body', '{}'] }],
    dueMs,
    lastEntry: '9-1',
  })
})
