import { fraction, randomStream } from '../../src/sandbox/server/random.ts'

/** How creation times are spread over the five years before `until`. */
export const densities = ['growth', 'uniform', 'day', 'second'] as const
export type Density = (typeof densities)[number]

export const fiveYears = 5 * 365 * 86_400

interface Spread {
  readonly count: number
  readonly density: Density
  /** How many share one second with `second`. */
  readonly together: number
  readonly seed: number
  /** Unix seconds; every time is before it. */
  readonly until: number
}

/**
 * Creation times in unix seconds, newest first.
 *
 * - `growth`: the cumulative count grows with t^7.
 * - `uniform`: equal everywhere.
 * - `day`: nine in ten within one day a year ago, the rest uniform.
 * - `second`: uniform, but `together` of them in one second in the middle.
 */
export function creationTimes({ count, density, together, seed, until }: Spread): Uint32Array {
  const random = randomStream(seed)
  const start = until - fiveYears
  const anywhere = () => start + Math.floor(fraction(random) * fiveYears)
  const draw: Record<Density, (index: number) => number> = {
    growth: () => start + Math.floor(fraction(random) ** (1 / 7) * fiveYears),
    uniform: anywhere,
    day: (index) => (index % 10 > 0 ? until - 365 * 86_400 + Math.floor(fraction(random) * 86_400) : anywhere()),
    second: (index) => (index < together ? start + fiveYears / 2 : anywhere()),
  }
  const times = new Uint32Array(count)
  for (let index = 0; index < count; index++) times[index] = draw[density](index)
  return times.sort().reverse()
}
