import { isPlain, type Kind, matchesKind, readNumeral } from './kinds.ts'
import {
  backslash,
  closeBrace,
  closeBracket,
  type JsonScanner,
  letterN,
  notScanned,
  openBrace,
  openBracket,
  quote,
} from './scanner.ts'

/** A value's path in an item and its expected kind. */
export interface Expected {
  readonly path: readonly string[]
  readonly kind: Kind
}

/** The result of scanning an item's bytes. */
export interface ScannedItem {
  /** The item's first byte, and the byte after its last. */
  readonly from: number
  readonly to: number
  readonly id: string
  /** Second since 1970; -1 if the shape names no time. */
  readonly second: number
}

interface ScanState {
  id: string
  second: number
  matches: boolean
}

interface Field {
  readonly name: Buffer
  kind: Kind | 'id' | null
  isTime: boolean
  inner: FieldsByLength | null
}

/** Fields by the length of their names, which tells most other fields apart from them. */
type FieldsByLength = (Field[] | undefined)[]

/** The shape of an item that Postgres can read the columns from, so that the worker need not parse it. */
export class Shape {
  /** The paths and kinds the shape was made from. */
  readonly expected: readonly Expected[]
  /** The field with the second of creation, if there is one. */
  readonly time: string | undefined
  readonly #fields: FieldsByLength

  private constructor(expected: readonly Expected[], time: string | undefined, fields: FieldsByLength) {
    this.expected = expected
    this.time = time
    this.#fields = fields
  }

  /** Null if two entries expect different kinds of the same value. */
  static of(expected: readonly Expected[], time: string | undefined): Shape | null {
    const root: FieldsByLength = []
    put(root, 'id').kind = 'id'
    for (const value of expected) if (!putPath(root, value)) return null
    if (time === undefined) return new Shape(expected, time, root)
    const field = put(root, time)
    if (field.inner || (field.kind !== null && field.kind !== 'unixSeconds')) return null
    field.kind = 'unixSeconds'
    field.isTime = true
    return new Shape(expected, time, root)
  }

  /**
   * Skips an item. Null if the item has to be parsed: its id or time is not plain, or a value is of another kind.
   * @throws Error `notScanned`
   */
  scan(scan: JsonScanner): ScannedItem | null {
    const from = scan.at
    const scanning: ScanState = { id: '', second: -1, matches: true }
    readFields(scan, this.#fields, scanning)
    const { id, second, matches } = scanning
    if (!matches || id === '' || (this.time !== undefined && second < 0)) return null
    return { from, to: scan.at, id, second }
  }
}

/** False if the same value is already expected to be of another kind. */
function putPath(root: FieldsByLength, { path, kind }: Expected): boolean {
  let fields = root
  for (const [at, name] of path.entries()) {
    const field = put(fields, name)
    const last = at === path.length - 1
    if (last && field.kind !== null && field.kind !== kind) return false
    if (last) field.kind = kind
    else {
      field.inner ??= []
      fields = field.inner
    }
    if (field.inner && field.kind !== null && field.kind !== 'object') return false
  }
  return true
}

function put(fields: FieldsByLength, name: string): Field {
  const bytes = Buffer.from(name)
  const sameLength = fields[bytes.length] ?? []
  fields[bytes.length] = sameLength
  const known = sameLength.find((field) => field.name.equals(bytes))
  if (known) return known
  const field: Field = { name: bytes, kind: null, isTime: false, inner: null }
  sameLength.push(field)
  return field
}

function readFields(scan: JsonScanner, fields: FieldsByLength, scanning: ScanState): void {
  if (scan.peek() !== openBrace) {
    giveUp(scan, scanning)
    return
  }
  for (let more = scan.enter(closeBrace); more; more = scan.next(closeBrace)) {
    const from = scan.at + 1
    const field = find(fields, scan.json, from, scan.name())
    if (field === undefined) scan.value()
    else readField(scan, field, scanning)
  }
}

/** The entries of a list, named by their indexes. */
function readEntries(scan: JsonScanner, fields: FieldsByLength, scanning: ScanState): void {
  let at = 0
  for (let more = scan.enter(closeBracket); more; more = scan.next(closeBracket)) {
    const name = String(at++)
    const field = fields[name.length] && find(fields, Buffer.from(name), 0, name.length)
    if (field === undefined) scan.value()
    else readField(scan, field, scanning)
  }
}

function giveUp(scan: JsonScanner, scanning: ScanState): void {
  scan.value()
  scanning.matches = false
}

/** @throws Error `notScanned` for a name with escapes, since it may equal an expected name */
function find(fields: FieldsByLength, json: Buffer, from: number, to: number): Field | undefined {
  for (let at = from; at < to; at++) if (json[at] === backslash) throw notScanned
  const sameLength = fields[to - from]
  if (sameLength === undefined) return undefined
  next: for (const field of sameLength) {
    const { name } = field
    for (let at = name.length - 1; at >= 0; at--) if (name[at] !== json[from + at]) continue next
    return field
  }
  return undefined
}

function readField(scan: JsonScanner, { kind, inner, isTime }: Field, scanning: ScanState): void {
  const { json, at: from } = scan
  const first = scan.peek()
  if (first === letterN) {
    scan.value()
    if (kind === 'id' || isTime) scanning.matches = false
    return
  }
  if (inner !== null) {
    if (first !== openBracket) readFields(scan, inner, scanning)
    else if (kind === null) readEntries(scan, inner, scanning)
    else giveUp(scan, scanning)
    return
  }
  if (kind === 'reference' && first === openBrace) {
    if (!hasPlainId(scan)) scanning.matches = false
    return
  }
  scan.value()
  if (kind === 'id')
    scanning.id =
      first === quote && isPlain(json, from + 1, scan.at - 1) ? json.toString('latin1', from + 1, scan.at - 1) : ''
  else if (kind === null || !matchesKind(kind, json, from, scan.at)) scanning.matches = false
  else if (isTime) scanning.second = readNumeral(json, from, scan.at)
}

const idOnly: FieldsByLength = []
put(idOnly, 'id').kind = 'id'

/** Skips an expanded object, which stands in place of its id. */
function hasPlainId(scan: JsonScanner): boolean {
  const scanning: ScanState = { id: '', second: -1, matches: true }
  readFields(scan, idOnly, scanning)
  return scanning.matches && scanning.id !== ''
}
