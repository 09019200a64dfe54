import {
  backslash,
  closeBrace,
  closeBracket,
  comma,
  JsonScanner,
  notScanned,
  openBrace,
  openBracket,
  quote,
} from './scanner.ts'

/** Where a value is in bytes: its first one, and the one after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Where the entries of lists are that were looked into, by the place of the list; per text. */
const found = new WeakMap<Buffer, Map<number, readonly Span[]>>()

/**
 * Finds a value of an object or list in JSON that is known to be valid, without parsing it: what JSON.parse makes of a
 * number is not always what was sent. Of a name that an object has twice the last counts, as JSON.parse and jsonb have it.
 */
export function spanWithin(json: Buffer, outer: Span, step: string | number): Span {
  const scan = new JsonScanner(json)
  scan.at = outer.from
  scan.space()
  const span = typeof step === 'number' ? entriesOf(scan)[step] : findNamed(scan, Buffer.from(step))
  if (!span) throw new Error('json: there is no such place')
  return span
}

function entriesOf(scan: JsonScanner): readonly Span[] {
  const known = found.get(scan.json) ?? new Map<number, readonly Span[]>()
  found.set(scan.json, known)
  const { at } = scan
  const entries = known.get(at) ?? readEntries(scan)
  known.set(at, entries)
  return entries
}

function readEntries(scan: JsonScanner): readonly Span[] {
  const entries: Span[] = []
  if (scan.peek() !== openBracket) return entries
  for (let more = scan.enter(closeBracket); more; more = scan.next(closeBracket)) {
    const from = scan.at
    skipValue(scan)
    entries.push({ from, to: scan.at })
  }
  return entries
}

function findNamed(scan: JsonScanner, wanted: Buffer): Span | undefined {
  let span: Span | undefined
  if (scan.peek() !== openBrace) return undefined
  for (let more = scan.enter(closeBrace); more; more = scan.next(closeBrace)) {
    const start = scan.at + 1
    const isWanted = isNamed(scan.json, start, scan.name(), wanted)
    const from = scan.at
    // Its entries are asked for next.
    if (isWanted && scan.peek() === openBracket) entriesOf(scan)
    if (scan.at === from) skipValue(scan)
    if (isWanted) span = { from, to: scan.at }
  }
  return span
}

/** Whether the name within these quotes is this one, however it is written: with escapes it is longer. */
function isNamed(json: Buffer, from: number, to: number, wanted: Buffer): boolean {
  if (to - from !== wanted.length) return to - from > wanted.length && isWritten(json, from, to, wanted)
  for (let at = from; at < to; at++) if (json[at] !== wanted[at - from]) return false
  return true
}

function isWritten(json: Buffer, from: number, to: number, wanted: Buffer): boolean {
  for (let at = from; at < to; at++)
    if (json[at] === backslash) return JSON.parse(json.toString('utf8', from - 1, to + 1)) === wanted.toString()
  return false
}

function skipValue(scan: JsonScanner): void {
  const from = scan.at
  try {
    scan.value()
  } catch (error) {
    if (error !== notScanned) throw error
    scan.at = endOfValue(scan.json, from)
  }
}

/** No recursion: the value may be nested a hundred thousand deep. */
function endOfValue(json: Buffer, from: number): number {
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

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
