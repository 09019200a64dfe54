/* What JSON text holds, said without parsing it: of text that is too much to parse, and of text that is not all there. */

/** How much there is in JSON text. */
export interface JsonSize {
  /** Of nesting. */
  readonly depth: number
  readonly keys: number
  /** Objects and lists. */
  readonly containers: number
  /** As many as there are keys and list items, or fewer. */
  readonly commas: number
}

/** Counts the signs outside of texts, so that JSON of a hostile shape costs one pass. */
export function measureJson(json: string): JsonSize {
  let depth = 0
  let deepest = 0
  let keys = 0
  let containers = 0
  let commas = 0
  for (let at = 0; at < json.length; at++) {
    const sign = json.charCodeAt(at)
    if (sign === quote) at = endOfText(json, at)
    else if (sign === openBrace || sign === openBracket) {
      containers++
      deepest = Math.max(deepest, ++depth)
    } else if (sign === closeBrace || sign === closeBracket) depth--
    else if (sign === colon) keys++
    else if (sign === comma) commas++
  }
  return { depth: deepest, keys, containers, commas }
}

/** Keys that an object in this JSON text has twice, at any depth: `JSON.parse` would keep the last and say nothing. */
export function repeatedKeys(json: string): string[] {
  const repeated: string[] = []
  const objects: Set<string>[] = []
  for (const [token, text, separator] of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (text && separator) {
      const key = text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1)
      if (objects.at(-1)?.has(key)) repeated.push(key)
      objects.at(-1)?.add(key)
    }
  }
  return repeated
}

/** Every text and key in JSON text, which may be cut or damaged. */
export const textsIn = (json: string): readonly string[] =>
  [...json.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([quoted]) => decode(quoted))

/**
 * JSON text with other texts as values. `replace` gets each with its quotes and escapes, and the key that stands before it
 * or is empty. Keys and numbers stay as they are written.
 */
export function replaceTexts(json: string, replace: (quoted: string, key: string) => string): string {
  let key = ''
  return json.replaceAll(
    /"((?:[^"\\]|\\.)*)"(\s*:)?/g,
    (quoted: string, text: string, separator: string | undefined) => {
      const before = key
      key = separator === undefined ? '' : text
      return separator === undefined ? replace(quoted, before) : quoted
    },
  )
}

/** The value of a JSON string. An escape that is not of JSON stays as it is. */
function decode(quoted: string): string {
  const text = quoted.slice(1, -1)
  if (!text.includes('\\')) return text
  try {
    return String(JSON.parse(quoted))
  } catch {
    return text
  }
}

/** The position of the quote that ends the text that begins at `start`. */
function endOfText(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let backslashes = 0
    while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return at
  }
  return json.length
}

const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
