import { mix, type Random, randomStream, seedFor, unmix } from './random.ts'

/** Ids that look and sort randomly, computed from a number and back, so that no index is kept in memory. */
export interface Ids {
  /** The id of the n-th object: the prefix and 14 characters. */
  idOf(n: number): string
  /** The n of an id; undefined if the sandbox did not make the id. */
  numberOf(id: string): number | undefined
}

export function createIds(prefix: string, seed: number): Ids {
  const idOf = (n: number) => {
    const random = randomStream(seedFor(seed, n))
    return prefix + base62(random(), 4) + base62(random(), 4) + base62(mix(n ^ seed), tail)
  }
  return {
    idOf,
    numberOf(id) {
      const value = fromBase62(id.slice(-tail))
      if (value === undefined) return undefined
      const n = (unmix(value) ^ seed) >>> 0
      return idOf(n) === id ? n : undefined
    },
  }
}

/** Random text of letters and digits, as in request ids. */
export function randomText(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += base62(random(), 4)
  return text.slice(0, length)
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Six digits of base 62 hold any 32-bit number. */
const tail = 6

/** Two digits at a time, because making ids is half of the cost of a page. */
const pairs = Array.from({ length: 62 * 62 }, (_, value) => alphabet.charAt(value / 62) + alphabet.charAt(value % 62))

function base62(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let at = 0; at < length; at += 2) {
    text = pairs[rest % pairs.length] + text
    rest = Math.floor(rest / pairs.length)
  }
  return text
}

function fromBase62(text: string): number | undefined {
  let value = 0
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return undefined
    value = value * 62 + digit
  }
  return value < 2 ** 32 ? value : undefined
}
