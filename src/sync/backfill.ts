import { setMaxListeners } from 'node:events'
import { isRefused, listChanged, SyncError, windowTooLarge } from '../errors.ts'
import type { Page } from '../provider/contract.ts'
import type { Backfill } from './backfill-options.ts'
import { createInOrder, type InOrder } from './in-order.ts'
import { isTooLong } from './long-window.ts'
import { nextReader } from './next-reader.ts'
import { type Arrivals, createPageBuffer, type PageBuffer } from './page-buffer.ts'
import type { Batch, ReadPage } from './read-page.ts'
import { fetchPage as fetchNext, itemsLeft, openReaders, type Reader } from './reader.ts'
import { isSkippable, refusedLater, tooManyInASecond } from './refused.ts'
import { pageWeight, type Source } from './source.ts'
import { createSplitter, type Splitter } from './splitter.ts'
import { skippedPage, takeObjects, takePage } from './take-page.ts'
import { createTouched, type Touched } from './touched.ts'

/**
 * Reads slices to their ends, several at once as far as the limiters give, and yields pages in the order they arrived.
 * One slice has one page in flight. Fetching goes on while the caller commits, `pagesAhead` pages at most. Ends when
 * every slice is read, or after `drainSignal` when the pages in flight have arrived. After a failed call it yields the
 * pages that have arrived and then throws the call's error.
 * @throws SyncError
 */
export async function* backfill(options: Backfill): AsyncGenerator<Batch, void, void> {
  const engine = openEngine(options)
  try {
    pump(engine)
    for (;;) {
      const pages = await engine.buffer.take(pageSource(engine))
      pump(engine)
      if (pages.length === 0) return
      yield { pages, remaining: itemsLeft([...engine.readers.values()], engine.splitter.since()) }
    }
  } finally {
    engine.splitTimer?.abort(pumped)
    engine.halted.abort()
  }
}

/** The state of fetching. Only this file changes it. */
interface Engine {
  readonly options: Backfill
  readonly readers: Map<number, Reader>
  readonly buffer: PageBuffer
  readonly inOrder: InOrder<ReadPage>
  /** The names of sources of which a page has been read. */
  readonly begun: Set<string>
  /** Pages of each source whose items are complete. */
  readonly pagesOf: Map<Source, number>
  /** The names of sources whose list is refused. */
  readonly refused: Set<string>
  readonly touched: Touched
  /** Called when it may be known of another source whether its list is refused. */
  readonly onDecided: Set<() => void>
  readonly splitter: Splitter
  /** Aborted when pages in flight must be given up, or when the caller takes no more pages. */
  readonly giveUp: AbortSignal
  readonly halted: AbortController
  /** Pages in flight, as multiples of the usual page. */
  inFlight: number
  pagesRead: number
  failure: unknown
  splitTimer: AbortController | undefined
}

/** Whether objects that items of other resources show to have changed are fetched by id. */
async function isFetched(engine: Engine, resource: string): Promise<boolean> {
  const { options, readers, begun, refused, onDecided } = engine
  if (options.fetchesTouched) return true
  const isOpen = () =>
    !hasStopped(engine) &&
    !begun.has(resource) &&
    !refused.has(resource) &&
    [...readers.values()].some(({ source }) => source.name === resource)
  while (isOpen()) await new Promise<void>((resolve) => onDecided.add(resolve))
  return refused.has(resource)
}

/** Shared, because an AbortController without a reason makes an error with a stack each time. */
const pumped = new Error('no longer waited for')

function openEngine(options: Backfill): Engine {
  const { sources, pageSize, abortSignal } = options
  const readers = openReaders(options.slices, sources, pageSize)
  const pagesOf = new Map<Source, number>()
  const halted = new AbortController()
  const giveUp = AbortSignal.any([abortSignal, halted.signal])
  // Each call in flight adds a listener.
  setMaxListeners(0, giveUp)
  const engine: Engine = {
    options,
    readers,
    buffer: createPageBuffer(options),
    inOrder: createInOrder(),
    begun: new Set(options.begun),
    pagesOf,
    refused: new Set(options.refused),
    touched: createTouched({ ...options, isFetched: (resource) => isFetched(engine, resource) }),
    onDecided: new Set(),
    splitter: createSplitter(readers, { ...options, pagesOf }, () => pump(engine)),
    giveUp,
    halted,
    inFlight: 0,
    pagesRead: 0,
    failure: undefined,
    splitTimer: undefined,
  }
  giveUp.addEventListener('abort', () => pump(engine), { once: true })
  return engine
}

const hasStopped = ({ options, giveUp, failure }: Engine) =>
  options.drainSignal.aborted || giveUp.aborted || failure !== undefined

const mayFetch = ({ options, buffer, inFlight }: Engine) => buffer.size() + inFlight < options.pagesAhead

function pageSource(engine: Engine) {
  return {
    // Pages in flight are not awaited after an abort: a silent provider could outlast the worker.
    mayStillArrive: () =>
      !engine.giveUp.aborted && (engine.inFlight > 0 || (!hasStopped(engine) && engine.readers.size > 0)),
    throwFailure() {
      if (engine.failure !== undefined) throw engine.failure
    },
    arrivals: () => arrivalsOf(engine),
  }
}

