import { expect, test } from 'vitest'
import { type RetryPolicy, withRetry } from '../../src/db/retry.ts'
import { SyncError } from '../../src/errors.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const policy: RetryPolicy = { retries: 3, base: 100, cap: 300 }
/** As the driver gives it when a connection ends in mid-query. */
const broken = () => new Error('Connection terminated unexpectedly')

/** Work that fails with these errors in turn and then answers. */
function createWork(errors: readonly Error[]) {
  const clock = createVirtualClock()
  const tries: number[] = []
  const work = async () => {
    const error = errors[tries.length]
    tries.push(clock.now())
    if (error) throw error
    return 'done'
  }
  return { clock, tries, work }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

test('work is done again while its connection breaks, after waits that grow up to the cap', async () => {
  const { clock, tries, work } = createWork([broken(), broken(), broken()])
  expect(await clock.run(withRetry(work, { policy, clock }))).toBe('done')
  // Half of 100, 200 and 300 ms, where the fourth power would be 400.
  expect(tries).toEqual([0, 50, 150, 300])
})

test('the last failure is thrown once the retries are used up', async () => {
  const { clock, tries, work } = createWork([broken(), broken(), broken(), broken()])
  const failure = await failureOf(clock.run(withRetry(work, { policy, clock })))
  expect(failure).toMatchObject({ verdict: 'retry', code: 'database_unavailable' })
  expect(tries).toHaveLength(4)
})

test.each([
  ['a value that is refused', Object.assign(new Error('x'), { code: '22P05' }), 'database_data'],
  ['a missing table', Object.assign(new Error('x'), { code: '42P01' }), 'database_schema'],
  ['a fenced job', new SyncError('fenced', 'fenced', 'job: fenced'), 'fenced'],
])('%s is thrown at once', async (_, error, code) => {
  const { clock, tries, work } = createWork([error])
  const failure = await failureOf(clock.run(withRetry(work, { policy, clock })))
  expect(failure).toBeInstanceOf(SyncError)
  expect(failure).toMatchObject({ code })
  expect(tries).toEqual([0])
})

test('nothing is tried again once the time is over', async () => {
  const { clock, tries, work } = createWork([broken()])
  const failure = await failureOf(withRetry(work, { policy, clock, signal: AbortSignal.abort() }))
  expect(failure).toMatchObject({ code: 'database_unavailable' })
  expect(tries).toEqual([0])
})

test('a wait that the end of time breaks off ends with the failure of the database, not with the reason of the signal', async () => {
  const { clock, tries, work } = createWork([broken()])
  const over = new AbortController()
  const waiting = failureOf(withRetry(work, { policy, clock, signal: over.signal }))
  await new Promise((resolve) => setImmediate(resolve))
  over.abort()
  expect(await waiting).toMatchObject({ code: 'database_unavailable' })
  expect(tries).toEqual([0])
})
