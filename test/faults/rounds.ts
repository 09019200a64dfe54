import { createRandom } from '../support/random.ts'

export interface Round {
  readonly at: number
  /** Made from the run's seed and the number of the round. */
  readonly seed: number
  readonly random: ReturnType<typeof createRandom>
  readonly lane: number
}

interface Rounds {
  readonly seed: number
  readonly rounds: number
  /** How many rounds run at once. */
  readonly lanes: number
  /** No round begins after this returned true. */
  enough?(): boolean
}

/** Runs rounds, several at once. Each draws from its own seed, so the rounds beside it change nothing. */
export async function runRounds(
  { seed, rounds, lanes, enough }: Rounds,
  work: (round: Round) => Promise<void>,
): Promise<void> {
  let next = 0
  const run = async (lane: number) => {
    for (let at = next++; at < rounds && !enough?.(); at = next++) {
      const roundSeed = seedOf(seed, at)
      await work({ at, seed: roundSeed, random: createRandom(roundSeed), lane })
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, rounds) }, (_, lane) => run(lane)))
}

export const seedOf = (seed: number, at: number) => (Math.imul(seed, 2_654_435_761) + Math.imul(at + 1, 40_503)) >>> 0
