/*
 * Postgres's jsonb refuses two escapes of JSON: NUL and half of a surrogate pair. Each becomes U+FFFD.
 */

/** Matches each escape of JSON text, a surrogate pair as a whole. The group holds an escape that jsonb refuses. */
const escapes = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(u0000|ud[89a-f][0-9a-f]{2})|[\s\S])/gi
const suspicious = /\\u(?:0000|d[89a-f])/i

/** Replaces each escape that jsonb refuses by U+FFFD. */
export function withoutUnstorable(json: string): string {
  // The first test is much faster, and most texts have no such escape.
  if (!json.includes('\\u') || !suspicious.test(json)) return json
  return json.replace(escapes, (text, refused) => (refused ? '\\ufffd' : text))
}

/** Whether JSON bytes may have such an escape. Also true for a complete pair and for an escaped backslash. */
export function mayBeUnstorable(json: Buffer): boolean {
  return json.includes('\\u') && suspicious.test(json.toString('latin1'))
}
