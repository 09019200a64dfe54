import { answerTooLarge, isRefused, listChanged, SyncError, windowTooLarge } from '../errors.ts'
import type { Page, Query } from '../provider/contract.ts'
import { type Digest, digestPage, digestWhole, isOfBefore } from './page.ts'
import { afterPage, estimate, type Reading, type Slice, type WholeList, withoutCursor } from './slices.ts'
import { filterOf, hasFilter, itemsPerPage, type ListFacts, type Source } from './source.ts'
import { checkWhole, newWholeCheck, type WholeCheck } from './whole-list.ts'

/** A slice that is being read, ahead of the committed state. */
export interface Reader<Read extends ListFacts = Source> extends Reading {
  slice: Slice
  readonly source: Read
  density: number | null
  inFlight: boolean
  /** The cursors so far. A repeated cursor means that the list never ends. */
  readonly cursors: Set<string | null>
  /** How often a cursor was refused since the position last changed. */
  restarts: number
  /** Pages in a row that led no further. A provider may filter a page after it has cut it. */
  idlePages: number
  /** The most items of one page. It is halved after an answer that was too large. */
  limit: number
  /** Of a list with a stated total: what its pages have shown. */
  whole: WholeCheck
}

/** The most restarts at one position. Each means that the cursor's object was deleted; more mean another fault. */
const restartsAtMost = 5

/** The most pages in a row that lead no further. */
const idlePagesAtMost = 20

export function openReader<Read extends ListFacts>(slice: Slice, source: Read, limit: number): Reader<Read> {
  const counts = { restarts: 0, idlePages: 0, whole: newWholeCheck() }
  return { slice, source, density: null, inFlight: false, cursors: new Set([slice.cursor]), ...counts, limit }
}

/** The readers of slices by the slices' ids. `pageSize`: items of the usual page. @throws SyncError `unknown_resource` */
export function openReaders(
  slices: readonly Slice[],
  sources: readonly Source[],
  pageSize: number,
): Map<number, Reader> {
  return new Map(
    slices.map((slice) => {
      const source = findSource(slice, sources)
      return [slice.id, openReader(slice, source, itemsPerPage(source, pageSize))]
    }),
  )
}

interface ListPosition {
  /** Where the list begins; absent: at its beginning. */
  readonly cursor?: string | null
  /** Second from which on items are read; absent: all. */
  readonly since?: number
  /** The most items of one page. */
  readonly limit: number
}

/** A reader of a list that no checkpoint remembers, and that is not split. */
export function openListReader(
  source: ListFacts,
  { cursor = null, since = 0, limit }: ListPosition,
): Reader<ListFacts> {
  const window = { from: since, to: null }
  const place = { window, query: window, cursor, position: null, boundary: [] }
  return openReader({ id: 0, resource: source.name, part: null, ...place }, source, limit)
}

/** @throws SyncError `unknown_resource` if the provider does not have the slice's resource */
export function findSource(slice: Slice, sources: readonly Source[]): Source {
  const source = sources.find(({ name }) => name === slice.resource)
  if (source) return source
  throw new SyncError(
    'reject',
    'unknown_resource',
    `checkpoint: it names the resource "${slice.resource}", which the provider does not have. Send the job with a new jobId, or the same jobId with "force_refresh": true.`,
  )
}

/**
 * Fetches the reader's next page. Null if the reader starts over or asks for fewer items: then call again.
 * @throws SyncError; `window_too_large` and `list_changed` if the window must be halved
 */
export async function fetchPage(
  reader: Reader<ListFacts>,
  list: (query: Query) => Promise<Page>,
): Promise<Page | null> {
  try {
    const page = await list(nextQuery(reader))
    checkWhole(reader.source.name, reader.whole, page)
    return page
  } catch (error) {
    if (isRefused(error, 'resource') && asksAnotherWay(reader, error)) return null
    throw error
  }
}

function asksAnotherWay(reader: Reader<ListFacts>, { code }: SyncError): boolean {
  if (code === windowTooLarge) return false
  if (code === answerTooLarge) return halveLimit(reader)
  return code === listChanged ? readAgainFromStart(reader) : startOver(reader)
}

/**
 * Reads a list to its end and yields its pages. A list that starts over yields all of its pages again, after `onRestart`.
 * @throws SyncError
 */
export async function* readPages(
  reader: Reader<ListFacts>,
  list: (query: Query) => Promise<Page>,
  onRestart: () => void,
): AsyncGenerator<Page, void, void> {
  for (let isLast = false; !isLast; ) {
    const { restarts } = reader
    const page = await fetchPage(reader, list)
    if (reader.restarts > restarts) onRestart()
    if (!page) continue
    isLast = turnPage(reader, page).last
    yield page
  }
}