function arrivalsOf(engine: Engine): Arrivals {
  if (engine.inFlight === 0 || hasStopped(engine)) return 'none'
  return [...engine.readers.values()].some(({ inFlight }) => !inFlight) ? 'in line' : 'in flight'
}

/** Starts every call that may start. Called after each change of the engine's state. */
function pump(engine: Engine): void {
  const { buffer, splitter, onDecided } = engine
  for (const decided of onDecided) decided()
  onDecided.clear()
  engine.splitTimer?.abort(pumped)
  if (!hasStopped(engine)) {
    const inMs = fetchWaiting(engine)
    const ms = splitter.splitWhereIdle({
      pagesRead: engine.pagesRead,
      mayFetch: () => mayFetch(engine),
      fetch: (reader) => void fetchPage(engine, reader),
    })
    if (Number.isFinite(Math.min(ms, inMs))) pumpIn(engine, Math.min(ms, inMs))
  }
  buffer.endGathering(arrivalsOf(engine))
  buffer.wake()
}

/** Starts the calls of slices that are ready. Returns the milliseconds until another one may start, or Infinity. */
function fetchWaiting(engine: Engine): number {
  const { readers, splitter } = engine
  while (mayFetch(engine)) {
    const next = nextReader(readers.values(), splitter.since(), engine)
    if ('inMs' in next) return next.inMs
    void fetchPage(engine, (next.behind && splitter.splitList(next.behind)) ?? next.reader)
  }
  return Number.POSITIVE_INFINITY
}

function pumpIn(engine: Engine, ms: number): void {
  engine.splitTimer = new AbortController()
  engine.options.clock.sleep(ms, engine.splitTimer.signal).then(
    () => pump(engine),
    () => {},
  )
}

async function fetchPage(engine: Engine, reader: Reader): Promise<void> {
  const { slice, source } = reader
  reader.inFlight = true
  engine.inFlight += pageWeight(source)
  try {
    await (slice.ids ? fetchObjects(engine, reader) : fetchList(engine, reader))
  } catch (error) {
    if (!isSkippable(error, source, engine.begun)) fail(engine, error)
    else await skipResource(engine, reader, error).catch((later) => fail(engine, later))
  } finally {
    engine.inFlight -= pageWeight(source)
  }
  pump(engine)
}

function fail(engine: Engine, error: unknown): void {
  if (hasStopped(engine)) return
  engine.failure = isRefused(error, 'resource') ? refusedLater(error) : error
  engine.options.onFailure(engine.failure)
}

/** Adds nothing if the resource was skipped meanwhile. It is no page of the list: whether that may be read is not known yet. */
async function fetchObjects(engine: Engine, { slice, source }: Reader): Promise<void> {
  const readPage = await takeObjects(slice, source, takingOf(engine), engine.giveUp)
  if (engine.readers.delete(slice.id)) addPage(engine, readPage)
}

const takingOf = ({ options, touched }: Engine) => ({
  ...options,
  nestedPageSize: options.nestedPageSize ?? options.pageSize,
  touched,
})

function addPage(engine: Engine, readPage: ReadPage): void {
  engine.pagesRead++
  engine.pagesOf.set(readPage.source, (engine.pagesOf.get(readPage.source) ?? 0) + 1)
  engine.buffer.add(readPage)
}

/** The next page of the slice is fetched while this one's nested lists are. */
async function fetchList(engine: Engine, reader: Reader): Promise<void> {
  const { slice, source } = reader
  const page = await fetchListPage(engine, reader)
  // The page is dropped if the resource was skipped meanwhile.
  if (!page || !engine.readers.has(slice.id)) return
  engine.begun.add(source.name)
  const taking = { ...takingOf(engine), onLast: () => engine.readers.delete(slice.id) }
  const taken = takePage(reader, page, taking, engine.giveUp)
  const added = engine.inOrder.add(slice.id, taken, (readPage) => addPage(engine, readPage))
  pump(engine)
  await added
}

/** Null if the slice is to be read another way. */
async function fetchListPage({ splitter, giveUp }: Engine, reader: Reader): Promise<Page | null> {
  const { slice, source } = reader
  try {
    const page = await fetchNext(reader, (query) => source.list(query, giveUp))
    return page && isTooLong({ ...reader, slice }, page) && splitter.halve(slice.id) ? null : page
  } catch (error) {
    const isHalvable = error instanceof SyncError && (error.code === windowTooLarge || error.code === listChanged)
    if (isHalvable && splitter.halve(slice.id)) return null
    throw isHalvable && error.code === windowTooLarge ? tooManyInASecond(source, error) : error
  } finally {
    reader.inFlight = false
  }
}

/** Ends the reading of a resource, pages in flight included. A last page carries the error, and rows that were open. */
async function skipResource(engine: Engine, { slice, source }: Reader, error: SyncError): Promise<void> {
  const { readers, buffer, refused, touched, giveUp } = engine
  for (const reader of [...readers.values()]) if (reader.source === source) readers.delete(reader.slice.id)
  refused.add(source.name)
  const open = await touched.fetchOpen(source, giveUp)
  buffer.add({ ...skippedPage(slice, source, error), ...open })
}
