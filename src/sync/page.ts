import { fieldOf, type Item } from '../json/item.ts'
import type { Page } from '../provider/contract.ts'
import { second } from '../provider/fields.ts'
import { provenSeconds, type Reached, type Slice } from './slices.ts'
import type { Listed } from './source.ts'

/** Creation seconds, both ends included, of which `ids` is all that the provider listed. `to: null`: up to now. */
export interface Proven {
  readonly from: number
  readonly to: number | null
  readonly ids: readonly string[]
}

/** What a page means for the slice it was read for. */
export interface Digest {
  /** The items that lie in the slice; older ones belong to a slice that was split off. */
  readonly items: readonly Item[]
  readonly reached: Reached
  readonly proven: Proven | null
  /** Creation seconds of the items that no page before had. */
  readonly listed: readonly number[]
  /** Items a second; null where the page says nothing of it. */
  readonly density: number | null
}

/** Reads a page against its slice, pure. */
export function digestPage(slice: Slice, source: Listed, page: Page): Digest {
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
    items: inSlice.map(({ item }) => item),
    reached,
    proven: provable(slice, source) && known.length === dated.length ? proven(slice, reached, inSlice) : null,
    listed: inSlice.flatMap(({ id, created }) =>
      created === null || (created === slice.position && id !== null && before.has(id)) ? [] : [created],
    ),
    density: oldest === null ? null : page.items.length / (span + 1),
  }
}

/** A part of a resource says nothing about rows that are in another part by now, and events nothing about what had none. */
function provable({ part }: Slice, { kind, createdFilter }: Listed): boolean {
  return createdFilter !== undefined && part === null && kind === 'list'
}

function proven(slice: Slice, reached: Reached, items: readonly { readonly id: string | null }[]): Proven | null {
  const seconds = provenSeconds(slice, reached)
  if (!seconds) return null
  return { ...seconds, ids: [...slice.boundary, ...items.map(({ id }) => id).filter((id) => id !== null)] }
}

/** Null where there is none that can be right: outside what was asked for, or newer than what was read before. */
function createdSecond(source: Listed, item: Item, { query, position }: Slice): number | null {
  if (!source.createdFilter) return null
  const created = second(fieldOf(item, source.createdFilter.field))
  if (created === null || created < query.from || created >= (query.to ?? Number.POSITIVE_INFINITY)) return null
  return position === null || created <= position ? created : null
}

/**
 * Where a page leaves the slice: from there on every item that tells its time is older than it. An item that tells none,
 * or a time out of order, belongs with those before it, so that it is never lost between two slices.
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
