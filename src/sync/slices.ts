import type { Window } from '../provider/contract.ts'

/** A list, or a window of it, that is read to its end, newest first. Plain data, because checkpoints store slices. */
export interface Slice {
  /** Unique within its checkpoint. */
  readonly id: number
  readonly resource: string
  /** The resource's part; null if the resource has no parts. */
  readonly part: string | null
  /** Which time the windows are of; absent: of creation. */
  readonly by?: 'updated' | undefined
  /** The window to read. Its lower bound rises when an older part is split off. */
  readonly window: Window
  /** The window sent to the provider. `cursor` is valid with this window only. */
  readonly query: Window
  readonly cursor: string | null
  /** Creation second of the last item read. Every newer item of the slice has been read. */
  readonly position: number | null
  /** Ids read so far of the second `position`, which the next page may go on with. Of a list without a time: of the last page. */
  readonly boundary: readonly string[]
  /** The second from which items before the window are taken as well; absent if none are. */
  readonly lookBackTo?: number | undefined
  /** Objects to fetch by id, all in one page. Absent if the slice is a list or a window of it. */
  readonly ids?: readonly string[] | undefined
  /** What the pages have shown so far of a list that counts only as a whole, by resource. See WholeList. */
  readonly pending?: Readonly<Record<string, Tally>> | undefined
}

/** The number of items that lists have shown. */
export interface Tally {
  /** The earliest second in which a page was asked for, by the provider's clock; later items are not counted. */
  readonly until: number
  /** Distinct items the provider listed, and the same per month of creation (`2026-10`). */
  readonly listed: number
  readonly months: Readonly<Record<string, number>>
  /** Items of the last seconds by second of creation: a page that was asked for earlier takes out what it makes too late. */
  readonly recent?: Readonly<Record<string, number>> | undefined
  /** Items of nested lists that were read again with their parents, which may have changed since they were counted. */
  readonly relisted?: number | undefined
}

/** Where a page stands in a list, or in a window of it, that counts only as a whole: it is read to its end or again. */
export interface WholeList {
  readonly begins: boolean
  readonly ends: boolean
}

/** The position of a slice after a page. */
export interface PageEnd {
  readonly query: Window
  readonly next: string | null
  /** Creation second of the page's last item; null if items have none. */
  readonly oldest: number | null
  /** Ids read so far of that second. */
  readonly boundary: readonly string[]
}

/** The slice after a page; null if the page was its last. */
export function afterPage(slice: Slice, { query, next, oldest, boundary }: PageEnd): Slice | null {
  const passedLowerBound = oldest !== null && oldest < slice.window.from
  if (next === null || passedLowerBound) return null
  return { ...slice, query, cursor: next, position: oldest ?? slice.position, boundary }
}

/**
 * The creation seconds, both ends included, that a page covers completely: the page has every item of them that the
 * provider has. Earlier pages may have items of the newest second. Null if the page covers no second completely.
 */
export function provenSeconds(
  slice: Slice,
  reached: PageEnd,
): { readonly from: number; readonly to: number | null } | null {
  const last = afterPage(slice, reached) === null
  if (!last && reached.oldest === null) return null
  const from = last ? slice.window.from : (reached.oldest ?? 0) + 1
  const to = slice.position ?? (slice.window.to === null ? null : slice.window.to - 1)
  return to !== null && from > to ? null : { from, to }
}

/** The slice to read if its cursor's object is gone: it starts at the last second read, without a cursor. */
export function withoutCursor(slice: Slice): Slice {
  const to = slice.position === null ? slice.query.to : slice.position + 1
  const boundary = slice.position === null ? [] : slice.boundary
  return { ...slice, query: { from: lowest(slice), to }, cursor: null, boundary }
}

/**
 * Splits a slice between the seconds `at - 1` and `at`. The newer part keeps its query and cursor, and ends when a page
 * passes its new lower bound. The older part starts without a cursor, and only it looks back before the window. So a cursor is only used with its own window, and
 * a slice may be split while a page is in flight.
 */
