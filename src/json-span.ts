import { backslash, closeBrace, closeBracket, comma, openBrace, openBracket, quote } from './json-scan.ts'

/** Where a value is in bytes: its first one, and the one after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Where each value of an object or list is that was looked into, by its place; per text. */
const found = new WeakMap<Buffer, Map<number, ReadonlyMap<string | number, Span>>>()

/**
 * Finds a value in JSON that is known to be valid, without parsing it: what JSON.parse makes of a number is not always
 * what was sent. Of a name that an object has twice the last counts, as JSON.parse and jsonb have it.
 */
export function spanOf(json: Buffer, path: readonly (string | number)[]): Span {
  let span = { from: skipSpace(json, 0), to: json.length }
  for (const step of path) {
    const inner = childrenOf(json, span.from).get(step)
    if (!inner) throw new Error('json: there is no such place')
    span = inner
  }
  return span
}

function childrenOf(json: Buffer, from: number): ReadonlyMap<string | number, Span> {
  const known = found.get(json) ?? new Map<number, ReadonlyMap<string | number, Span>>()
  found.set(json, known)
  const children = known.get(from) ?? readChildren(json, from)
  known.set(from, children)
  return children
}

function readChildren(json: Buffer, from: number): ReadonlyMap<string | number, Span> {
  const children = new Map<string | number, Span>()
  const isObject = json[from] === openBrace
  if (!isObject && json[from] !== openBracket) return children
  for (let at = skipSpace(json, from + 1); json[at] !== closeBrace && json[at] !== closeBracket; ) {
    let name: string | number = children.size
    if (isObject) {
      const end = skipText(json, at)
      name = String(JSON.parse(json.toString('utf8', at, end)))
      at = skipSpace(json, skipSpace(json, end) + 1)
    }
    const to = skipValue(json, at)
    children.set(name, { from: at, to })
    at = skipSpace(json, to)
    if (json[at] === comma) at = skipSpace(json, at + 1)
  }
  return children
}

/** No recursion: the value may be nested a hundred thousand deep. */
function skipValue(json: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < json.length; ) {
    const byte = json[at]
    if (byte === quote) at = skipText(json, at)
    else if (byte === openBrace || byte === openBracket) {
      depth++
      at++
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at
      depth--
      at++
    } else if (depth === 0 && (byte === comma || isSpace(byte))) return at
    else {
      at++
      continue
    }
    if (depth === 0) return at
  }
  return json.length
}

function skipText(json: Buffer, from: number): number {
  let at = from + 1
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
  return at + 1
}

function skipSpace(json: Buffer, from: number): number {
  let at = from
  while (isSpace(json[at])) at++
  return at
}

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
