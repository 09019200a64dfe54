/*
 * What jsonb refuses of JSON: NUL, and half of a surrogate pair. JSON has both as escapes, and each becomes U+FFFD.
 */

/** Each escape of JSON text, a pair of surrogates as a whole; the group is an escape that jsonb refuses. */
const escapes = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(u0000|ud[89a-f][0-9a-f]{2})|[\s\S])/gi
const suspicious = /\\u(?:0000|d[89a-f])/i

/** JSON text with U+FFFD for each escape that jsonb refuses; all else stays as it is. */
export function withoutUnstorable(json: string): string {
  // The first test is much the faster, and most text has no such escape at all.
  if (!json.includes('\\u') || !suspicious.test(json)) return json
  return json.replace(escapes, (text, refused) => (refused ? '\\ufffd' : text))
}

/** Whether JSON bytes may have such an escape. Also true for a whole pair, and where the backslash is itself escaped. */
export function mayBeUnstorable(json: Buffer): boolean {
  return json.includes('\\u') && suspicious.test(json.toString('latin1'))
}
