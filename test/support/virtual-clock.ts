import type { Clock } from '../../src/clock.ts'

/** A clock that stands still until `run` drives it: timers fire in order, as soon as nothing else can happen. */
export function createVirtualClock(random: () => number = () => 0.5) {
  let time = 0
  let timers: { at: number; fire: () => void }[] = []
  const clock: Clock = {
    now: () => time,
    random,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const timer = { at: time + ms, fire }
        timers.push(timer)
        signal?.addEventListener('abort', abort)
        function fire() {
          signal?.removeEventListener('abort', abort)
          resolve()
        }
        function abort() {
          timers = timers.filter((candidate) => candidate !== timer)
          signal?.removeEventListener('abort', abort)
          reject(signal?.reason)
        }
      }),
  }
  return {
    ...clock,
    /** Drives time until the promise is settled; a promise that waits for nothing is an error. */
    async run<T>(promise: Promise<T>): Promise<T> {
      let settled = false
      const done = () => {
        settled = true
      }
      promise.then(done, done)
      for (let idle = 0; !settled; ) {
        await new Promise((resolve) => setImmediate(resolve))
        if (settled) break
        const next = timers.toSorted((left, right) => left.at - right.at)[0]
        if (!next) {
          if (++idle > 50) throw new Error('virtual clock: nothing will ever happen')
          continue
        }
        idle = 0
        timers = timers.filter((timer) => timer !== next)
        time = Math.max(time, next.at)
        next.fire()
      }
      return promise
    },
  }
}
