import { backOff, type Clock } from '../clock.ts'
import { answerTooLarge, SyncError } from '../errors.ts'
import type { Call } from './limiter.ts'

interface Patience {
  readonly clock: Clock
  /** Aborted when no new request may start. */
  readonly waiting: AbortSignal
  /** Told of each wait. */
  onWait?(wait: { readonly error: SyncError; readonly ms: number }): void
}

/**
 * How long a call is tried again after it first failed, before its error counts, in milliseconds. A limiter's refusal is
 * waited out longer. Whoever asks for a longer wait than that is left to the queue, which waits for nothing.
 */
const patienceMs = { fault: 60_000, limit: 180_000 } as const
const pause = { base: 250, cap: 20_000 } as const

/** A call that is tried again while its error's verdict is `retry` and patience lasts. Goes outside the limiters. */
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

/** Whether the same call may work later. A lost cursor, an answer that is too large and a bug stay as they are. */
function mayPass({ verdict, cursorGone, code }: SyncError): boolean {
  return verdict === 'retry' && !cursorGone && code !== answerTooLarge && code !== 'internal'
}
