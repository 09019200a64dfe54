import { setMaxListeners } from 'node:events'
import { SyncError } from '../errors.ts'
import type { Clock } from './clock.ts'
import { expandPage } from './expand.ts'
import type { Limiter } from './limiter.ts'
import { type Digest, digestPage } from './page.ts'
import type { Source } from './provider.ts'
import type { Mapped } from './rows.ts'
import {
  afterPage,
  carveSlice,
  chooseCut,
  estimate,
  type Reached,
  type Reading,
  type Slice,
  withoutCursor,
} from './slices.ts'

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
  /** Pages that may wait for the committer before no more are fetched. */
  readonly pagesAhead: number
  readonly clock: Clock
  /** Aborted when no new page may be started. */
  readonly stop: AbortSignal
  /** Aborted when pages in flight must be given up. */
  readonly cut: AbortSignal
  /** See Account.since; asked once, when a cut first seems worth it. */
  since(): Promise<number>
  /** A call failed for good: waits before other calls need not be sat out. */
  onFailure(): void
  /** A slice was cut in two: the checkpoint must know before the next batch is committed. */
  onCarve(carved: { readonly id: number; readonly at: number; readonly olderId: number }): void
}

interface Reader extends Reading {
  slice: Slice
  density: number | null
  inFlight: boolean
  /** The cursors it was given: one that comes again goes in a circle. */
  readonly cursors: Set<string | null>
  /** How often its cursor was gone since it last got further. */
  restarts: number
}

const openReader = (slice: Slice): Reader => ({
  slice,
  density: null,
  inFlight: false,
  cursors: new Set([slice.cursor]),
  restarts: 0,
})

/** Objects under a cursor that are deleted one after the other in one second; more often, and something else is wrong. */
const restartsAtMost = 5

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

function startEngine(options: Backfill) {
  const { sources, pageSize, pagesAhead, clock, stop, cut } = options
  const readers = new Map<number, Reader>()
  for (const slice of options.slices) readers.set(slice.id, openReader(slice))
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

  const stopped = () => stop.aborted || giveUp.aborted || failure !== undefined
  const sourceOf = (resource: string) => {
    const source = sources.find((one) => one.name === resource)
    if (source) return source
    throw new SyncError(
      'reject',
      'unknown_resource',
      `checkpoint: names the resource "${resource}", which the provider does not have`,
    )
  }

  function pump(): void {
    timer?.abort()
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
    for (const resource of new Set([...readers.values()].map(({ slice }) => slice.resource))) {
      const source = sourceOf(resource)
      while (source.createdFilter && mayFetch()) {
        const own = [...readers.values()].filter((reader) => reader.slice.resource === resource)
        const cutting = chooseCut(own, since ?? 0, pageSize)
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
    const fresh = openReader(older)
    readers.set(olderId, fresh)
    void fetchPage(fresh)
  }

  /** A slice of which no page has come yet is taken to be as dense as the others of its resource. */
  function itemsLeft(resource: string): number {
    const own = [...readers.values()].filter((reader) => reader.slice.resource === resource)
    const known = own.flatMap(({ density }) => density ?? [])
    const mean = known.reduce((sum, density) => sum + density, 0) / Math.max(1, known.length)
    return own.reduce((sum, { slice, density, inFlight }) => {
      const position = slice.position ?? slice.window.to
      return sum + estimate({ slice: { ...slice, position }, density: density ?? mean, inFlight }, since ?? 0)
    }, 0)
  }

  function askSince(): void {
    if (askingSince) return
    askingSince = true
    options.since().then(
      (second) => {
        since = second
        pump()
      },
      // Not worth failing for: a call that matters will meet the same fault.
      () => {
        since = 0
        pump()
      },
    )
  }

  function pumpIn(ms: number): void {
    timer = new AbortController()
    clock.sleep(ms, timer.signal).then(pump, () => {})
  }

  async function fetchPage(reader: Reader): Promise<void> {
    const asked = reader.slice
    reader.inFlight = true
    flying++
    try {
      await readPage(reader, sourceOf(asked.resource))
    } catch (error) {
      if (error instanceof SyncError && error.cursorGone && asked.cursor !== null && reader.restarts < restartsAtMost) {
        reader.slice = withoutCursor(reader.slice)
        reader.cursors.clear()
        reader.restarts++
      } else if (error instanceof SyncError && error.verdict === 'skip') skip(asked, error)
      else if (!stopped()) {
        failure = error
        options.onFailure()
      }
    } finally {
      reader.inFlight = false
      flying--
    }
    pump()
  }

  async function readPage(reader: Reader, source: Source): Promise<void> {
    const { query, cursor, part, position } = reader.slice
    const asked = {
      ...(source.createdFilter && { window: query }),
      ...(part !== null && { part }),
      cursor,
      limit: pageSize,
    }
    const page = await source.list(asked, giveUp)
    // The resource was skipped meanwhile.
    if (!readers.has(reader.slice.id)) return
    if (page.next !== null && (page.items.length === 0 || reader.cursors.has(page.next)))
      throw new SyncError(
        'reject',
        'provider_contract',
        `${source.name}: the provider says there is more but does not move on; reading would never end`,
      )
    const { items, reached, density, proven, listed } = digestPage(reader.slice, source, page)
    const sliceId = reader.slice.id
    const after = afterPage(reader.slice, reached)
    // Before anything is awaited: a cut made meanwhile must lie below this page.
    if (!after) readers.delete(sliceId)
    else {
      reader.slice = after
      reader.cursors.add(page.next)
      if (after.position !== position) reader.restarts = 0
      // A page within one second says nothing about the seconds before it.
      if (reader.density === null || (density !== null && density < page.items.length)) reader.density = density
    }
    const { observedAt } = page
    const shared = new Set([position, after && reached.oldest].filter((second) => second !== null))
    const mapped = source.expand
      ? await source.expand(items, { pageSize, shared }, giveUp)
      : await expandPage({ source, items, observedAt, pageSize, sources }, giveUp)
    arrived.push({ ...reached, ...mapped, proven, listed, sliceId, source, observedAt, skip: null })
  }

  function skip({ id, resource }: Slice, error: SyncError): void {
    for (const [other, { slice }] of readers) if (slice.resource === resource) readers.delete(other)
    const nothing = { rows: [], rejects: [], families: [], drifts: [], listed: [], proven: null }
    const reached = { query: { from: 0, to: null }, next: null, oldest: null, boundary: [] }
    arrived.push({
      ...nothing,
      ...reached,
      sliceId: id,
      source: sourceOf(resource),
      observedAt: new Date(0),
      skip: error,
    })
  }

  giveUp.addEventListener('abort', () => wake(), { once: true })
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
      const taken = arrived
      arrived = []
      pump()
      return taken
    },
    remaining(): Readonly<Record<string, number>> {
      const names = new Set([...readers.values()].map(({ slice }) => slice.resource))
      return Object.fromEntries([...names].map((name) => [name, itemsLeft(name)]))
    },
    halt(): void {
      timer?.abort()
      halted.abort()
    },
  }
}
