import { createRandom } from '../support/random.ts'

export interface Round {
  readonly at: number
  /** The round's own seed: the run's seed and its number make it. */
  readonly seed: number
  readonly random: ReturnType<typeof createRandom>
  readonly lane: number
}

interface Lanes {
  readonly seed: number
  readonly rounds: number
  /** Rounds at once. */
  readonly lanes: number
  /** No round is begun once this holds. */
  enough?(): boolean
}

/** Runs rounds, several at once; what happens in a round is drawn from its own seed, whoever runs beside it. */
export async function inLanes(
  { seed, rounds, lanes, enough }: Lanes,
  work: (round: Round) => Promise<void>,
): Promise<void> {
  let next = 0
  const run = async (lane: number) => {
    for (let at = next++; at < rounds && !enough?.(); at = next++) {
      const own = seedOf(seed, at)
      await work({ at, seed: own, random: createRandom(own), lane })
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, rounds) }, (_, lane) => run(lane)))
}

export const seedOf = (seed: number, at: number) => (Math.imul(seed, 2_654_435_761) + Math.imul(at + 1, 40_503)) >>> 0
