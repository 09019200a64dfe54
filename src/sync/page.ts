import { fieldOf, type Item } from '../json/item.ts'
import { valueAt } from '../json/value.ts'
import type { Page, TimeFilter } from '../provider/contract.ts'
import { second } from '../provider/fields.ts'
import { type PageEnd, provenSeconds, type Slice } from './slices.ts'
import { filterOf, type ListFacts } from './source.ts'

/**
 * Creation seconds, both ends included, and the ids of all items the provider listed of them. `to: null`: up to now.
 */
export interface Proven {
  readonly from: number
  readonly to: number | null
  readonly ids: readonly string[]
}

/** A page as read against its slice. */
export interface Digest {
  /** The items in the slice. Older items belong to a slice that was split off, unless the slice looks back. */
  readonly items: readonly Item[]
  readonly reached: PageEnd
  readonly proven: Proven | null
  /** Creation seconds of the items that no earlier page had. */
  readonly listed: readonly number[]
  /** Items a second; null if the page's items have no creation time. */
  readonly density: number | null
}

/** Reads a page against its slice, pure. */
export function digestPage(slice: Slice, source: ListFacts, page: Page): Digest {
  const dated = datedItems(slice, source, page)
  const filter = filterOf(source, slice)
  if (filter?.order === 'none') return digestUnordered(slice, page.next, dated)
  const inSlice = dated.slice(
    0,
    endOfSlice(
      dated.map(({ created }) => created),
      slice.window.from,
    ),
  )
  const known = dated.map(({ created }) => created).filter((created) => created !== null)
  const oldest = known.at(-1) ?? null
  const before = new Set(slice.boundary)
  const inBoundary = inSlice
    .filter(({ created }) => created !== null && created === oldest)
    .map(({ id }) => id)
    .filter((id) => id !== null)
  const samePlace = oldest === null || oldest === slice.position
  const ofSecond = samePlace ? [...slice.boundary, ...inBoundary.filter((id) => !before.has(id))] : inBoundary
  const boundary = filter ? ofSecond : lastIds(slice, dated)
  const reached = { query: slice.query, next: page.next, oldest, boundary }
  const span = oldest === null ? 0 : Math.max(...known) - oldest
  return {
    items: (slice.lookBackTo === undefined ? inSlice : dated).map(({ item }) => item),
    reached,
    proven: isProvable(source, slice) && known.length === dated.length ? proven(slice, reached, inSlice) : null,
    listed: isCounted(slice)
      ? inSlice.flatMap(({ id, created, isGone }) =>
          created === null || isGone || (created === slice.position && id !== null && before.has(id)) ? [] : [created],
        )
      : [],
    density: oldest === null ? null : dated.length / (span + 1),
  }
}

interface DatedItem {
  readonly item: Item
  readonly id: string | null
  readonly created: number | null
  /** The provider shows that the object was deleted: it is no row to count. */
  readonly isGone: boolean
}

/** The items of a slice's query with the times that its filter is about. */
function datedItems(slice: Slice, source: ListFacts, { items }: Page): readonly DatedItem[] {
  const filter = filterOf(source, slice)
  return items.flatMap((item) => {
    const read = filter ? readSecond(filter, item) : null
    // Some lists include the window's end, which belongs to the window that begins there.
    if (filter?.read && read !== null && read >= endOf(slice)) return []
    return { item, id: item.id, created: believed(read, slice), isGone: source.gone?.(item) ?? false }
  })
}

/** Items of a page that the next one may show again: a list without a time has no second that tells them. */
const repeatedAtMost = 100

const lastIds = ({ boundary }: Slice, items: readonly DatedItem[]) =>
  items.length === 0 ? boundary : items.slice(-repeatedAtMost).flatMap(({ id }) => id ?? [])

