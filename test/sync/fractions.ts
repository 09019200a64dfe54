import { fraction, randomStream } from '../../src/sandbox/server/random.ts'

/** A source of numbers in [0, 1), for clocks and schedules: the same seed gives the same ones. */
export function createFractions(seed: number): () => number {
  const stream = randomStream(seed)
  return () => fraction(stream)
}
