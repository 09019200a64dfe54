import type { Window } from '../provider/contract.ts'

/** One thing being read to its end, newest first. Plain data: it is what a checkpoint is made of. */
export interface Slice {
  /** Unique within its checkpoint. */
  readonly id: number
  readonly resource: string
  /** Which of the resource's parts; null where it has none. */
  readonly part: string | null
  /** What is to be read. Shrinks from below when an older part is split off. */
  readonly window: Window
  /** What is sent to the provider, with which alone `cursor` may be used. */
  readonly query: Window
  readonly cursor: string | null
  /** Creation second of the last item read: nothing newer is left in the slice. */
  readonly position: number | null
  /** Ids read so far of the second `position`, which the next page may go on with. */
  readonly boundary: readonly string[]
}

/** What a page tells about the slice it was read for. */
export interface Reached {
  readonly query: Window
  readonly next: string | null
  /** Creation second of the page's last item; null where items have none. */
  readonly oldest: number | null
  /** Ids read so far of that second. */
  readonly boundary: readonly string[]
}

/** The slice as it is after a page; null when the page was its last. */
export function afterPage(slice: Slice, { query, next, oldest, boundary }: Reached): Slice | null {
  const passedLowerBound = oldest !== null && oldest < slice.window.from
  if (next === null || passedLowerBound) return null
  return { ...slice, query, cursor: next, position: oldest ?? slice.position, boundary }
}

/**
 * The creation seconds, both ends included, that a page accounts for completely: everything the provider has of them is
 * on it or, for the newest second, on the pages before. Null when the page proves nothing by itself.
 */
export function provenSeconds(
  slice: Slice,
  reached: Reached,
): { readonly from: number; readonly to: number | null } | null {
  const last = afterPage(slice, reached) === null
  if (!last && reached.oldest === null) return null
  const from = last ? slice.window.from : (reached.oldest ?? 0) + 1
  const to = slice.position ?? (slice.window.to === null ? null : slice.window.to - 1)
  return to !== null && from > to ? null : { from, to }
}

/** The slice to read when its cursor's object is gone: from the last second that was read, without a cursor. */
export function withoutCursor(slice: Slice): Slice {
  const to = slice.position === null ? slice.query.to : slice.position + 1
  return { ...slice, query: { from: slice.window.from, to }, cursor: null }
}

/**
 * Cuts between the seconds `at - 1` and `at`. The newer part keeps its query and cursor on the wire and ends when a page
 * passes its new lower bound; the older part starts fresh. A cursor is so never used with another window than its own,
 * and a cut may be made while a page is in flight.
 */
export function splitSlice(slice: Slice, at: number, id: number): readonly [Slice, Slice] {
  const older = { from: slice.window.from, to: at }
  return [
    { ...slice, window: { from: at, to: slice.window.to } },
    { ...slice, id, window: older, query: older, cursor: null, position: null, boundary: [] },
  ]
}

/** A slice as it is being read, ahead of what is committed. */
export interface Reading {
  readonly slice: Slice
  /** Items a second on its last page; null before the first page. */
  readonly density: number | null
  readonly inFlight: boolean
}

/** Items a slice probably still has, going by the density of its last page. `since`: see Account.since. */
export function estimate({ slice, density }: Reading, since: number): number {
  if (density === null || slice.position === null) return 0
  return Math.max(0, slice.position - Math.max(slice.window.from, since)) * density
}

/** A cut must leave at least this many pages to share: fewer and later cuts cost fewer requests. */
export const pagesWorthASplit = 4
/** Fewer are enough for a few cuts: near the end of a list requests are left over that no slice would use. */
const pagesWorthAFinerSplit = 2

export interface Split {
  readonly id: number
  readonly at: number
  readonly isFiner: boolean
}

/**
 * Where to cut when the limiter has a request to give and no slice is ready to use it: the slice with the most estimated
 * work left, in the middle of its remaining time. Null when no slice is worth it.
 */
export function chooseSplit(
  readings: readonly Reading[],
  {
    since,
    pageSize,
    mayBeFiner = false,
  }: { readonly since: number; readonly pageSize: number; readonly mayBeFiner?: boolean },
): Split | null {
  const least = (mayBeFiner ? pagesWorthAFinerSplit : pagesWorthASplit) * pageSize
  let best: (Split & { readonly work: number }) | null = null
  for (const reading of readings) {
    const { slice, density, inFlight } = reading
    if (density === null || density <= 0 || slice.position === null) continue
    const from = Math.max(slice.window.from, since)
    // A page in flight will bring the slice about a page further down.
    const position = inFlight ? Math.floor(slice.position - pageSize / density) : slice.position
    const work = (position - from) * density
    const at = from + Math.floor((position - from) / 2)
    if (work < least || at <= slice.window.from || at >= slice.position) continue
    if (best === null || work > best.work)
      best = { id: slice.id, at, isFiner: work < pagesWorthASplit * pageSize, work }
  }
  return best
}
