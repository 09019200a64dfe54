import { randomStream, seedFor } from '../server/random.ts'

/** Random text of an alphabet, the same for the same seed and number. */
export function idText(seed: number, n: number, length: number, alphabet: string = lettersAndDigits): string {
  const random = randomStream(seedFor(seed, n))
  let text = ''
  while (text.length < length) text += alphabet.charAt(random() % alphabet.length)
  return text
}

const lettersAndDigits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Of payer ids, which have no letters that look like digits. */
export const payerAlphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
