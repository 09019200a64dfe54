/** Unsigned 32-bit integers from a seed (mulberry32): the same seed gives the same account everywhere. */
export function randomStream(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return (x ^ (x >>> 14)) >>> 0
  }
}

/** In [0, 1). */
export const fraction = (random: () => number): number => random() / 2 ** 32
