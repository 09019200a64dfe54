import { backOff, type Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { Call } from './limiter.ts'

interface Patience {
  readonly clock: Clock
  /** Aborted when no new request may start. */
  readonly waiting: AbortSignal
  /** Called before each wait. */
  onWait?(wait: { readonly error: SyncError; readonly ms: number }): void
}

/**
 * Milliseconds after a call's first failure during which it is retried. A rate limit is retried for longer. If the
 * provider demands a longer wait, the call fails, and the queue delays the job without occupying a worker.
 */
const patienceMs = { fault: 60_000, limit: 180_000 } as const
const pause = { base: 250, cap: 20_000 } as const

/** Retries a call while its error's verdict is `retry` and its time lasts. Wraps the limited call. */
export function retried(call: Call, { clock, waiting, onWait }: Patience): Call {
  return async (work, signal) => {
    const over = signal ? AbortSignal.any([waiting, signal]) : waiting
    let failing: number | undefined
    for (let n = 0; ; n++) {
      try {
        return await call(work, signal)
      } catch (error) {
        if (!(error instanceof SyncError) || !mayPass(error)) throw error
        const now = clock.now()
        failing ??= now
        const ms = Math.max(error.retryAfter || 0, backOff(n, pause, clock.random))
        if (now - failing + ms > (error.limit ? patienceMs.limit : patienceMs.fault)) throw error
        onWait?.({ error, ms })
        await clock.sleep(ms, over)
      }
    }
  }
}

/** Whether the same call may succeed later. A bug fails every time. */
function mayPass({ verdict, code }: SyncError): boolean {
  return verdict === 'retry' && code !== 'internal'
}
