import { expect, test } from 'vitest'
import { eventIntakeOptions, intakeOptions } from '../../src/queue/intake-options.ts'
import { holdsNoKey } from '../../src/queue/key-free.ts'
import { openIntake } from '../../src/queue/open-intake.ts'

const config = (Queue: object) => ({ Queue, Worker: { LeaseSeconds: 61 }, database: undefined }) as never

test('a worker receives from its queue, and from that of events where there is one', () => {
  const Queue = { Url: 'redis://jobs', DeadLetterUrl: 'redis://dead', EventsUrl: 'redis://events' }
  expect(intakeOptions(config(Queue))).toMatchObject({
    url: 'redis://jobs',
    deadLetterUrl: 'redis://dead',
    lockSeconds: 77,
  })
  expect(eventIntakeOptions(config(Queue))).toMatchObject({ url: 'redis://events', lockSeconds: 60 })
  expect(eventIntakeOptions(config({ Url: 'redis://jobs' }))).toBeUndefined()
})

test('a worker without a queue, or with one of no kind that it knows, says which setting is wrong', async () => {
  expect(() => intakeOptions(config({}))).toThrow(/Queue\.Url is not configured/)
  const unknown = { url: 'ftp://secret@host' } as never
  await expect(openIntake(unknown)).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/is the address of no queue that the worker knows/),
  })
})

test.each([
  ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:key', true],
  ['acct_1ABC', true],
  ['merchant:ABCDE12345', true],
  ['sk_live_canary5Fh2', false],
  ['acct_1ABC and more', false],
])('%s names something and holds no key: %s', (value, expected) => {
  expect(holdsNoKey(value)).toBe(expected)
})
