import type { RowOf, SyncedTable } from '../db/schema.ts'
import { type Item, matches } from '../json/item.ts'
import type { Kind } from '../json/kinds.ts'
import type { Expected } from '../json/shape.ts'
import { type JsonPaths, obstacle, valueAt } from '../json/value.ts'
import { decimal, type Fields, fields, flag, id, integer, object, reference, text, unixSeconds } from './fields.ts'
import { unreadRows } from './unread-row.ts'

/*
 * A mapping from items to rows as data: each column of a table names its path in the item and the reader of its shape.
 * The compiler finds a forgotten column, and a field of an unknown shape is counted.
 */

/** Called with each column that becomes null because its field has an unknown shape. */
export type OnDrift = (column: string) => void

/** Maps an item to its table's row, pure. A plain function is enough; a function made by `mapping` is faster. */
export interface RowMapping<Table extends SyncedTable> {
  (item: Item, onDrift?: OnDrift): RowOf<Table>
  /** The columns that Postgres can read itself from an item without drift. */
  readonly paths?: JsonPaths
  /** The paths and kinds of all columns, if Postgres can read every column; null if a column is computed here. */
  readonly expected?: readonly Expected[] | null
}

/** Reads a value; null if the value has an unknown shape. */
type Reader<Value> = (value: unknown) => Value | null

/** A value at the first of these paths that has one: `parent.subscription_details.subscription`, then `subscription`. */
interface At<Value> {
  readonly paths: readonly (readonly string[])[]
  readonly read: Reader<Value>
}

/** A value computed from the whole item. A field that it cannot read is not counted. */
interface DerivedColumn<Value> {
  readonly derive: (item: Fields) => Value
}

/** A column that the provider has no value for: it is null. */
interface AbsentColumn {
  readonly absent: true
}

/** A bare reader reads the field that has the column's name in SQL. */
type Column<Value> = null extends Value
  ? Reader<NonNullable<Value>> | At<NonNullable<Value>> | DerivedColumn<Value> | AbsentColumn
  : DerivedColumn<NonNullable<Value>>

type WithoutId<Row> = Omit<Row, 'id'>
export type Columns<Table extends SyncedTable> = {
  readonly [Name in keyof WithoutId<RowOf<Table>>]-?: Column<WithoutId<RowOf<Table>>[Name]>
}

/** The readers that take a field's value unchanged, so that Postgres can read it too, and the kind each expects. */
const kinds: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  [text, 'text'],
  [flag, 'flag'],
  [integer, 'integer'],
  [object, 'object'],
  [unixSeconds, 'unixSeconds'],
  [reference, 'reference'],
  [decimal, 'decimal'],
])

/** `at(integer, 'amount_due')`. The first of several paths that has a value counts, for shapes that moved. */
export function at<Value>(read: Reader<Value>, ...paths: readonly string[]): At<Value> {
  return { read, paths: paths.map((path) => path.split('.')) }
}

export function derived<Value>(derive: (item: Fields) => Value): DerivedColumn<Value> {
  return { derive }
}

/** `...absent('updatedAt', 'orderId')`: columns that the provider has no value for. */
export function absent<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, AbsentColumn>> {
  // The record has an entry for each name.
  return Object.fromEntries(names.map((name) => [name, { absent: true }])) as Record<Name, AbsentColumn>
}

export function mapping<Table extends SyncedTable>(columns: Columns<Table>): RowMapping<Table> {
  const readers = Object.entries<Column<unknown>>(columns).map(
    ([name, column]) => [name, readerOf(name, column)] as const,
  )
  const expected = expectedBy(columns)
  const unread = unreadRows<Table>(
    readers.map(([name]) => name),
    read,
  )
  const row = (item: Item, onDrift?: OnDrift) =>
    expected && matches(item, expected) ? unread(item) : read(item, onDrift)
  return Object.assign(row, { paths: pathsOf(columns), expected })

  function read(item: Item, onDrift?: OnDrift): RowOf<Table> {
    const values = fields(item.value())
    const row: Record<string, unknown> = { id: item.id ?? id(values) }
    for (const [name, readColumn] of readers) row[name] = readColumn(values, onDrift)
    // `Columns` has a column of the right type for each of the row's.
    return row as RowOf<Table>
  }
}

function expectedBy(columns: Readonly<Record<string, Column<unknown>>>): readonly Expected[] | null {
  const all: Expected[] = []
  for (const [name, column] of Object.entries(columns)) {
    if (isDerived(column)) return null
    if (isAbsent(column)) continue
    const { paths, read } = placed(name, column)
    const kind = kinds.get(read)
    if (kind === undefined) return null
    all.push(...paths.map((path) => ({ path, kind })))
  }
  return all
}

/** Reads a column's value from an item, and reports a field of an unknown shape to `onDrift`. */
function readerOf(name: string, column: Column<unknown>): (item: Fields, onDrift?: OnDrift) => unknown {
  if (isDerived(column)) return column.derive
  if (isAbsent(column)) return () => null
  const { paths, read } = withExpanded(placed(name, column))
  return (item, onDrift) => {
    const field = firstValue(item, paths)
    if (field === undefined) return null
    const value = read(field)
    if (value === null) onDrift?.(name)
    return value
  }
}

function isDerived(column: Column<unknown>): column is DerivedColumn<unknown> {
  return typeof column === 'object' && 'derive' in column
}

function isAbsent(column: Column<unknown>): column is AbsentColumn {
  return typeof column === 'object' && 'absent' in column
}

function placed(name: string, column: Exclude<Column<unknown>, DerivedColumn<unknown> | AbsentColumn>): At<unknown> {
  return typeof column === 'function' ? at(column, snakeCase(name)) : column
}

/** A reference is an id or an expanded object, so that its value has two paths. */
function withExpanded({ paths, read }: At<unknown>): At<unknown> {
  return { read, paths: read === reference ? paths.flatMap((path) => [[...path, 'id'], path]) : paths }
}

function pathsOf(columns: Readonly<Record<string, Column<unknown>>>): JsonPaths {
  const all = Object.entries(columns).flatMap(([name, column]) => {
    if (isDerived(column)) return []
    if (isAbsent(column)) return [[name, []] as const]
    const { paths, read } = withExpanded(placed(name, column))
    return kinds.has(read) ? [[name, paths] as const] : []
  })
  return Object.fromEntries(all)
}

/** Undefined if no path has a value. */
function firstValue(item: Fields, paths: At<unknown>['paths']): unknown {
  let blocked: unknown
  for (const path of paths) {
    const value = valueAt(item, path)
    if (value !== undefined && value !== obstacle) return value
    blocked ??= value
  }
  return blocked
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