/** A page of a list in no order, which is read to its end and cannot say what it lacks. */
function digestUnordered(slice: Slice, next: string | null, dated: readonly DatedItem[]): Digest {
  // Lines of a ledger may be the same in all that their ids are made of.
  const counted = dated.map(({ id, created, isGone }, place) => [id ?? place, isGone ? null : created] as const)
  const distinct = new Map(counted).values()
  const listed = isCounted(slice) ? [...distinct].flatMap((created) => created ?? []) : []
  const reached = { query: slice.query, next, oldest: null, boundary: [] }
  return { items: dated.map(({ item }) => item), reached, proven: null, listed, density: null }
}

/** A page of a list with a stated total. `ids`: those of its pages so far. Its last page proves what the window has. */
export function digestWhole(
  slice: Slice,
  source: ListFacts,
  { page, ids }: { readonly page: Page; readonly ids: ReadonlySet<string> },
): Digest {
  const { window } = slice
  const end = window.to ?? (page.completeTo ? Math.floor(page.completeTo.getTime() / 1_000) : null)
  const isProven = page.next === null && isProvable(source, slice)
  return {
    ...digestUnordered(slice, page.next, datedItems(slice, source, page)),
    proven: isProven ? { from: window.from, to: end === null ? null : end - 1, ids: [...ids] } : null,
    density: end === null ? null : (page.total ?? 0) / Math.max(1, end - window.from),
  }
}

/** Whether a slice's items count for the proof: what has changed since is not all that there is. */
export const isCounted = ({ by }: Pick<Slice, 'by'>): boolean => by !== 'updated'

/**
 * Only a list of a resource proves an item missing: an item may have no event, and what has not changed is in no window
 * of change. A part of a list proves that the item is not in this part.
 */
function isProvable({ kind, createdFilter }: ListFacts, slice: Slice): boolean {
  return createdFilter !== undefined && kind === 'list' && isCounted(slice)
}

function proven(slice: Slice, reached: PageEnd, items: readonly { readonly id: string | null }[]): Proven | null {
  const seconds = provenSeconds(slice, reached)
  if (!seconds) return null
  return { ...seconds, ids: [...slice.boundary, ...items.map(({ id }) => id).filter((id) => id !== null)] }
}

const endOf = ({ query: { to } }: Slice): number => to ?? Number.POSITIVE_INFINITY

/**
 * Whether a page of a list in order has only items that come before the slice's position: newer ones, and those of its
 * second that earlier pages had. `isAgain`: the second is being read again.
 */
export function isOfBefore(
  { position, boundary, ...slice }: Slice,
  source: ListFacts,
  { items, isAgain }: Pick<Page, 'items'> & { readonly isAgain: boolean },
): boolean {
  const filter = filterOf(source, slice)
  if (!filter || filter.order === 'none' || position === null) return false
  return items.every((item) => {
    const second = readSecond(filter, item) ?? Number.NEGATIVE_INFINITY
    return second > position || (second === position && !isAgain && item.id !== null && boundary.includes(item.id))
  })
}

/** Null if the time cannot be right: it is outside the query's window or newer than the position. */
function believed(second: number | null, slice: Slice): number | null {
  const { query, position } = slice
  if (second === null || second < query.from || second >= endOf(slice)) return null
  return position === null || second <= position ? second : null
}

/** The time of an item that a filter is about, in seconds since 1970; null if it cannot be read. */
export function readSecond({ field, read }: TimeFilter, item: Item): number | null {
  if (!read) return second(fieldOf(item, field))
  const time = read(valueAt(item.value(), field.split('.')))
  return time && Math.floor(time.getTime() / 1_000)
}

/**
 * The index where a page leaves the slice: every later item with a creation time is older than the slice. An item
 * without a time, or with a time out of order, stays with the items before it, so that no item is lost between two
 * slices.
 */
function endOfSlice(seconds: readonly (number | null)[], from: number): number {
  let end = seconds.length
  for (const [at, second] of [...seconds.entries()].reverse()) {
    if (second === null) continue
    if (second >= from) break
    end = at
  }
  return end
}
