interface Kind {
  /** A key of an object, which may be called `accessToken`. */
  readonly asName?: boolean
}

const longest = 200
const digits = /^\d{1,20}$/
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/
/** Letters, digits and the marks of plain sentences. No text of another language than plain words is written with them alone. */
const plain = /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic} _.,!?'’…*-]*$/u
const speaksOfSecrets = /token|secret|passw|passphrase|pwd|psw|credential|auth|bearer|jwt|key/i

/** Whether a text holds no secret, as far as its shape says: a few plain words, an id of ours, a date. */
export function isHarmlessText(text: string, { asName = false }: Kind = {}): boolean {
  if (uuid.test(text) || time.test(text) || digits.test(text)) return true
  if (text.length > longest || !plain.test(text)) return false
  if (!asName && speaksOfSecrets.test(text)) return false
  const words = text.split(/[\s,!?'’…*]+/)
  return !words.some((word) => looksRandom(word, asName ? 1 : 2))
}

/**
 * Eight characters or more that a person would not write as a word, as passwords, keys, hashes and base64 are. Words may
 * be joined, each lower-case but for its first letter, with so many letters behind it.
 */
function looksRandom(word: string, behindFirst: 1 | 2): boolean {
  const letters = word.replace(/[._-]/g, '')
  if (/^(?:sk|rk|pk|whsec|ac|rkcs)_/i.test(word)) return true
  if (letters.length < 8) return false
  // Hexadecimal written as hexadecimal is digits alone.
  if (!/\p{L}/u.test(letters)) return letters.length > 20
  return /\p{N}/u.test(letters) || (/\p{Lu}/u.test(letters) && !joinedWords[behindFirst].test(word))
}

/** Each joint is a capital or a mark, so that a text is divided in one way and a long one costs no more than its length. */
const joinedWords = { 1: joinedWord(1), 2: joinedWord(2) } as const

function joinedWord(behindFirst: number): RegExp {
  const rest = `\\p{Ll}{${behindFirst},}`
  return new RegExp(`^\\p{Lu}?${rest}(?:(?:[._-]\\p{Lu}?|\\p{Lu})${rest})*[._-]?$`, 'u')
}