export function splitSlice(slice: Slice, at: number, id: number): readonly [Slice, Slice] {
  const { lookBackTo: _, ...newer } = slice
  const start = { cursor: null, position: null, boundary: [] }
  return [
    { ...newer, window: { from: at, to: slice.window.to } },
    { ...slice, id, window: { from: slice.window.from, to: at }, query: { from: lowest(slice), to: at }, ...start },
  ]
}

/** Splits a slice between the seconds `at - 1` and `at` into two that are read from their beginnings. */
export function halveSlice(
  slice: Slice,
  { at, newerId, olderId }: { readonly at: number; readonly newerId: number; readonly olderId: number },
): readonly [Slice, Slice] {
  const { lookBackTo, pending: _, ...rest } = slice
  const start = { cursor: null, position: null, boundary: [] }
  const newer = { from: at, to: slice.query.to }
  return [
    { ...rest, id: newerId, window: newer, query: newer, ...start },
    {
      ...rest,
      id: olderId,
      window: { from: slice.window.from, to: at },
      query: { from: lowest(slice), to: at },
      ...start,
      ...(lookBackTo !== undefined && { lookBackTo }),
    },
  ]
}

/** The first second that a slice asks for. */
const lowest = ({ lookBackTo, window }: Slice) => lookBackTo ?? window.from

/** The state of reading a slice, ahead of the committed state. */
export interface Reading {
  readonly slice: Slice
  /** Items a second on its last page; null before the first page. */
  readonly density: number | null
  readonly inFlight: boolean
}

/** Estimates the items left in a slice from the density of its last page. `since`: see Identity.since. */
export function estimate({ slice, density }: Reading, since: number): number {
  if (density === null || slice.position === null) return 0
  return Math.max(0, slice.position - Math.max(slice.window.from, since)) * density
}

/** The pages that must be left in a slice to split it. Fewer and later splits cost fewer requests. */
export interface SplitLimits {
  readonly pages: number
  /** For a few splits: near the end of a list the limiter has requests that no slice would use. */
  readonly finerPages: number
}

/** Of a list. */
export const listLimits: SplitLimits = { pages: 1.5, finerPages: 1.2 }
/** Of the feed of changes: two slices share a second, of which objects are asked for by id. */
export const feedLimits: SplitLimits = { pages: 4, finerPages: 2 }

export interface Split {
  readonly id: number
  readonly at: number
  readonly isFiner: boolean
  /** Items left in the slice, estimated. */
  readonly work: number
}

interface Choice {
  readonly since: number
  readonly pageSize: number
  readonly limits?: SplitLimits
  readonly mayBeFiner?: boolean
  /** Creation seconds at which windows of whole pages begin, oldest first, as an earlier job found them. */
  readonly known?: readonly number[]
}

/**
 * Chooses the split when the limiter has a request that no slice is ready to use: the slice with the most estimated
 * work left, in the middle of its remaining time. Null if no slice has enough work left. Where an earlier job knew the
 * list, a split is where it found a page to begin, because any other costs a request.
 */
export function chooseSplit(
  readings: readonly Reading[],
  { since, pageSize, limits = listLimits, mayBeFiner = false, known = [] }: Choice,
): Split | null {
  const least = (mayBeFiner ? limits.finerPages : limits.pages) * pageSize
  let best: Split | null = null
  for (const reading of readings) {
    const { slice, density, inFlight } = reading
    if (density === null || density <= 0 || slice.position === null) continue
    const from = Math.max(slice.window.from, since)
    // The page in flight will move the slice down by about a page.
    const position = inFlight ? Math.floor(slice.position - pageSize / density) : slice.position
    const inside = known.filter((second) => second > slice.window.from && second <= position)
    const isLastKnown = inside.length === 0 && slice.window.from < (known.at(-1) ?? 0)
    if (isLastKnown) continue
    const work = inside.length > 0 ? 2 * inside.length * pageSize : (position - from) * density
    const at = inside[Math.floor(inside.length / 2)] ?? from + Math.floor((position - from) / 2)
    if (work < least || at <= slice.window.from || at >= slice.position) continue
    if (best === null || work > best.work) best = { id: slice.id, at, isFiner: work < limits.pages * pageSize, work }
  }
  return best
}
