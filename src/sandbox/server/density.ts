import { fraction, randomStream } from './random.ts'

/** How creation times are spread over the five years before now. */
export type Density = 'growing' | 'uniform' | 'burst' | 'same-second'

export const accountAge = 5 * 365.25 * 86_400

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
    'same-second': (index) => (index < together ? start + accountAge / 2 : anywhere()),
  }

  const times = new Uint32Array(count)
  for (let index = 0; index < count; index++) times[index] = draw[density](index)
  return times.sort().reverse()
}
