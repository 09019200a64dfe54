import type { RowOf, SyncedTable } from '../db/schema.ts'
import { Unparsed } from '../json/item.ts'
import type { Places } from '../json/raw-json.ts'
import type { Expected, Kind } from '../json/shape.ts'
import { decimal, type Fields, fields, flag, id, instant, integer, object, reference, text } from './fields.ts'

/*
 * A mapping from items to rows as data: for each column of a table, where its value is in the item and which reader
 * knows its shape. So a column cannot be forgotten, and a field whose shape nobody knows can be counted.
 */

/** Told of each column that stays null although its field is there, of a shape that is not known. */
export type Odd = (column: string) => void

/** Reads one value; null for what it does not know. */
type Reader<Value> = (value: unknown) => Value | null

/** A value at the first of these paths that has one: `parent.subscription_details.subscription`, then `subscription`. */
interface At<Value> {
  readonly paths: readonly (readonly string[])[]
  readonly read: Reader<Value>
}

/** A value made of the item as a whole; what it cannot read is not counted. */
interface Derived<Value> {
  readonly derive: (item: Fields) => Value
}

/** A bare reader reads the field that is called as the column is in SQL. */
type Column<Value> = null extends Value
  ? Reader<NonNullable<Value>> | At<NonNullable<Value>> | Derived<Value>
  : Derived<NonNullable<Value>>

type WithoutId<Row> = Omit<Row, 'id'>
export type Columns<Table extends SyncedTable> = {
  readonly [Name in keyof WithoutId<RowOf<Table>>]-?: Column<WithoutId<RowOf<Table>>[Name]>
}

export interface Mapping<Table extends SyncedTable> {
  /** See Resource.row. */
  row(item: unknown, odd?: Odd): RowOf<Table>
  /** See Resource.places. */
  readonly places: Places
  /** How an item looks in which every column is where Postgres can read it; null where some have to be made here. */
  readonly expected: readonly Expected[] | null
}

/** Readers that take a field's value as it is, so that Postgres can read it as well, and what they expect. */
const kinds: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  [text, 'text'],
  [flag, 'flag'],
  [integer, 'integer'],
  [object, 'object'],
  [instant, 'instant'],
  [reference, 'reference'],
  [decimal, 'decimal'],
])

/** `at(integer, 'amount_due')`; of several paths the first with a value counts, for shapes that moved. */
export function at<Value>(read: Reader<Value>, ...paths: readonly string[]): At<Value> {
  return { read, paths: paths.map((path) => path.split('.')) }
}

export function derived<Value>(derive: (item: Fields) => Value): Derived<Value> {
  return { derive }
}

export function mapping<Table extends SyncedTable>(columns: Columns<Table>): Mapping<Table> {
  const parts = Object.entries<Column<unknown>>(columns).map(
    ([name, column]) => [name, readerOf(name, column)] as const,
  )
  const Unread = unreadRow<Table>(
    parts.map(([name]) => name),
    (item) => row(item),
  )
  return { places: placesOf(columns), expected: expectedBy(columns), row }

  function row(item: unknown, odd?: Odd): RowOf<Table> {
    if (item instanceof Unparsed) return new Unread(item) as unknown as RowOf<Table>
    const from = fields(item)
    const row: Record<string, unknown> = { id: id(item) }
    for (const [name, read] of parts) row[name] = read(from, odd)
    // `Columns` has one of the right type for each of the row's.
    return row as RowOf<Table>
  }
}

/** A row whose columns are read when somebody asks for one; mostly Postgres does. */
function unreadRow<Table extends SyncedTable>(names: readonly string[], read: (item: unknown) => RowOf<Table>) {
  class Unread {
    readonly id: string
    readonly #item: Unparsed
    #row: Readonly<Record<string, unknown>> | undefined

    constructor(item: Unparsed) {
      this.id = item.id
      this.#item = item
    }

    column(name: string): unknown {
      this.#row ??= read(this.#item.whole())
      return this.#row[name]
    }
  }
  for (const name of names) {
    Object.defineProperty(Unread.prototype, name, {
      get(this: Unread) {
        return this.column(name)
      },
    })
  }
  return Unread
}

function expectedBy(columns: Readonly<Record<string, Column<unknown>>>): readonly Expected[] | null {
  const all: Expected[] = []
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column === 'object' && 'derive' in column) return null
    const { paths, read } = standing(name, column)
    const kind = kinds.get(read)
    if (kind === undefined) return null
    all.push(...paths.map((path) => ({ path, kind })))
  }
  return all
}

/** A column's value of an item, and whether its field is there in a shape that is not known. */
function readerOf(name: string, column: Column<unknown>): (item: Fields, odd?: Odd) => unknown {
  if (typeof column === 'object' && 'derive' in column) return column.derive
  const { paths, read } = placed(name, column)
  return (item, odd) => {
    const found = find(item, paths)
    if (found === undefined) return null
    const value = read(found)
    if (value === null) odd?.(name)
    return value
  }
}

function standing(name: string, column: Exclude<Column<unknown>, Derived<unknown>>): At<unknown> {
  return typeof column === 'function' ? at(column, snakeCase(name)) : column
}

/** An object that is referred to is there as its id or, expanded, as itself: one more path to the same value. */
function placed(name: string, column: Exclude<Column<unknown>, Derived<unknown>>): At<unknown> {
  const { paths, read } = standing(name, column)
  return { read, paths: read === reference ? paths.flatMap((path) => [[...path, 'id'], path]) : paths }
}

function placesOf(columns: Readonly<Record<string, Column<unknown>>>): Places {
  const all = Object.entries(columns).flatMap(([name, column]) => {
    if (typeof column === 'object' && 'derive' in column) return []
    const { paths, read } = placed(name, column)
    return kinds.has(read) ? [[name, paths] as const] : []
  })
  return Object.fromEntries(all)
}

/** Stands in a path's way: a value where an object was expected. No reader knows it. */
const obstacle = Symbol('obstacle')

/** The first value there is; undefined where there is none. */
function find(item: Fields, paths: At<unknown>['paths']): unknown {
  let found: unknown
  for (const path of paths) {
    const value = follow(item, path)
    if (value !== undefined && value !== obstacle) return value
    found ??= value
  }
  return found
}

function follow(item: Fields, path: readonly string[]): unknown {
  let value: unknown = item
  for (const name of path) {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object') return obstacle
    value = (value as Fields)[name]
  }
  return value ?? undefined
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
