import type { SyncedTable } from '../../../db/schema.ts'
import type { RowMapping } from '../../../provider/mapping.ts'
import type { Kit } from '../kit.ts'
import { stepsOf, valueAt } from './pointer.ts'
import { readerOf, timeOf, usualReader } from './readers.ts'
import type { Manifest } from './schema.ts'
import type { ColumnPart } from './schema-columns.ts'
import type { TimeFilterPart } from './schema-parts.ts'
import type { KnownColumn, KnownTable } from './tables.ts'

interface Mapped {
  readonly known: KnownTable
  /** The value of the column `resource` in a table of all kinds of objects. */
  readonly resource: string
  readonly columns: Readonly<Record<string, ColumnPart>>
  /** The column of a nested list that the core fills, by its name in code. */
  readonly parent?: string
  readonly created?: TimeFilterPart | undefined
  readonly updated?: TimeFilterPart | undefined
  readonly digits: Manifest['currencyDigits']
}

/** The row of an item, from the columns of a manifest. */
export function rowMapping(mapped: Mapped, kit: Kit): RowMapping<SyncedTable> {
  const { known, columns, created, updated } = mapped
  const { derived, mapping } = kit.mapping
  // Postgres must not read these from the payload.
  const filled = (name: string) => {
    if (name === 'resource') return derived(() => mapped.resource)
    return name === mapped.parent ? derived(() => null) : undefined
  }
  const named = Object.entries(columns).flatMap(([name, part]) => {
    const column = known.columns.get(name)
    return column ? [[column.name, columnOf(part, { name, column, mapped, kit })] as const] : []
  })
  const rest = [...known.columns.values()].map(({ name, isRequired }) => [
    name,
    filled(name) ?? (isRequired ? derived(() => false) : { absent: true as const }),
  ])
  return mapping<SyncedTable>({
    ...Object.fromEntries(rest),
    ...Object.fromEntries(named),
    createdAt: timeColumn(columns.created_at, created, kit),
    updatedAt: timeColumn(columns.updated_at, updated, kit),
  })
}

/** The time of creation or change: the column's own place, else that of the filter. */
function timeColumn(part: ColumnPart | undefined, filter: TimeFilterPart | undefined, kit: Kit) {
  const place = part === undefined ? filter : typeof part === 'string' ? { at: part, read: undefined } : part
  if (!place || !('at' in place)) return kit.mapping.derived(() => null)
  const name = 'read' in place ? place.read : undefined
  const isTime = name === 'unixSeconds' || name === 'unixMilliseconds' || name === 'date'
  return placed(kit, timeOf(isTime ? name : 'dateTime', kit), [place.at].flat())
}

interface Place {
  readonly name: string
  readonly column: KnownColumn
  readonly mapped: Mapped
  readonly kit: Kit
}

function columnOf(part: ColumnPart, { name, column, mapped, kit }: Place) {
  const { derived } = kit.mapping
  const reader = usualReader(name, column.type)
  if (typeof part === 'string') return placed(kit, readerOf(reader, kit), [part])
  if ('value' in part) return derived(() => part.value)
  if ('money' in part) {
    return moneyColumn(part.money, mapped.digits, kit)
  }
  if ('is' in part) {
    const { at, is } = part
    return derived((item) => {
      const value = valueAt(item, at)
      return value === undefined ? null : is.some((expected) => expected === value)
    })
  }
  return placed(kit, readerOf(part.read ?? reader, kit), [part.at].flat())
}

interface MoneyPlaces {
  readonly amount: string
  readonly currency: string
}

/** An amount that is not exact counts as drift where it is an object with its currency. */
function moneyColumn({ amount, currency }: MoneyPlaces, digits: Mapped['digits'], kit: Kit) {
  const [ofAmount, ofCurrency] = [amount, currency].map((pointer) => pointer.slice(0, pointer.lastIndexOf('/')))
  const last = (pointer: string) => stepsOf(pointer).at(-1) ?? ''
  if (ofAmount && ofAmount === ofCurrency) {
    const read = kit.money.decimalMoney({ amount: last(amount), currency: last(currency) }, digits)
    return placed(kit, read, [ofAmount])
  }
  const read = kit.money.decimalMoney({ amount: 'amount', currency: 'currency' }, digits)
  return kit.mapping.derived((item) => read({ amount: valueAt(item, amount), currency: valueAt(item, currency) }))
}

/** Postgres reads a value at a path itself, as long as its names are plain ones. */
function placed<Value>(kit: Kit, read: (value: unknown) => Value | null, pointers: readonly string[]) {
  const paths = pointers.map(stepsOf)
  const isPlain = paths.every((path) => path.length > 0 && path.every((step) => /^\w+$/.test(step)))
  return { ...kit.mapping.at(isPlain ? read : (value: unknown) => read(value)), paths }
}
