/** A seeded stream of unsigned 32-bit integers (mulberry32): the same seed gives the same sandbox. */
export type Random = () => number

export function randomStream(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return (x ^ (x >>> 14)) >>> 0
  }
}

/** A number in [0, 1). */
export function fraction(random: Random): number {
  return random() / 2 ** 32
}

/** One of the values, drawn at random. */
export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random() % values.length]
  if (value === undefined) throw new RangeError('sandbox: cannot pick from an empty list')
  return value
}

/** True about once in `n` draws. */
export function oneIn(random: Random, n: number): boolean {
  return random() % n === 0
}

/** A seed for one use of a seed: two uses with different names or numbers get unrelated streams. */
export function seedFor(seed: number, use: string | number): number {
  if (typeof use === 'number') return mix(seed ^ Math.imul(use + 1, multipliers[0]))
  let hash = mix(seed)
  for (let at = 0; at < use.length; at++) hash = mix(hash ^ use.charCodeAt(at))
  return hash
}

const multipliers = [0x9e3779b1, 0x85ebca6b] as const

/** Shuffles the 32-bit integers among themselves; `unmix` is its inverse. */
export function mix(value: number): number {
  let x = Math.imul(value, multipliers[0])
  x = Math.imul(x ^ (x >>> 16), multipliers[1])
  return (x ^ (x >>> 16)) >>> 0
}

export function unmix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), inverse(multipliers[1]))
  x = Math.imul(x ^ (x >>> 16), inverse(multipliers[0]))
  return x >>> 0
}

/** The multiplicative inverse of an odd number modulo 2^32; each step of Newton doubles the correct bits. */
function inverse(odd: number): number {
  let x = odd
  for (let step = 0; step < 5; step++) x = Math.imul(x, 2 - Math.imul(odd, x))
  return x
}
