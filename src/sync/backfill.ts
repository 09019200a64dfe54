import { setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { Page } from '../provider/contract.ts'
import { expandPage } from './expand.ts'
import type { Limiter } from './limiter.ts'
import { createPageBuffer, type PageBuffer } from './page-buffer.ts'
import type { Batch, ReadPage } from './read-page.ts'
import { fetchPage as fetchNext, findSource, itemsLeft, openReader, type Reader, turnPage } from './reader.ts'
import type { Slice } from './slices.ts'
import type { Source } from './source.ts'
import { createSplitter, type Splitter } from './splitter.ts'

export interface Backfill {
  readonly slices: readonly Slice[]
  readonly sources: readonly Source[]
  /** The limiters a call for this source passes. */
  limiters(source: Source): readonly Limiter[]
  readonly pageSize: number
  /** Rows of nested lists asked for at once; absent: as many as items. */
  readonly nestedPageSize?: number
  /** Pages that may wait for the committer before no more are fetched. */
  readonly pagesAhead: number
  /** Pages of one batch at most: a commit holds them several times over. */
  readonly pagesPerBatch: number
  /** Milliseconds between two batches at least, as long as pages keep arriving: a few pages together cost a commit less each. */
  readonly gatherMs: number
  readonly clock: Clock
  /** Aborted when no new page may be started. */
  readonly drainSignal: AbortSignal
  /** Aborted when pages in flight must be given up. */
  readonly abortSignal: AbortSignal
  /** See Identity.since; asked once, when a split first seems worth it. */
  since(): Promise<number>
  /** A call failed for good: no other call need be waited for. */
  onFailure(error: unknown): void
  /** A slice was split: the checkpoint must know before the next page is committed. */
  onSplit(split: { readonly id: number; readonly at: number; readonly olderId: number }): void
}

/**
 * Reads slices to their ends, several at once as far as the limiters give, and yields pages in the order they arrived.
 * One slice has one page in flight. Fetching goes on while the caller commits, `pagesAhead` pages at most. Ends when
 * everything is read, or after `drainSignal` when what was in flight has arrived. A failed call ends it with that call's
 * error, once the pages that arrived before have been yielded.
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

/** What fetching works with. One file changes it: this one. */
interface Engine {
  readonly options: Backfill
  readonly readers: Map<number, Reader>
  readonly buffer: PageBuffer
  readonly splitter: Splitter
  /** Aborted when pages in flight must be given up, or nobody takes them any more. */
  readonly giveUp: AbortSignal
  readonly halted: AbortController
  inFlight: number
  pagesRead: number
  failure: unknown
  splitTimer: AbortController | undefined
}

/** An AbortController without a reason makes an error with a stack each time. */
const pumped = new Error('no longer waited for')

function openEngine(options: Backfill): Engine {
  const { sources, pageSize, abortSignal } = options
  const readers = new Map<number, Reader>()
  for (const slice of options.slices) readers.set(slice.id, openReader(slice, findSource(slice, sources), pageSize))
  const halted = new AbortController()
  const giveUp = AbortSignal.any([abortSignal, halted.signal])
  // Each call in flight listens to it.
  setMaxListeners(0, giveUp)
  const engine: Engine = {
    options,
    readers,
    buffer: createPageBuffer(options),
    splitter: createSplitter(readers, options, () => pump(engine)),
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
    // What is in flight when all is given up is not waited for: a provider that has fallen silent would outlast us.
    mayStillArrive: () =>
      !engine.giveUp.aborted && (engine.inFlight > 0 || (!hasStopped(engine) && engine.readers.size > 0)),
    throwFailure() {
      if (engine.failure !== undefined) throw engine.failure
    },
    isGatheringWorthIt: () => engine.inFlight > 0 && !hasStopped(engine),
  }
}

/** Starts every call that may start. Called whenever something has changed. */
function pump(engine: Engine): void {
  const { options, buffer, readers, splitter } = engine
  engine.splitTimer?.abort(pumped)
  if (engine.inFlight === 0 || hasStopped(engine) || buffer.size() >= options.pagesPerBatch) buffer.stopGathering()
  if (!hasStopped(engine)) {
    for (const reader of readers.values()) if (!reader.inFlight && mayFetch(engine)) void fetchPage(engine, reader)
    const ms = splitter.splitWhereIdle({
      pagesRead: engine.pagesRead,
      mayFetch: () => mayFetch(engine),
      fetch: (reader) => void fetchPage(engine, reader),
    })
    if (Number.isFinite(ms)) pumpIn(engine, ms)
  }
  buffer.wake()
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
  engine.inFlight++
  try {
    const page = await fetchNext(reader, (query) => source.list(query, engine.giveUp))
    // Unless the resource was skipped meanwhile.
    const readPage = page && engine.readers.has(slice.id) ? await takePage(engine, reader, page) : null
    if (readPage) {
      engine.pagesRead++
      engine.buffer.add(readPage)
    }
  } catch (error) {
    if (error instanceof SyncError && error.verdict === 'skip') skipResource(engine, reader, error)
    else if (!hasStopped(engine)) {
      engine.failure = error
      engine.options.onFailure(error)
    }
  } finally {
    reader.inFlight = false
    engine.inFlight--
  }
  pump(engine)
}

async function takePage({ options, readers, giveUp }: Engine, reader: Reader, page: Page): Promise<ReadPage> {
  const { sources, pageSize, nestedPageSize = pageSize } = options
  const { source } = reader
  const sliceId = reader.slice.id
  // Before anything is awaited: a split made meanwhile must lie below this page.
  const { items, reached, proven, listed, last, shared } = turnPage(reader, page)
  if (last) readers.delete(sliceId)
  const { observedAt, answeredAt = observedAt } = page
  const mapped =
    source.kind === 'feed'
      ? await source.expand(items, { pageSize: nestedPageSize, shared, answeredAt }, giveUp)
      : await expandPage({ source, items, observedAt, pageSize: nestedPageSize, sources }, giveUp)
  return { ...reached, ...mapped, proven, listed, sliceId, source, observedAt, skip: null }
}

/** Nothing more of the resource is read, whatever was in flight, and its page says why. */
function skipResource({ readers, buffer }: Engine, { slice, source }: Reader, error: SyncError): void {
  for (const reader of [...readers.values()]) if (reader.source === source) readers.delete(reader.slice.id)
  const noRows = { rows: [], rejects: [], childSets: [], drifts: [], listed: [], proven: null }
  const reached = { query: slice.query, next: null, oldest: null, boundary: [] }
  buffer.add({ ...noRows, ...reached, sliceId: slice.id, source, observedAt: new Date(0), skip: error })
}
