import { backslash, closeBrace, closeBracket, JsonScanner, openBrace, openBracket } from './scanner.ts'

/** A value's offsets in bytes: its first byte, and the byte after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Per text: the entries of each list that was read, by the list's first byte. */
const knownEntries = new WeakMap<Buffer, Map<number, readonly Span[]>>()

/**
 * Finds a value of an object or list in JSON that is known to be valid, without parsing it. If an object has a name
 * twice, the last counts, as in JSON.parse and jsonb.
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
  const perList = knownEntries.get(scan.json) ?? new Map<number, readonly Span[]>()
  knownEntries.set(scan.json, perList)
  const { at } = scan
  const entries = perList.get(at) ?? readEntries(scan)
  perList.set(at, entries)
  return entries
}

function readEntries(scan: JsonScanner): readonly Span[] {
  const entries: Span[] = []
  if (scan.peek() !== openBracket) return entries
  for (let more = scan.enter(closeBracket); more; more = scan.next(closeBracket)) {
    const from = scan.at
    scan.skip()
    entries.push({ from, to: scan.at })
  }
  return entries
}

function findNamed(scan: JsonScanner, name: Buffer): Span | undefined {
  let span: Span | undefined
  if (scan.peek() !== openBrace) return undefined
  for (let more = scan.enter(closeBrace); more; more = scan.next(closeBrace)) {
    const start = scan.at + 1
    const isWanted = isNamed(scan.json, start, scan.name(), name)
    const from = scan.at
    // The caller will need the list's other entries next.
    if (isWanted && scan.peek() === openBracket) entriesOf(scan)
    if (scan.at === from) scan.skip()
    if (isWanted) span = { from, to: scan.at }
  }
  return span
}

/** Whether the string within these quotes is this name. With escapes the string has more bytes than the name. */
function isNamed(json: Buffer, from: number, to: number, name: Buffer): boolean {
  if (to - from !== name.length) return to - from > name.length && isEscaped(json, from, to, name)
  for (let at = from; at < to; at++) if (json[at] !== name[at - from]) return false
  return true
}

function isEscaped(json: Buffer, from: number, to: number, name: Buffer): boolean {
  for (let at = from; at < to; at++)
    if (json[at] === backslash) return JSON.parse(json.toString('utf8', from - 1, to + 1)) === name.toString()
  return false
}
