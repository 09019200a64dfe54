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
  readonly drainSignal: AbortSignal
  /** Aborted when pages in flight must be given up, so that what has arrived can still be committed. */
  readonly abortSignal: AbortSignal
  /** Whether the time of the job ran out, and not that of the invocation. */
  jobOver(): boolean
  /** Starts no new page from now on, for a reason other than time. */
  drain(): void
  /** Gives up everything now: the lease is lost. */
  abort(): void
  close(): void
}

/** Before the end of an invocation: when to drain and when to abort, in milliseconds. */
const reserve = { drain: 30_000, abort: 10_000 } as const

/** After a request to shut down, how long pages in flight are waited for: the whole is to be over within 5 s. */
const shutdownAbortMs = 3_000

/**
 * Watches the time, and whether this process is asked to shut down. A short invocation keeps a third for draining and a
 * ninth for the last commit. `waitedMs`: how long the job has waited for an outage since the start, which is not its time.
 */
export function watchTime(left: TimeLeft, shutdown?: AbortSignal, waitedMs = () => 0): Deadline {
  const draining = new AbortController()
  const aborting = new AbortController()
  // Each call in flight listens to them.
  setMaxListeners(0, draining.signal, aborting.signal)
  let isJobOver = left.job <= 0
  const timers = [
    after(left.invocation - Math.min(reserve.drain, left.invocation / 3), () => draining.abort()),
    after(left.invocation - Math.min(reserve.abort, left.invocation / 9), () => aborting.abort()),
  ]
  let waited = 0
  const endJob = () => {
    const more = waitedMs() - waited
    if (more > 0) {
      waited += more
      timers.push(after(more, endJob))
      return
    }
    isJobOver = true
    draining.abort()
    timers.push(after(Math.min(0, left.job) + reserve.drain - reserve.abort, () => aborting.abort()))
  }
  if (isJobOver) endJob()
  else timers.push(after(left.job, endJob))
  const shutDown = () => {
    draining.abort()
    timers.push(after(shutdownAbortMs, () => aborting.abort()))
  }
  if (shutdown?.aborted) shutDown()
  shutdown?.addEventListener('abort', shutDown)
  return {
    drainSignal: draining.signal,
    abortSignal: aborting.signal,
    jobOver: () => isJobOver,
    drain: () => draining.abort(),
    abort() {
      draining.abort()
      aborting.abort()
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
