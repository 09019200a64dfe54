import { setMaxListeners } from 'node:events'

export const never = new AbortController().signal
// Each call that waits listens to it.
setMaxListeners(0, never)

/** The most starts in any half-open interval of that length. */
export function mostWithin(starts: readonly number[], ms: number): number {
  let most = 0
  for (let from = 0, to = 0; to < starts.length; to++) {
    while (starts[to]! - starts[from]! >= ms) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

/** The least a bucket of that size, filled at that rate, would have held after letting a request in. */
export function leastLeft(starts: readonly number[], perSecond: number, size: number): number {
  let [tokens, at, least] = [size, 0, size]
  for (const start of starts) {
    tokens = Math.min(size, tokens + ((start - at) / 1_000) * perSecond) - 1
    at = start
    least = Math.min(least, tokens)
  }
  return least
}
