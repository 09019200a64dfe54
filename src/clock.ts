import { setTimeout as delay } from 'node:timers/promises'

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
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** Full-jitter exponential back-off, in the unit of `base`: rand(0, min(cap, base · 2^n)), n from 0. (AWS, «Exponential Backoff And Jitter») */
export function backOff(
  n: number,
  { base, cap }: { readonly base: number; readonly cap: number },
  random: () => number,
): number {
  return random() * Math.min(cap, base * 2 ** Math.min(n, 30))
}
