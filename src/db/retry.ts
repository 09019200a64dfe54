import { backOff, type Clock } from '../clock.ts'
import { classify, databaseFailure } from './errors.ts'

/** How often, and with which back-off in milliseconds, a statement is tried again while its connection breaks. */
export interface RetryPolicy {
  readonly retries: number
  readonly base: number
  readonly cap: number
}

/** While a job is worked on: about half a minute in all. */
export const whileWorking: RetryPolicy = { retries: 12, base: 100, cap: 5_000 }

/** For a delivery's first and last statement: the queue waits better than a worker. */
export const atTheEdge: RetryPolicy = { retries: 4, base: 100, cap: 5_000 }

interface RetryOptions {
  readonly policy: RetryPolicy
  readonly clock: Clock
  /** Aborted when nothing is tried again. */
  readonly signal?: AbortSignal
}

/** Does database work, again where its connection breaks. @throws SyncError */
export async function withRetry<T>(work: () => Promise<T>, retrying: RetryOptions): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await work()
    } catch (error) {
      await waitForRetry(error, retries, retrying)
    }
  }
}

/** Waits before another try. @throws the error as a SyncError if it is not transient, or retries or time are used up */
export async function waitForRetry(
  error: unknown,
  retries: number,
  { policy, clock, signal }: RetryOptions,
): Promise<void> {
  if (classify(error) !== 'transient' || retries >= policy.retries || signal?.aborted) throw databaseFailure(error)
  await clock.sleep(backOff(retries, policy, clock.random), signal).catch(() => Promise.reject(databaseFailure(error)))
}
