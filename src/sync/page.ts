import { fieldOf, type Item } from '../json/item.ts'
import type { Page } from '../provider/contract.ts'
import { second } from '../provider/fields.ts'
import { provenSeconds, type Reached, type Slice } from './slices.ts'
import type { ListFacts } from './source.ts'

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
  readonly reached: Reached
  readonly proven: Proven | null
  /** Creation seconds of the items that no earlier page had. */
  readonly listed: readonly number[]
  /** Items a second; null if the page's items have no creation time. */
  readonly density: number | null
}

/** Reads a page against its slice, pure. */
export function digestPage(slice: Slice, source: ListFacts, page: Page): Digest {
  const dated = page.items.map((item) => ({ item, id: item.id, created: createdSecond(source, item, slice) }))
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
  const boundary = samePlace ? [...slice.boundary, ...inBoundary.filter((id) => !before.has(id))] : inBoundary
  const reached = { query: slice.query, next: page.next, oldest, boundary }
  const span = oldest === null ? 0 : Math.max(...known) - oldest
  return {
    items: (slice.lookBackTo === undefined ? inSlice : dated).map(({ item }) => item),
    reached,
    proven: provable(source) && known.length === dated.length ? proven(slice, reached, inSlice) : null,
    listed: inSlice.flatMap(({ id, created }) =>
      created === null || (created === slice.position && id !== null && before.has(id)) ? [] : [created],
    ),
    density: oldest === null ? null : page.items.length / (span + 1),
  }
}

/**
 * Only a list of a resource proves an item missing: an item may have no event. A part of a list proves that the item is
 * not in this part.
 */
function provable({ kind, createdFilter }: ListFacts): boolean {
  return createdFilter !== undefined && kind === 'list'
}

function proven(slice: Slice, reached: Reached, items: readonly { readonly id: string | null }[]): Proven | null {
  const seconds = provenSeconds(slice, reached)
  if (!seconds) return null
  return { ...seconds, ids: [...slice.boundary, ...items.map(({ id }) => id).filter((id) => id !== null)] }
}

/** Null if the time cannot be right: it is outside the query's window or newer than the position. */
function createdSecond(source: ListFacts, item: Item, { query, position }: Slice): number | null {
  if (!source.createdFilter) return null
  const created = second(fieldOf(item, source.createdFilter.field))
  if (created === null || created < query.from || created >= (query.to ?? Number.POSITIVE_INFINITY)) return null
  return position === null || created <= position ? created : null
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
