import { setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { Page, Source } from '../provider/contract.ts'
import { expandPage } from './expand.ts'
import type { Limiter } from './limiter.ts'
import type { Digest } from './page.ts'
import { askForLess, itemsLeft, nextQuery, openReader, type Reader, startOver, turnPage } from './reader.ts'
import type { Mapped } from './rows.ts'
import { carveSlice, chooseCut, type Reached, type Slice } from './slices.ts'

/** A slice and the page just read, waiting to be committed. */
export interface Batch extends Reached, Mapped, Pick<Digest, 'proven' | 'listed'> {
  readonly sliceId: number
  readonly source: Source
  readonly observedAt: Date
  /** The resource cannot be read with this key or account: nothing of it is left to be read. */
  readonly skip: SyncError | null
}

/** What has arrived since the last step, and per resource how many items are probably left. */
export interface Step {
  readonly batches: readonly Batch[]
  readonly remaining: Readonly<Record<string, number>>
}

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
  /** Pages of one step at most: a commit holds them several times over. */
  readonly pagesAStep: number
  /** Milliseconds between two steps at least, as long as pages keep arriving: a few pages together cost a commit less each. */
  readonly gatherMs: number
  readonly clock: Clock
  /** Aborted when no new page may be started. */
  readonly stop: AbortSignal
  /** Aborted when pages in flight must be given up. */
  readonly cut: AbortSignal
  /** See Account.since; asked once, when a cut first seems worth it. */
  since(): Promise<number>
  /** A call failed for good: waits before other calls need not be sat out. */
  onFailure(error: unknown): void
  /** A slice was cut in two: the checkpoint must know before the next batch is committed. */
  onCarve(carved: { readonly id: number; readonly at: number; readonly olderId: number }): void
}

/**
 * Reads slices to their ends, several at once as far as the limiters give, and yields pages in the order they arrived.
 * One slice has one page in flight. Fetching goes on while the caller commits, `pagesAhead` pages at most. Ends when
 * everything is read, or after `stop` when what was in flight has arrived; a failed call ends it with that call's error
 * once the pages that arrived before have been yielded.
 * @throws SyncError
 */
export async function* backfill(options: Backfill): AsyncGenerator<Step, void, void> {
  const engine = startEngine(options)
  try {
    for (;;) {
      const batches = await engine.take()
      if (batches.length === 0) return
      yield { batches, remaining: engine.remaining() }
    }
  } finally {
    engine.halt()
  }
}

/** So few that the requests they cost do not show. */
const pagesAFinerCut = 50

/** Made once: an AbortController makes a new one each time, with a stack. */
const over = new Error('no longer waited for')

