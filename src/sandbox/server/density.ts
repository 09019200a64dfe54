import { fraction, randomStream } from './random.ts'

/** How creation times are spread over the five years before now. */
export const densities = ['growing', 'uniform', 'burst', 'peaked', 'sparse', 'same-second'] as const

export type Density = (typeof densities)[number]

export const accountAge = 5 * 365.25 * 86_400

const week = 7 * 86_400
const busyWeeks = Math.floor(accountAge / (8 * week))

interface Spread {
  readonly count: number
  readonly density: Density
  readonly seed: number
  /** Unix seconds; every time is before it. */
  readonly now: number
  /** With `same-second`: how many objects share the second. Default 1,000, or a tenth below 10,000 objects. */
  readonly sameSecond?: number | undefined
}

/**
 * Creation times in unix seconds, newest first, from `now - accountAge` up to but excluding `now`.
 *
 * - `growing`: the cumulative count grows with t^7, so the density with t^6 (drawn as `span × u^(1/7)`).
 * - `uniform`: the same density everywhere.
 * - `burst`: nine in ten within the day that began 365 days ago, the others uniform.
 * - `peaked`: six in ten within the last 30 days, the others uniform.
 * - `sparse`: within one week of every eight, and nothing between.
 * - `same-second`: uniform, but `sameSecond` of the objects in the second in the middle.
 */
export function creationTimes({ count, density, seed, now, sameSecond }: Spread): Uint32Array {
  const random = randomStream(seed)
  const start = now - accountAge
  const anywhere = () => start + Math.floor(fraction(random) * accountAge)
  const together = sameSecond ?? (count < 10_000 ? Math.floor(count / 10) : 1_000)

  const draw: Record<Density, (index: number) => number> = {
    growing: () => start + Math.floor(fraction(random) ** (1 / 7) * accountAge),
    uniform: anywhere,
    burst: (index) => (index % 10 > 0 ? now - 365 * 86_400 + Math.floor(fraction(random) * 86_400) : anywhere()),
    peaked: (index) => (index % 10 < 6 ? now - 1 - Math.floor(fraction(random) * 30 * 86_400) : anywhere()),
    sparse: () => start + Math.floor((Math.floor(fraction(random) * busyWeeks) + fraction(random) / 8) * 8 * week),
    'same-second': (index) => (index < together ? start + accountAge / 2 : anywhere()),
  }

  const times = new Uint32Array(count)
  for (let index = 0; index < count; index++) times[index] = draw[density](index)
  return times.sort().reverse()
}
