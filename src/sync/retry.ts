import { backOff, type Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { type Call, limitPatienceMs } from './limiter.ts'

/** Told about the attempts of a call. */
export interface CallWatch {
  /** Before each attempt. Returns what to call when the attempt has an answer or has failed, but not if it is given up. */
  onCall(): () => void
  /**
   * After a failure that may pass. `ms`: until the next attempt; null if none follows. `since`: when the first attempt that
   * failed began, in the milliseconds of the clock.
   */
  onFailure(failure: { readonly error: SyncError; readonly ms: number | null; readonly since: number }): void
  /** After a success. */
  onAnswer(): void
}

interface Patience {
  readonly clock: Clock
  /** Aborted when no new request may start. */
  readonly waiting: AbortSignal
  readonly watch?: CallWatch
}

/** Milliseconds after a call's first failure during which it is retried. A rate limit is retried for longer. */
const patienceMs = { fault: 60_000, limit: limitPatienceMs } as const
const pause = { base: 250, cap: 20_000 } as const

/** Retries a call while its error's verdict is `retry` and its time lasts. Wraps the limited call. */
export function retried(call: Call, { clock, waiting, watch }: Patience): Call {
  return async (work, signal) => {
    const over = signal ? AbortSignal.any([waiting, signal]) : waiting
    let failing: number | undefined
    let since: number | undefined
    let began = clock.now()
    const attempt = async () => {
      began = clock.now()
      const ended = watch?.onCall()
      try {
        const answer = await work()
        ended?.()
        return answer
      } catch (error) {
        if (error instanceof SyncError) ended?.()
        throw error
      }
    }
    for (let n = 0; ; n++) {
      try {
        const answer = await call(attempt, signal)
        watch?.onAnswer()
        return answer
      } catch (error) {
        if (!(error instanceof SyncError) || !mayPass(error)) throw error
        const now = clock.now()
        failing ??= now
        since ??= began
        const ms = Math.max(error.retryAfter || 0, backOff(n, pause, clock.random))
        const isOver = now - failing + ms > (error.limit ? patienceMs.limit : patienceMs.fault)
        watch?.onFailure({ error, ms: isOver ? null : ms, since })
        if (isOver) throw error
        await clock.sleep(ms, over)
      }
    }
  }
}

/** Whether the same call may succeed later. A bug fails every time. */
function mayPass({ verdict, code }: SyncError): boolean {
  return verdict === 'retry' && code !== 'internal'
}
