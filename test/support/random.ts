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

/** Runs a test body once a seed, 0 and up. An assertion that fails says which seed it was: that seed alone repeats it. */
export function forEachSeed(count: number, body: (seed: number) => void): void {
  for (let seed = 0; seed < count; seed++) {
    try {
      body(seed)
    } catch (error) {
      throw seeded(error, seed)
    }
  }
}

/** As `forEachSeed`, one seed after the other. */
export async function forEachSeedAsync(count: number, body: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = 0; seed < count; seed++) {
    try {
      await body(seed)
    } catch (error) {
      throw seeded(error, seed)
    }
  }
}

/** The same error, with its difference of values, and the seed before its message. */
function seeded(error: unknown, seed: number): unknown {
  if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`
  return error
}