/** The query for the next page. */
function nextQuery({ slice, source, limit }: Reader<ListFacts>): Query {
  const { query, cursor, part, by } = slice
  return {
    ...(filterOf(source, slice) && { window: query }),
    ...(by && { by }),
    ...(part !== null && { part }),
    cursor,
    limit,
  }
}

/** A page of a slice, and whether it was the last. */
export interface PageTurned extends Digest {
  readonly last: boolean
  /** Null if each page of the list counts by itself. */
  readonly whole: WholeList | null
  /** Seconds of which the page before or after may have items as well. */
  readonly shared: ReadonlySet<number>
}

/** Moves the reader past a page. @throws SyncError `provider_contract` if a cursor repeats or no further items come */
export function turnPage(reader: Reader<ListFacts>, page: Page): PageTurned {
  const { slice, source } = reader
  const isEmpty = page.items.length === 0
  const isAgain = reader.restarts > 0
  reader.idlePages = isEmpty || isOfBefore(slice, source, { ...page, isAgain }) ? reader.idlePages + 1 : 0
  // A page without items may have the cursor that it was asked for with.
  const repeats = !isEmpty && reader.cursors.has(page.next)
  if (page.next !== null && (repeats || reader.idlePages > idlePagesAtMost)) {
    const fault = isEmpty
      ? 'its pages have no items'
      : repeats
        ? 'its page has the cursor of an earlier page'
        : 'its pages have only items that come before the place asked for'
    throw new SyncError(
      'reject',
      'provider_contract',
      `${source.name}: the provider says that the list has more items, but ${fault}. The worker would read the list without end. Report a bug with this error.`,
    )
  }
  const isWhole = page.total !== undefined
  const digest = isWhole ? digestWhole(slice, source, { page, ids: reader.whole.ids }) : digestPage(slice, source, page)
  const after = afterPage(slice, digest.reached)
  const shared = new Set(
    [slice.position, after && !page.endsWithSecond ? digest.reached.oldest : null].filter((second) => second !== null),
  )
  const whole = isWhole ? { begins: slice.cursor === null, ends: after === null } : null
  if (!after) return { ...digest, last: true, whole, shared }
  reader.slice = after
  reader.cursors.add(page.next)
  if (after.position !== slice.position) reader.restarts = 0
  // A page within one second does not show the density of earlier seconds.
  const { density } = digest
  if (reader.density === null || (density !== null && density < page.items.length)) reader.density = density
  return { ...digest, last: false, whole, shared }
}

/**
 * Restarts the slice at its position without a cursor. A list that gave the cursor and then refuses it may have lost the
 * cursor's object, whatever the words of the refusal are. False if there was no cursor.
 */
function startOver(reader: Reader<ListFacts>): boolean {
  if (reader.slice.cursor === null || reader.restarts >= restartsAtMost) return false
  reader.slice = withoutCursor(reader.slice)
  reader.cursors.clear()
  reader.restarts++
  return true
}

/** Reads a list with a stated total again. False if it has changed too often: a window is halved then. */
function readAgainFromStart(reader: Reader<ListFacts>): boolean {
  if (reader.restarts >= (hasFilter(reader.source) ? 1 : restartsAtMost)) return false
  toStart(reader)
  reader.restarts++
  return true
}

function toStart(reader: Reader<ListFacts>): void {
  reader.slice = { ...reader.slice, cursor: null }
  reader.whole = newWholeCheck()
  reader.cursors.clear()
}

/** Halves the items of a page. False if it has only one. */
function halveLimit(reader: Reader<ListFacts>): boolean {
  if (reader.limit <= 1) return false
  reader.limit = Math.ceil(reader.limit / 2)
  // The numbers of the pages are others now.
  if (reader.whole.total !== null) toStart(reader)
  return true
}

/**
 * Estimates the items left, per resource. A slice without a page yet counts as dense as the other slices of its
 * resource. `since`: see Identity.since.
 */
export function itemsLeft(readers: readonly Reader[], since: number): Readonly<Record<string, number>> {
  const left: Record<string, number> = {}
  for (const resource of new Set(readers.map(({ slice }) => slice.resource))) {
    const readersOfResource = readers.filter(({ slice }) => slice.resource === resource)
    const known = readersOfResource.flatMap(({ density }) => density ?? [])
    const mean = known.reduce((sum, density) => sum + density, 0) / Math.max(1, known.length)
    left[resource] = readersOfResource.reduce((sum, { slice, density, inFlight }) => {
      const position = slice.position ?? slice.window.to
      return sum + estimate({ slice: { ...slice, position }, density: density ?? mean, inFlight }, since)
    }, 0)
  }
  return left
}
