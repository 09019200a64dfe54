import type { ListItem } from './collection.ts'
import { badRequest } from './refusal.ts'
import { highestAt, lowestAt, type Position, type SortKey, type SortOrder } from './sort-order.ts'
import { sortValue } from './sort-value.ts'

/** A range of moments, in unix milliseconds. `from` is in it. */
export interface TimeRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Whether `to` is in it as well. */
  readonly inclusive: boolean
}

export function checkRange(range: TimeRange, field: string): TimeRange {
  if (range.from !== undefined && range.to !== undefined && range.from > range.to)
    throw badRequest('INVALID_TIME_RANGE', 'The time range ends before it begins.', field)
  return range
}

/** The items of a list that is sorted by the same value as the range. Nothing outside the range is looked at. */
export function* itemsWithin(
  list: (after: Position | undefined) => Iterable<ListItem>,
  { descending }: SortOrder,
  range: TimeRange,
  after: Position | undefined,
): Generator<ListItem> {
  for (const item of list(after ?? startOf(range, descending))) {
    const { key } = item.position
    if (typeof key !== 'number' || isPast(key, range, descending)) return
    yield item
  }
}

/** Whether a moment of an object lies in a range. An object without that moment lies in no range. */
export function isWithin(item: ListItem, by: SortKey, { from, to, inclusive }: TimeRange): boolean {
  const value = sortValue(item.object(), by)
  if (typeof value !== 'number') return false
  return (from === undefined || value >= from) && (to === undefined || value < to || (inclusive && value === to))
}

function startOf({ from, to, inclusive }: TimeRange, descending: boolean): Position | undefined {
  if (!descending) return from === undefined ? undefined : lowestAt(from)
  if (to === undefined) return undefined
  return inclusive ? highestAt(to) : lowestAt(to)
}

function isPast(key: number, { from, to, inclusive }: TimeRange, descending: boolean): boolean {
  if (descending) return from !== undefined && key < from
  return to !== undefined && (inclusive ? key > to : key >= to)
}
