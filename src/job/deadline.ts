import { setMaxListeners } from 'node:events'

/** How much time there is, in milliseconds from now; Infinity where there is no limit. */
export interface TimeLeft {
  /** Of this invocation. */
  readonly invocation: number
  /** Of the job over all its deliveries. */
  readonly job: number
}

export interface Deadline {
  /** Aborted when no new page may be started. */
  readonly stop: AbortSignal
  /** Aborted when pages in flight must be given up, so that what has arrived can still be committed. */
  readonly cut: AbortSignal
  /** Whether it was the job's own time that ran out. */
  jobOver(): boolean
  /** Stops now, for a reason other than time. */
  stopNow(): void
  /** Gives up everything now: the lease is lost. */
  cutNow(): void
  close(): void
}

/** Before the end of an invocation: when to stop fetching and when to give up, in milliseconds. */
const reserve = { stop: 30_000, cut: 10_000 } as const

/** After a request to shut down, how long pages in flight are waited for: the whole is to be over within 5 s. */
const shutdownCutMs = 3_000

/**
 * Watches the time, and whether this process is asked to shut down. A short invocation keeps a third for stopping and a
 * ninth for the last commit.
 */
export function watchTime(left: TimeLeft, shutdown?: AbortSignal): Deadline {
  const stop = new AbortController()
  const cut = new AbortController()
  // Each call in flight listens to them.
  setMaxListeners(0, stop.signal, cut.signal)
  let over = left.job <= 0
  const timers = [
    after(left.invocation - Math.min(reserve.stop, left.invocation / 3), () => stop.abort()),
    after(left.invocation - Math.min(reserve.cut, left.invocation / 9), () => cut.abort()),
    after(left.job, () => {
      over = true
      stop.abort()
    }),
    after(left.job + reserve.stop - reserve.cut, () => cut.abort()),
  ]
  if (over) stop.abort()
  const shutDown = () => {
    stop.abort()
    timers.push(after(shutdownCutMs, () => cut.abort()))
  }
  if (shutdown?.aborted) shutDown()
  shutdown?.addEventListener('abort', shutDown)
  return {
    stop: stop.signal,
    cut: cut.signal,
    jobOver: () => over,
    stopNow: () => stop.abort(),
    cutNow() {
      stop.abort()
      cut.abort()
    },
    close() {
      // The process outlives the job by far.
      shutdown?.removeEventListener('abort', shutDown)
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** setTimeout takes 2^31 - 1 milliseconds at most and would fire at once beyond. */
function after(ms: number, act: () => void): ReturnType<typeof setTimeout> | undefined {
  if (ms > 2 ** 31 - 1) return undefined
  const timer = setTimeout(act, Math.max(0, ms))
  timer.unref()
  return timer
}
