import { fraction, randomStream } from '../../src/sandbox/server/random.ts'

/** Seeded choices for tests that try many things: the same seed makes the same ones. */
export function createRandom(seed: number) {
  const stream = randomStream(seed)
  const below = (n: number) => Math.floor(fraction(stream) * n)
  return {
    /** A whole number from 0 up to and without `n`. */
    below,
    pick: <T>(all: readonly T[]): T => all[below(all.length)] as T,
    chance: (probability: number) => fraction(stream) < probability,
  }
}
