import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { createRetry } from '../../src/queue/retry.ts'
import { afterWaiting, QueueServerError } from '../../src/queue/server-address.ts'
import { collectLog } from '../support/collected-log.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

/** A call that fails with these errors in turn and then answers. */
function setup(errors: readonly Error[]) {
  const clock = createVirtualClock()
  const stop = new AbortController()
  const log = collectLog()
  let calls = 0
  const call = async () => {
    const error = errors[calls++]
    if (error) throw error
    return 'answer'
  }
  const withRetry = createRetry(stop.signal, { clock, log })
  return { clock, stop, log, call, withRetry, calls: () => calls }
}

const passing = new SyncError('retry', 'database_unavailable', 'queue: away')

test.each([
  ['a failure of the connection', new Error('away')],
  ['a failure that may pass', passing],
])('%s is tried again until the queue answers', async (_, error) => {
  const { clock, call, withRetry, calls, log } = setup([error, error])
  expect(await clock.run(withRetry(call))).toBe('answer')
  expect(calls()).toBe(3)
  // Two waits of a second, and of half of one and of two seconds of jitter.
  expect(clock.now()).toBe(3_500)
  expect(log.lines().map(({ event }) => event)).toEqual(['queue_away', 'queue_back'])
})

test('a call that has waited for its server by itself is made again at once, and its outage is logged once', async () => {
  const waited = afterWaiting(new QueueServerError('rabbitmq: away'))
  if (!(waited instanceof Error)) throw waited
  const { clock, call, withRetry, calls, log } = setup([new Error('away'), waited, waited, waited])
  expect(await clock.run(withRetry(call))).toBe('answer')
  expect(calls()).toBe(5)
  expect(clock.now()).toBe(1_500)
  expect(log.lines().map(({ event }) => event)).toEqual(['queue_away', 'queue_back'])
})

test('a failure that no wait helps is thrown at once', async () => {
  const refused = new SyncError('reject', 'invalid_setting', 'queue: Queue.Url is no address')
  const { clock, call, withRetry, calls } = setup([refused])
  await expect(clock.run(withRetry(call))).rejects.toBe(refused)
  expect(calls()).toBe(1)
})

test('a worker that is asked to stop calls no more, and has no answer', async () => {
  const { call, withRetry, calls, stop } = setup([])
  stop.abort()
  expect(await withRetry(call)).toBeUndefined()
  expect(calls()).toBe(0)
})
