import type { Backfill } from './backfill-options.ts'
import { itemsLeft, type Reader } from './reader.ts'
import type { Slice } from './slices.ts'
import { itemsPerPage, type Source } from './source.ts'

/**
 * Milliseconds for which a request for a page may wait in its limiters' lines. One that waits longer would hold the place
 * of a page that another endpoint could answer meanwhile.
 */
const longestWait = 100
/** The same for what a page's items need besides. */
const longestWaitBeside = 500

interface Progress {
  readonly options: Pick<Backfill, 'pageSize' | 'limiters' | 'expect' | 'besides' | 'knownSplits'>
  /** Pages of each source whose items are complete. */
  readonly pagesOf: ReadonlyMap<Source, number>
}

/** Whose page is asked for next; or the milliseconds until there may be one, Infinity if none waits. */
export type Next = Chosen | { readonly inMs: number }

interface Chosen {
  readonly reader: Reader
  /** A list with more left, with all of its slices in flight: to keep up, it needs one slice more. Undefined if none is. */
  readonly behind: Source | undefined
}

interface ListLeft {
  readonly source: Source
  readonly all: readonly Reader[]
  /** Requests left of the list, at the endpoint that has the most. */
  readonly left: number
}

/**
 * Chooses the reader of the list that has the most requests left at one endpoint, so that all lists end together: a list
 * that is left over has only its own endpoint's rate. A list of which nothing is known comes first. `since`: see
 * Identity.since.
 */
export function nextReader(readers: Iterable<Reader>, since: number, progress: Progress): Next {
  const lists = [...bySource(readers)].map(
    ([source, all]): ListLeft => ({ source, all, left: requestsLeft(source, all, since, progress) }),
  )
  let best: { readonly reader: Reader; readonly left: number } | undefined
  let inMs = Number.POSITIVE_INFINITY
  for (const { source, all, left } of lists) {
    const reader = mostLeft(all, progress.options.knownSplits?.[source.name] ?? [])
    if (!reader || (best && best.left >= left)) continue
    const wait = waitOf(source, progress)
    // A list without a page in flight would not be asked again.
    if (wait > 0 && all.some(({ inFlight }) => inFlight)) inMs = Math.min(inMs, wait)
    else best = { reader, left }
  }
  return best ? { reader: best.reader, behind: listBehind(lists, best.left, progress) } : { inMs }
}

/**
 * Of the slices that are not in flight, the one with the most pages left, so that all slices end together: the pages of a
 * slice that is left over come one after the other. The first one where nothing is known.
 */
function mostLeft(readers: readonly Reader[], known: readonly number[]): Reader | undefined {
  let most: { readonly reader: Reader; readonly pages: number } | undefined
  for (const reader of readers) {
    if (reader.inFlight) continue
    const pages = knownPages(reader.slice, known)
    if (!most || pages > most.pages) most = { reader, pages }
  }
  return most?.reader
}

/** The list with the most left, and with more than that, of those with all slices in flight. */
function listBehind(lists: readonly ListLeft[], least: number, progress: Progress): Source | undefined {
  let behind: ListLeft | undefined
  for (const list of lists) {
    if (list.left <= Math.max(least + 1, behind?.left ?? 0) || list.all.some(({ inFlight }) => !inFlight)) continue
    if (waitOf(list.source, progress) <= 0) behind = list
  }
  return behind?.source
}

function bySource(readers: Iterable<Reader>): ReadonlyMap<Source, readonly Reader[]> {
  const lists = new Map<Source, Reader[]>()
  for (const reader of readers) {
    const list = lists.get(reader.source)
    if (list) list.push(reader)
    else lists.set(reader.source, [reader])
  }
  return lists
}

/** Milliseconds until the lines of the source are short enough. */
function waitOf(source: Source, { options }: Progress): number {
  const delay = Math.max(...options.limiters(source).map((limiter) => limiter.delay()))
  return Math.max(delay - longestWait, (options.besides?.(source)?.delay() ?? 0) - longestWaitBeside)
}

/** Infinity before the first request. A window of which no page was read has one at least. The limiters are told. */
function requestsLeft(
  source: Source,
  all: readonly Reader[],
  since: number,
  { options: { pageSize, expect, besides, knownSplits }, pagesOf }: Progress,
): number {
  const isNew = all.every(({ inFlight, density, cursors }) => !inFlight && density === null && cursors.size <= 1)
  if (isNew) return Number.POSITIVE_INFINITY
  const waiting = all.filter(({ inFlight }) => !inFlight)
  const known = knownSplits?.[source.name] ?? []
  const pages =
    known.length > 0
      ? all.reduce((sum, { slice }) => sum + Math.max(1, knownPages(slice, known)), 0)
      : Object.values(itemsLeft(all, since)).reduce((sum, left) => sum + left, 0) / itemsPerPage(source, pageSize)
  const read = pagesOf.get(source) ?? 0
  const left = Math.max(waiting.length, pages)
  const beside = besides?.(source)
  const leftBeside = beside && read > 0 ? (left * beside.requests()) / read : 0
  expect?.(source, left)
  beside?.expect(leftBeside)
  return Math.max(left, leftBeside)
}

/** Pages that an earlier job found in what is left of a slice, or as many times less as its splits lie pages apart. */
function knownPages({ window: { from, to }, position }: Slice, known: readonly number[]): number {
  const isBeginning = from < (known[0] ?? 0)
  return (
    pagesBelow(position ?? to ?? Number.POSITIVE_INFINITY, known, position !== null) -
    (isBeginning ? 0 : pagesBelow(from, known, false))
  )
}

/** Pages of what was created before a second. Of a second with several pages it is not known how many of them are read. */
function pagesBelow(second: number, known: readonly number[], isRead: boolean): number {
  // Seconds are whole. The oldest page begins with the list, and no split names it; the newest one has no end.
  const below = countUpTo(known, second - 1)
  const within = countUpTo(known, second) - below
  if (isRead && within > 1) return below + within
  const [start, end] = [known[below - 1], known[below]]
  return below + (start === undefined || end === undefined ? 1 : (second - start) / (end - start))
}

/** How many of these ascending numbers are not greater. */
function countUpTo(ascending: readonly number[], most: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) <= most) low = middle + 1
    else high = middle
  }
  return low
}
