import { backOff, type Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { Log } from '../log/log.ts'

/**
 * Makes a call to a queue that may be away, again after each failure, until it succeeds. Undefined if the worker is asked
 * to stop before. @throws SyncError with verdict `reject`, which no wait helps, such as a wrong address
 */
export type WithRetry = <Answer>(call: () => Promise<Answer>) => Promise<Answer | undefined>

/** A wait lasts from 1 s to 30 s, with jitter, so that a server that comes back is not called by all workers at once. */
const leastMs = 1_000
const most = { base: 1_000, cap: 29_000 }

/** An outage is logged once when it begins, and once when it ends. */
export function createRetry(signal: AbortSignal, { clock, log }: { clock: Clock; log: Log }): WithRetry {
  return async (call) => {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const answer = await call()
        if (failures > 0) log.info('the queue answers again', { event: 'queue_back', attempt: failures })
        return answer
      } catch (error) {
        if (signal.aborted) return undefined
        if (error instanceof SyncError && error.verdict === 'reject') throw error
        if (failures === 0)
          log.warn('the queue does not answer; the worker tries again until it does', { event: 'queue_away' }, error)
        if (!hasWaited(error))
          await clock.sleep(leastMs + backOff(failures, most, clock.random), signal).catch(() => {})
      }
    }
    return undefined
  }
}

/** See Intake.receive. */
const hasWaited = (error: unknown) => error instanceof Error && 'hasWaited' in error && error.hasWaited === true
