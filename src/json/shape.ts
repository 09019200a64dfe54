import { longestId } from './id.ts'
import {
  backslash,
  closeBrace,
  closeBracket,
  dot,
  isDigit,
  type JsonScanner,
  letterF,
  letterN,
  letterT,
  minus,
  notScanned,
  openBrace,
  openBracket,
  quote,
} from './scanner.ts'

/** How a value has to look for the reader of that name in `fields.ts` to take it as it is. Null is fine with all of them. */
export type Kind = 'text' | 'flag' | 'integer' | 'instant' | 'object' | 'reference' | 'decimal'

/** Where a value is in an item, and how it has to look. */
export interface Expected {
  readonly path: readonly string[]
  readonly kind: Kind
}

/** What an item's own bytes tell of it without being parsed. */
export interface Outline {
  /** Of its first byte, and of the one after its last. */
  readonly from: number
  to: number
  id: string
  /** Second since 1970; -1 where it was not looked for. */
  second: number
  /** Its id and time are plain, and every value looks as expected. Otherwise nothing here counts. */
  fits: boolean
}

interface Field {
  readonly name: Buffer
  kind: Kind | 'id' | null
  isTime: boolean
  inner: Fields | null
}

/** Fields by the length of their names: most others are told from them by that. */
type Fields = (Field[] | undefined)[]

/** How the items of a list have to look, so that Postgres can read their columns and nobody needs to parse them. */
export class Shape {
  readonly #fields: Fields
  readonly #timed: boolean

  private constructor(fields: Fields, timed: boolean) {
    this.#fields = fields
    this.#timed = timed
  }

  /** `time`: the field with the second of its creation, where one is looked for. Null where values are expected in different shapes. */
  static of(all: readonly Expected[], time: string | undefined): Shape | null {
    const root: Fields = []
    put(root, 'id').kind = 'id'
    for (const { path, kind } of all) {
      let fields = root
      for (const [at, name] of path.entries()) {
        const field = put(fields, name)
        const last = at === path.length - 1
        if (last && field.kind !== null && field.kind !== kind) return null
        if (last) field.kind = kind
        else {
          field.inner ??= []
          fields = field.inner
        }
        if (field.inner && field.kind !== null && field.kind !== 'object') return null
      }
    }
    if (time === undefined) return new Shape(root, false)
    const field = put(root, time)
    if (field.inner || (field.kind !== null && field.kind !== 'instant')) return null
    field.kind = 'instant'
    field.isTime = true
    return new Shape(root, true)
  }

  /** Passes over an item. @throws Error `notScanned` */
  read(scan: JsonScanner): Outline {
    const outline = { from: scan.at, to: scan.at, id: '', second: -1, fits: true }
    readFields(scan, this.#fields, outline)
    outline.to = scan.at
    outline.fits &&= outline.id !== '' && (outline.second >= 0 || !this.#timed)
    return outline
  }
}

function put(fields: Fields, name: string): Field {
  const bytes = Buffer.from(name)
  const own = fields[bytes.length] ?? []
  fields[bytes.length] = own
  const known = own.find((field) => field.name.equals(bytes))
  if (known) return known
  const field: Field = { name: bytes, kind: null, isTime: false, inner: null }
  own.push(field)
  return field
}

function readFields(scan: JsonScanner, fields: Fields, outline: Outline): void {
  if (scan.peek() !== openBrace) {
    giveUp(scan, outline)
    return
  }
  for (let more = scan.enter(closeBrace); more; more = scan.next(closeBrace)) {
    const from = scan.at + 1
    const field = find(fields, scan.json, from, scan.name())
    if (field === undefined) scan.value()
    else readField(scan, field, outline)
  }
}

/** The entries of a list, which are called by their numbers. */
function readEntries(scan: JsonScanner, fields: Fields, outline: Outline): void {
  let at = 0
  for (let more = scan.enter(closeBracket); more; more = scan.next(closeBracket)) {
    const name = String(at++)
    const field = fields[name.length] && find(fields, Buffer.from(name), 0, name.length)
    if (field === undefined) scan.value()
    else readField(scan, field, outline)
  }
}

function giveUp(scan: JsonScanner, outline: Outline): void {
  scan.value()
  outline.fits = false
}

/** @throws Error `notScanned` for a name that may be another one, written with escapes */
function find(fields: Fields, json: Buffer, from: number, to: number): Field | undefined {
  for (let at = from; at < to; at++) if (json[at] === backslash) throw notScanned
  const some = fields[to - from]
  if (some === undefined) return undefined
  next: for (const field of some) {
    const { name } = field
    for (let at = name.length - 1; at >= 0; at--) if (name[at] !== json[from + at]) continue next
    return field
  }
  return undefined
}

function readField(scan: JsonScanner, { kind, inner, isTime }: Field, outline: Outline): void {
  const { json, at: from } = scan
  const first = scan.peek()
  if (first === letterN) {
    scan.value()
    if (kind === 'id' || isTime) outline.fits = false
    return
  }
  if (inner !== null) {
    if (first !== openBracket) readFields(scan, inner, outline)
    else if (kind === null) readEntries(scan, inner, outline)
    else giveUp(scan, outline)
    return
  }
  if (kind === 'reference' && first === openBrace) {
    if (!hasId(scan)) outline.fits = false
    return
  }
  scan.value()
  if (kind === 'id')
    outline.id =
      first === quote && isPlain(json, from + 1, scan.at - 1) ? json.toString('latin1', from + 1, scan.at - 1) : ''
  else if (!looks(kind, json, from, scan.at)) outline.fits = false
  else if (isTime) outline.second = number(json, from, scan.at)
}

/** Passes over an object that is there instead of its id. Whether its id is plain. */
function hasId(scan: JsonScanner): boolean {
  const { id, fits } = idOnly.read(scan)
  return fits && id !== ''
}

/** Whether the value at this place looks as the reader wants it. */
function looks(kind: Kind | null, json: Buffer, from: number, to: number): boolean {
  const first = json[from]
  switch (kind) {
    case 'text':
      return first === quote
    case 'flag':
      return first === letterT || first === letterF
    case 'object':
      return first === openBrace
    case 'reference':
      return first === quote && isPlain(json, from + 1, to - 1)
    case 'integer':
      return allDigits(json, first === minus ? from + 1 : from, to, 15)
    case 'decimal':
      return first === quote ? isDecimal(json, from + 1, to - 1) : isDecimal(json, from, to)
    case 'instant':
      return allDigits(json, from, to, 11)
    default:
      return false
  }
}

/** Whether a text is an id as it stands: of ASCII, without escapes, not too long. */
function isPlain(json: Buffer, from: number, to: number): boolean {
  if (to === from || to - from > longestId) return false
  for (let at = from; at < to; at++) {
    const byte = json[at] ?? 0
    if (byte === backslash || byte >= 0x80) return false
  }
  return true
}

function allDigits(json: Buffer, from: number, to: number, most: number): boolean {
  if (to - from > most) return false
  for (let at = from; at < to; at++) if (!isDigit(json[at] ?? 0)) return false
  return to > from
}

/** Digits, with a sign and a point at most: what `decimal` takes. */
function isDecimal(json: Buffer, from: number, to: number): boolean {
  if (to - from > 100) return false
  const start = json[from] === minus ? from + 1 : from
  let point = start
  while (point < to && json[point] !== dot) point++
  return allDigits(json, start, point, 100) && (point === to || allDigits(json, point + 1, to, 100))
}

function number(json: Buffer, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + (json[at] ?? 0) - 0x30
  return value
}

/** Of an object that is read for its id alone. */
const idOnly = Shape.of([], undefined) as Shape
