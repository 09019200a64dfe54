import type { ServiceBusReceivedMessage } from '@azure/service-bus'
import { expect, test } from 'vitest'
import {
  againProperties,
  envelope,
  freshProperties,
  letterOf,
  letterProperties,
  toMessage,
} from '../../src/queue/service-bus/envelope.ts'

/** A message as the library hands it over. */
const receivedOf = (applicationProperties: object | undefined, others: object = {}) =>
  ({ body: Buffer.from('{"n":1}'), applicationProperties, ...others }) as unknown as ServiceBusReceivedMessage

const messageOf = (...given: Parameters<typeof receivedOf>) => toMessage(receivedOf(...given), 'jobs')

test('a message of another program is received for the first time', () => {
  const properties = { group: 'owner-7', traceparent: '00-ab', retry: 2, urgent: true, when: new Date(0), empty: '' }
  const received = receivedOf(properties, { messageId: 'm-1', enqueuedTimeUtc: new Date(5_000), deliveryCount: 0 })
  expect(toMessage(received, 'jobs')).toEqual({
    id: 'm-1',
    body: '{"n":1}',
    attributes: { traceparent: '00-ab', retry: '2', urgent: 'true' },
    queue: 'jobs',
    receiveCount: 1,
    sentAt: new Date(5_000),
    group: 'owner-7',
    receipt: received,
  })
  expect(messageOf(undefined)).toMatchObject({ id: '', attributes: {}, receiveCount: 1, sentAt: undefined })
  expect(messageOf({ group: '', receives: 'many' })).toMatchObject({ group: undefined, receiveCount: 1 })
})

test.each([
  ['{"n": 1.0}', '{"n": 1.0}'],
  [new TextEncoder().encode('{"n":1}'), '{"n":1}'],
  [{ n: 1 }, '{"n":1}'],
  [undefined, ''],
])('the body %j is the text %j', (body, text) => {
  expect(messageOf({}, { body }).body).toBe(text)
})

test('a copy arrives as its message was, and its receives go on', () => {
  const first = messageOf(
    { ...freshProperties('owner-7'), traceparent: '00-ab' },
    { messageId: 'm-1', enqueuedTimeUtc: new Date(5_000), deliveryCount: 2 },
  )
  expect(first.receiveCount).toBe(3)
  const later = { messageId: 'm-2', enqueuedTimeUtc: new Date(9_000), deliveryCount: 1 }
  const second = messageOf(againProperties(first), later)
  expect({ ...second, receipt: 0 }).toEqual({ ...first, receipt: 0, receiveCount: 5 })
})

test('what a message does not have is no property of its copy', () => {
  expect(freshProperties(undefined)).toEqual({})
  expect(againProperties(messageOf(undefined))).toEqual({ originalId: '', receives: 1 })
})

test('a message is scheduled for the end of its delay only', () => {
  expect(envelope('{}', {}, 0)).not.toHaveProperty('scheduledEnqueueTimeUtc')
  const before = Date.now()
  const scheduled = envelope('{}', {}, 60).scheduledEnqueueTimeUtc?.getTime() ?? 0
  expect(scheduled).toBeGreaterThanOrEqual(before + 60_000)
  expect(scheduled).toBeLessThanOrEqual(Date.now() + 60_000)
})

test('a dead letter is read as it was written, and one of Service Bus itself says why it is there', () => {
  const letter = { body: '{"n":1}', reason: 'why', code: 'no', messageId: 'm-1', group: 'owner-7' }
  expect(letterOf(receivedOf(letterProperties(letter), { messageId: 'm-2' }))).toEqual(letter)
  const moved = { messageId: 'm-2', deadLetterReason: 'TTLExpiredException', deadLetterErrorDescription: 'too old' }
  expect(letterOf(receivedOf(undefined, moved))).toEqual({
    body: '{"n":1}',
    reason: 'too old',
    code: 'TTLExpiredException',
    messageId: 'm-2',
    group: undefined,
  })
})
