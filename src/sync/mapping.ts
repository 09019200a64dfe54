import type { RowOf, SyncedTable } from '../db/schema.ts'
import type { Places } from '../payload.ts'
import { decimal, type Fields, fields, flag, id, instant, integer, object, reference, text } from './fields.ts'
import type { Odd } from './rows.ts'

/*
 * A mapping from items to rows as data: for each column of a table, where its value is in the item and which reader
 * knows its shape. So a column cannot be forgotten, and a field whose shape nobody knows can be counted.
 */

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
}

/** Readers that take a field's value as it is, so that Postgres can read it as well. */
const taken: ReadonlySet<unknown> = new Set([text, flag, integer, object, instant, decimal, reference])

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
  return {
    places: placesOf(columns),
    row(item, odd) {
      const from = fields(item)
      const row: Record<string, unknown> = { id: id(item) }
      for (const [name, read] of parts) row[name] = read(from, odd)
      // `Columns` has one of the right type for each of the row's.
      return row as RowOf<Table>
    },
  }
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

/** An object that is referred to is there as its id or, expanded, as itself: one more path to the same value. */
function placed(name: string, column: Exclude<Column<unknown>, Derived<unknown>>): At<unknown> {
  const { paths, read } = typeof column === 'function' ? at(column, snakeCase(name)) : column
  return { read, paths: read === reference ? paths.flatMap((path) => [[...path, 'id'], path]) : paths }
}

function placesOf(columns: Readonly<Record<string, Column<unknown>>>): Places {
  const all = Object.entries(columns).flatMap(([name, column]) => {
    if (typeof column === 'object' && 'derive' in column) return []
    const { paths, read } = placed(name, column)
    return taken.has(read) ? [[name, paths] as const] : []
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
