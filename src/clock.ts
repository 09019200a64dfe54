/** Time as a dependency, so that a test drives it. Milliseconds throughout. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number
  /** Resolves after `ms`, rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** A number in [0, 1), for jitter. */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  // `node:timers/promises` makes an error with a stack at each abort: 2 % of a job's CPU.
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, ms)
      const abort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
    }),
}

/**
 * Work with a signal that is aborted after `ms`, or with `outer`. It leaves no timer and no listener behind. A signal of
 * `AbortSignal.any` and `AbortSignal.timeout` may be collected as garbage before its time is over: it then never aborts.
 */
export async function abortedAfter<Answer>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, ms)
  outer.addEventListener('abort', abort)
  if (outer.aborted) abort()
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', abort)
  }
}

/** Full-jitter exponential back-off, in the unit of `base`: rand(0, min(cap, base · 2^n)), n from 0. (AWS, «Exponential Backoff And Jitter») */
export function backOff(
  n: number,
  { base, cap }: { readonly base: number; readonly cap: number },
  random: () => number,
): number {
  return random() * Math.min(cap, base * 2 ** Math.min(n, 30))
}