function startEngine(options: Backfill) {
  const { sources, pageSize, nestedPageSize = pageSize, pagesAhead, pagesAStep, gatherMs, clock, stop, cut } = options
  const readers = new Map<number, Reader>()
  for (const slice of options.slices) readers.set(slice.id, openReader(slice, sources, pageSize))
  const halted = new AbortController()
  const giveUp = AbortSignal.any([cut, halted.signal])
  // Each call in flight listens to it.
  setMaxListeners(0, giveUp)
  let nextId = 1 + Math.max(0, ...readers.keys())
  let arrived: Batch[] = []
  let failure: unknown
  let since: number | undefined
  let askingSince = false
  let timer: AbortController | undefined
  let wake: () => void = () => {}
  let flying = 0
  let pagesRead = 0
  let finerCuts = 0
  let takenAt = Number.NEGATIVE_INFINITY
  let gathering: AbortController | undefined

  const stopped = () => stop.aborted || giveUp.aborted || failure !== undefined

  function pump(): void {
    timer?.abort(over)
    if (flying === 0 || stopped() || arrived.length >= pagesAStep) gathering?.abort(over)
    if (!stopped()) {
      for (const reader of readers.values()) if (!reader.inFlight && mayFetch()) void fetchPage(reader)
      cutWhereThereIsRoom()
    }
    wake()
  }

  const mayFetch = () => arrived.length + flying < pagesAhead

  /** Cuts slices as long as a limiter has a request to give that no slice is ready to use; else looks again when one has. */
  function cutWhereThereIsRoom(): void {
    let soonest = Number.POSITIVE_INFINITY
    for (const source of new Set([...readers.values()].map((reader) => reader.source))) {
      while (source.createdFilter && mayFetch()) {
        const own = [...readers.values()].filter((reader) => reader.source === source)
        const mayBeFiner = finerCuts < Math.floor(pagesRead / pagesAFinerCut)
        const cutting = chooseCut(own, { since: since ?? 0, pageSize, mayBeFiner })
        if (!cutting) break
        const delay = Math.max(...options.limiters(source).map((limiter) => limiter.delay()))
        if (delay > 0) {
          soonest = Math.min(soonest, delay)
          break
        }
        if (since === undefined) {
          askSince()
          break
        }
        if (cutting.isFiner) finerCuts++
        carve(cutting)
      }
    }
    if (Number.isFinite(soonest)) pumpIn(soonest)
  }

  function carve({ id, at }: { readonly id: number; readonly at: number }): void {
    const reader = readers.get(id)
    if (!reader) return
    const olderId = nextId++
    const [newer, older] = carveSlice(reader.slice, at, olderId)
    options.onCarve({ id, at, olderId })
    reader.slice = newer
    const fresh = openReader(older, sources, reader.limit)
    readers.set(olderId, fresh)
    void fetchPage(fresh)
  }

  function askSince(): void {
    if (askingSince) return
    askingSince = true
    // Not worth failing for: a call that matters will meet the same fault.
    const asked = options.since().catch(() => 0)
    void asked.then((second) => {
      since = second
      pump()
    })
  }

  function pumpIn(ms: number): void {
    timer = new AbortController()
    clock.sleep(ms, timer.signal).then(pump, () => {})
  }

  async function fetchPage(reader: Reader): Promise<void> {
    const { slice, source } = reader
    reader.inFlight = true
    flying++
    try {
      const page = await source.list(nextQuery(reader), giveUp).catch((error) => {
        if (startOver(reader, error) || askForLess(reader, error)) return null
        throw error
      })
      // Unless the resource was skipped meanwhile.
      const batch = page && readers.has(slice.id) ? await takePage(reader, page) : null
      // Not in one expression with the wait: what had arrived before it may have been taken by now.
      if (batch) {
        pagesRead++
        arrived.push(batch)
      }
    } catch (error) {
      if (error instanceof SyncError && error.verdict === 'skip') skip(reader, error)
      else if (!stopped()) {
        failure = error
        options.onFailure(error)
      }
    } finally {
      reader.inFlight = false
      flying--
    }
    pump()
  }

  async function takePage(reader: Reader, page: Page): Promise<Batch> {
    const { source } = reader
    const sliceId = reader.slice.id
    // Before anything is awaited: a cut made meanwhile must lie below this page.
    const { items, reached, proven, listed, last, shared } = turnPage(reader, page)
    if (last) readers.delete(sliceId)
    const { observedAt, payload } = page
    // The slice's items are the page's first ones.
    const payloadOf = payload && ((at: number) => payload.at(at))
    const mapped = source.expand
      ? await source.expand(
          items,
          { pageSize: nestedPageSize, shared, payloadOf, answeredAt: page.answeredAt ?? observedAt },
          giveUp,
        )
      : await expandPage({ source, items, payloadOf, observedAt, pageSize: nestedPageSize, sources }, giveUp)
    return { ...reached, ...mapped, proven, listed, sliceId, source, observedAt, skip: null }
  }

  /** Nothing more of the resource is read, whatever was in flight, and its batch says why. */
  function skip({ slice, source }: Reader, error: SyncError): void {
    const own = [...readers.values()].filter((reader) => reader.source === source)
    for (const reader of own) readers.delete(reader.slice.id)
    const nothing = { rows: [], rejects: [], families: [], drifts: [], listed: [], proven: null }
    const reached = { query: slice.query, next: null, oldest: null, boundary: [] }
    arrived.push({ ...nothing, ...reached, sliceId: slice.id, source, observedAt: new Date(0), skip: error })
  }

  async function gather(): Promise<void> {
    const ms = takenAt + gatherMs - clock.now()
    if (ms <= 0 || flying === 0 || stopped() || arrived.length >= pagesAStep) return
    gathering = new AbortController()
    await clock.sleep(ms, gathering.signal).catch(() => {})
    gathering = undefined
  }

  giveUp.addEventListener('abort', pump, { once: true })
  pump()
  return {
    /** The pages that have arrived; waits for one. Empty when there will be none. @throws SyncError */
    async take(): Promise<readonly Batch[]> {
      // What is in flight when all is given up is not waited for: a provider that has fallen silent would outlast us.
      while (arrived.length === 0 && !giveUp.aborted && (flying > 0 || (!stopped() && readers.size > 0))) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (arrived.length === 0 && failure !== undefined) throw failure
      if (arrived.length > 0) await gather()
      takenAt = clock.now()
      const taken = arrived.slice(0, pagesAStep)
      arrived = arrived.slice(pagesAStep)
      pump()
      return taken
    },
    remaining(): Readonly<Record<string, number>> {
      return itemsLeft([...readers.values()], since ?? 0)
    },
    halt(): void {
      timer?.abort(over)
      halted.abort()
    },
  }
}
