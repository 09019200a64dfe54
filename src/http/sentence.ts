import { redactSecrets } from '../log/redact.ts'

/** The most characters of a sentence that an error repeats. */
const longest = 300

/** The least characters of the key in a row that give it away. */
const shortestPart = 8

/**
 * A provider's own sentence about a refusal, for people. The answer may contain anything: parts of the key, e-mail addresses
 * and control characters are removed, and its length is bounded. Null if there is no sentence.
 */
export function sentenceOf(message: unknown, key: string): string | null {
  if (typeof message !== 'string') return null
  const printable = message.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  const words = redactSecrets(printable.slice(0, 10 * longest))
    .split(/([\s"'<>()]+)/)
    .map((word) =>
      revealsKey(word, key) || revealsKey(decoded(word), key)
        ? '[secret]'
        : word.replace(/[^\s@]+@[^\s@]+/, '[address]'),
    )
    .join('')
    .replaceAll('"', "'")
    .trim()
  if (words === '') return null
  return words.length > longest ? `${words.slice(0, longest).toWellFormed()}…` : words
}

/** Basic authentication sends a key in base64, and an API may repeat the header. */
const decoded = (word: string) => Buffer.from(word, 'base64').toString('latin1')

/** Stripe masks a key as `sk_live_****abcd`: the end of the key is left out as well. */
function revealsKey(word: string, key: string): boolean {
  if (word.includes('***') || word.includes(key)) return true
  const secret = key.replace(/^[a-z]+_(?:(?:live|test|org)_)*/, '')
  for (let at = 0; at + shortestPart <= secret.length; at++)
    if (word.includes(secret.slice(at, at + shortestPart))) return true
  return false
}
