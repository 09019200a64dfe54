import { describe, expect, it } from 'vitest'
import { answerTooLarge, SyncError } from '../../src/errors.ts'
import { advance, applySplit, plan } from '../../src/job/state/checkpoint.ts'
import { Item } from '../../src/json/item.ts'
import type { Query } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import { mapItems } from '../../src/sync/rows.ts'
import type { FeedSource } from '../../src/sync/source.ts'
import { itemsOf } from '../support/items.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, type Density, now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

type Run = Parameters<typeof createCopy>[1]

interface Options extends Omit<Run, 'clock'> {
  readonly n?: number
  /** When the items were created; instead of `n` and `density`. */
  readonly seconds?: readonly number[]
  readonly density?: Density
  readonly latencyMs?: number
  readonly jitterMs?: number
  readonly seed?: number
}

function setup({
  n = 2_000,
  density = 'growing',
  seconds = createdSeconds(n, density),
  latencyMs = 100,
  jitterMs = 25,
  seed = 1,
  ...run
}: Options = {}) {
  const clock = createVirtualClock(createFractions(seed))
  const list = createFakeList(seconds, { clock, latencyMs, jitterMs })
  const copy = createCopy(list, { clock, ...run })
  /** Reads to the end; how it ended. */
  const go = () =>
    clock.run(
      copy.go().then(
        () => 'ended',
        (error: unknown) => error,
      ),
    )
  return { clock, list, copy, go }
}

type Bundle = ReturnType<typeof setup>

function expectComplete({ list, copy }: Bundle): void {
  expectNothingLost({ list, copy })
  expect(copy.rows).toHaveLength(new Set(copy.rows).size)
}

/** Some may have been read twice, which an upsert does not mind. */
function expectNothingLost({ list, copy }: Pick<Bundle, 'list' | 'copy'>): void {
  const have = new Set(copy.rows)
  expect(list.expectedIds().filter((id) => !have.has(id))).toEqual([])
  expect(copy.checkpoint().slices).toEqual([])
  expect(list.seen.misusedCursors).toBe(0)
}

describe('what a page needs besides, as its nested lists', () => {
  /** A chain of 30 pages: one second has all items, so that nothing is split. */
  const chain = {
    seconds: Array<number>(300).fill(now - 1_000),
    pageSize: 10,
    perSecond: 100,
    latencyMs: 100,
    jitterMs: 0,
  } as const

  it('is fetched beside the next page, not before it', async () => {
    const alone = setup(chain)
    await alone.go()
    const beside = setup({ ...chain, retrieveMs: () => 1_000 })
    expect(await beside.go()).toBe('ended')
    expectComplete(beside)
    expect(beside.clock.now()).toBeLessThanOrEqual(alone.clock.now() + 1_100)
  })

  it('may take longer for an earlier page: pages are taken in their order all the same', async () => {
    const random = createFractions(3)
    const bundle = setup({ ...chain, retrieveMs: () => random() * 2_000 })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    const newestFirst = bundle.list
      .expectedIds()
      .toSorted((left, right) => Number(right.slice(4)) - Number(left.slice(4)))
    expect(bundle.copy.rows).toEqual(newestFirst)
  })

  it('fails a page, and no page after it is taken', async () => {
    const bundle = setup({ ...chain, retrieveMs: (id) => (id === 'cus_150' ? -1_500 : 0) })
    expect(await bundle.go()).toMatchObject({ code: 'provider_contract' })
    const taken = bundle.copy.rows.map((id) => Number(id.slice(4)))
    expect(taken.every((n) => n > 150)).toBe(true)
    expect(bundle.copy.checkpoint().slices).toMatchObject([{ cursor: `cus_${Math.min(...taken)}` }])
  })
})

describe('every item exactly once, in few requests', () => {
  /** Requests over the fewest possible. */
  const bounds: Record<Density, Record<'1000' | '10000' | '100000', number>> = {
    uniform: { 1000: 1.6, 10000: 1.25, 100000: 1.08 },
    growing: { 1000: 1.6, 10000: 1.25, 100000: 1.08 },
    burst: { 1000: 2.5, 10000: 1.25, 100000: 1.08 },
    'same-second': { 1000: 2, 10000: 1.25, 100000: 1.08 },
    'recent-import': { 1000: 2.7, 10000: 1.3, 100000: 1.08 },
  }
  const densities = Object.keys(bounds) as Density[]
  const speeds = [
    { perSecond: 25, latencyMs: 20 },
    { perSecond: 25, latencyMs: 200 },
    { perSecond: 100, latencyMs: 200 },
    { perSecond: 25, latencyMs: 800 },
  ]
  for (const density of densities)
    for (const n of [1_000, 10_000, 100_000])
      for (const { perSecond, latencyMs } of n < 100_000 ? speeds : speeds.slice(1, 2)) {
        const bound = bounds[density][String(n) as '1000']
        it(`${n} ${density}, ${perSecond} requests a second of ${latencyMs} ms: at most ${bound} times the minimum`, async () => {
          const bundle = setup({ n, density, perSecond, latencyMs, jitterMs: latencyMs / 4 })
          expect(await bundle.go()).toBe('ended')
          expectComplete(bundle)
          expect([bundle.copy.seen.fetched, bundle.copy.seen.listed]).toEqual([n, n])
          expect(bundle.list.requests.length).toBeLessThanOrEqual((bound * n) / 100)
        })
      }

  for (const density of ['uniform', 'growing', 'burst'] as const)
    it(`100,000 ${density} use 95 % of the ceiling`, async () => {
      const bundle = setup({ n: 100_000, density, latencyMs: 200 })
      await bundle.go()
      expect(1_000 / 25 / (bundle.clock.now() / 1_000)).toBeGreaterThan(0.95)
    })

  const small: readonly (readonly [number, number])[] = [
    [0, 1],
    [1, 1],
    [99, 1],
    [100, 1],
    [101, 2],
    [200, 2],
    [201, 3],
    [300, 3],
  ]
  for (const [n, requests] of small)
    it(`${n} items take exactly ${requests} request${requests > 1 ? 's' : ''}`, async () => {
      const bundle = setup({ n, density: 'uniform' })
      expect(await bundle.go()).toBe('ended')
      expectComplete(bundle)
      expect(bundle.list.requests.length).toBe(requests)
      expect(bundle.copy.seen.sinceAsked).toBe(n > 100 ? 1 : 0)
    })

  it('a small account that grew, and so seems larger than it is, takes a few requests more', async () => {
    for (const [n, requests] of small) {
      const bundle = setup({ n })
      expect(await bundle.go()).toBe('ended')
      expectComplete(bundle)
      const extra = bundle.list.requests.length + bundle.copy.seen.sinceAsked - requests
      expect(extra).toBeLessThanOrEqual(n <= 100 ? 0 : 3)
    }
  })

  it('asks once how old the account is, and not before a cut seems worth it', async () => {
    const bundle = setup({ n: 5_000 })
    await bundle.go()
    expect(bundle.copy.seen.sinceAsked).toBe(1)
  })

  it('reads a source without a filter by creation time page by page, without a window', async () => {
    const bundle = setup({ n: 1_000 })
    const { createdFilter: _, ...plain } = bundle.list.source
    Object.assign(bundle.list, { source: plain })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    expect(bundle.list.requests.map(({ window }) => window)).toEqual(Array(10).fill(undefined))
  })

  it('pages a second that has more than a page of items by cursor', async () => {
    const clock = createVirtualClock()
    const list = createFakeList(Array(1_050).fill(now - 86_400), { clock })
    const copy = createCopy(list, { clock })
    await clock.run(copy.go())
    expectComplete({ clock, list, copy, go: async () => 'ended' })
  })
})

it('loses no page while items are completed slowly and others are committed', async () => {
  const bundle = setup({ n: 3_000, commitMs: 40 })
  const { source } = bundle.list
  Object.assign(bundle.list, {
    source: {
      kind: 'feed',
      name: source.name,
      createdFilter: { field: 'created' },
      list: source.list,
      async expand(items) {
        await bundle.clock.sleep(300)
        const { table, row } = source
        const observedAt = new Date(now * 1_000)
        return { ...mapItems(items, { resource: source.name, table, observedAt, row }), childSets: [] }
      },
    } satisfies FeedSource,
  })
  expect(await bundle.go()).toBe('ended')
  expectComplete(bundle)
})

describe('goes on from the checkpoint', () => {
  it('of any page, after any number of pages', async () => {
    const whole = setup({ n: 3_000 })
    await whole.go()
    const { pages } = whole.copy.seen
    for (let k = 0; k <= pages; k++) {
      let ended = false
      const bundle = setup({ n: 3_000, afterBatch: (_, done) => !ended && done === k })
      if (k > 0) await bundle.go()
      ended = true
      expect(await bundle.go()).toBe('ended')
      expectComplete(bundle)
    }
  })

  it('after each page in turn', async () => {
    const bundle = setup({ n: 2_500, density: 'burst', afterBatch: () => true })
    for (let runs = 0; bundle.copy.checkpoint().slices.length > 0; runs++) {
      expect(runs).toBeLessThan(60)
      await bundle.go()
    }
    expectComplete(bundle)
  })

  it('reading only what was not committed', async () => {
    let ended = false
    const bundle = setup({ n: 5_000, pagesAhead: 4, afterBatch: (_, done) => !ended && done === 30 })
    await bundle.go()
    const before = bundle.list.requests.length
    ended = true
    await bundle.go()
    expectComplete(bundle)
    expect(bundle.list.requests.length - before).toBeLessThanOrEqual(30)
  })
})

describe('stopping', () => {
  it('lets pages in flight arrive and starts no more', async () => {
    const bundle = setup({ n: 10_000, latencyMs: 500 })
    let atStop = 0
    void bundle.clock.sleep(3_000).then(() => {
      atStop = bundle.list.requests.length
      bundle.copy.stop.abort('out of time')
    })
    expect(await bundle.go()).toBe('ended')
    expect(bundle.list.requests).toHaveLength(atStop)
    expect(bundle.copy.seen.pages).toBe(atStop)
    expect(bundle.copy.seen.failures).toBe(0)
    expect(bundle.clock.now()).toBeLessThan(3_600)
    expect(bundle.copy.checkpoint().slices.length).toBeGreaterThan(0)
  })

  it('before the first page asks for nothing and ends', async () => {
    const bundle = setup()
    bundle.copy.stop.abort('out of time')
    expect(await bundle.go()).toBe('ended')
    expect(bundle.list.requests).toEqual([])
  })

  it('by a cut gives up pages in flight, and the next run reads them', async () => {
    const clock = createVirtualClock(createFractions(4))
    const list = createFakeList(createdSeconds(5_000, 'growing'), { clock, latencyMs: 900 })
    const first = createCopy(list, { clock })
    void clock.sleep(3_100).then(() => {
      expect(list.seen.inFlight).toBeGreaterThan(0)
      first.stop.abort('out of time')
      first.cut.abort('out of time')
    })
    await clock.run(first.go())
    expect(clock.now()).toBe(3_100)
    expect(list.seen.inFlight).toBe(0)
    expect(first.seen.pages).toBeLessThan(list.requests.length)
    const second = createCopy(list, { clock, checkpoint: JSON.stringify(first.checkpoint()) })
    await clock.run(second.go())
    expect([...first.rows, ...second.rows].sort()).toEqual(list.expectedIds().sort())
    expect(list.seen.misusedCursors).toBe(0)
  })

  it('ends requests in flight when the consumer goes away', async () => {
    const bundle = setup({ n: 10_000, latencyMs: 500, afterBatch: (_, done) => done === 4 })
    await bundle.go()
    await new Promise(setImmediate)
    expect(bundle.list.seen.inFlight).toBe(0)
  })
})

describe('a call that fails', () => {
  it('for good ends the run with its error, after the pages that arrived before', async () => {
    const bundle = setup({ n: 5_000, latencyMs: 300 })
    const error = new SyncError('reject', 'key_not_accepted', 'x: no')
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers === 15) throw error
      return page
    })
    expect(await bundle.go()).toBe(error)
    expect(bundle.copy.seen.failures).toBe(1)
    expect(bundle.copy.seen.pages).toBe(answers - 1)
    bundle.list.answer((page) => page)
    const rest = createCopy(bundle.list, {
      clock: bundle.clock,
      checkpoint: JSON.stringify(bundle.copy.checkpoint()),
    })
    await bundle.clock.run(rest.go())
    expect([...bundle.copy.rows, ...rest.rows].sort()).toEqual(bundle.list.expectedIds().sort())
  })

  it('for a while only costs time', async () => {
    const bundle = setup({ n: 3_000 })
    const random = createFractions(9)
    bundle.list.answer((page) => {
      if (random() < 0.2) throw new SyncError('retry', 'provider_unavailable', 'x: no')
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
  })

  it('because of a limit lowers the rate and loses nothing', async () => {
    const bundle = setup({ n: 3_000 })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers % 10 === 0)
        throw new SyncError('retry', 'rate_limited', 'x: no', { limit: { scope: 'endpoint', of: 'rate' } })
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
  })

  it('while asking how old the account is does not fail the run', async () => {
    const bundle = setup({ n: 5_000, density: 'uniform', sinceFails: true })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    expect([bundle.copy.seen.sinceAsked, bundle.copy.seen.failures]).toEqual([1, 0])
  })

  it('because the checkpoint names a resource that is not there says so', async () => {
    const bundle = setup()
    Object.assign(bundle.list, { source: { ...bundle.list.source, name: 'clients' } })
    expect(await bundle.go()).toMatchObject({ verdict: 'reject', code: 'unknown_resource' })
    expect(bundle.list.requests).toEqual([])
  })
})

describe('an answer that is too large', () => {
  const tooLarge = new SyncError('reject', answerTooLarge, 'x: too large', { scope: 'page' })

  it('is asked for again with half the items until it fits, at once, and what is cut off later begins there', async () => {
    const bundle = setup({ n: 3_000, density: 'uniform' })
    bundle.list.answer((page) => {
      if (page.items.length > 30) throw tooLarge
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    const limits = bundle.list.requests.map(({ limit }) => limit)
    expect(limits.slice(0, 3)).toEqual([100, 50, 25])
    expect(new Set(limits.slice(2))).toEqual(new Set([25]))
  })

  it('in the middle of a slice goes on from the same cursor', async () => {
    const bundle = setup({ n: 300, density: 'uniform' })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers === 2) throw tooLarge
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    const [, second, third] = bundle.list.requests
    expect(third).toEqual({ ...second, limit: 50 })
    expect(second?.cursor).not.toBeNull()
  })

  it('with one item alone ends the run, to be read again later: the list is not skipped', async () => {
    const bundle = setup({ n: 300 })
    bundle.list.answer(() => Promise.reject(tooLarge))
    expect(await bundle.go()).toMatchObject({ verdict: 'retry', code: tooLarge.code, cause: tooLarge })
    expect(bundle.list.requests.map(({ limit }) => limit)).toEqual([100, 50, 25, 13, 7, 4, 2, 1])
  })
})

describe('a resource that may not be read', () => {
  const denied = new SyncError('reject', 'permission_denied', 'x: the key may not read this', { scope: 'resource' })
  const resources = ['customers', 'invoices', 'payments']

  interface Reading {
    /** The requests for invoices that the provider answers. */
    readonly allowed: (query: Query) => boolean
    readonly cuts?: boolean
    readonly begun?: readonly string[]
    /** Invoices that are asked for by id as well. */
    readonly ids?: readonly string[]
    readonly error?: SyncError
  }

  /** Three resources of 900 items each. */
  async function readAll({ allowed, cuts = false, begun = [], ids, error = denied }: Reading) {
    const clock = createVirtualClock(createFractions(3))
    const ledgers = resources.map((name) => {
      const list = createFakeList(createdSeconds(900, 'uniform'), { clock, latencyMs: 100, jitterMs: 80 })
      const retrieve = async () => ({ item: null, observedAt: new Date(now * 1_000) })
      return { ...list, source: { ...list.source, name, retrieve } }
    })
    ledgers[1]!.answer((page, query) => {
      if (!allowed(query)) throw error
      return page
    })
    const limiter = createLimiter({ perSecond: 25, concurrency: 64 }, clock)
    const readings = resources.map((name) => ({ resource: { name }, since: 0 }))
    let checkpoint = plan(ids ? [...readings, { resource: { name: 'invoices' }, since: 0, ids }] : readings)
    const failures: unknown[] = []
    const never = new AbortController().signal
    const batches = backfill({
      slices: checkpoint.slices,
      sources: ledgers.map(({ source }) => source),
      begun,
      limiters: () => [limiter],
      pageSize: 100,
      pagesAhead: 32,
      pagesPerBatch: 32,
      gatherMs: 0,
      clock,
      drainSignal: never,
      abortSignal: never,
      since: async () => (cuts ? now - 5 * 365 * 86_400 : now),
      onFailure: (failure) => failures.push(failure),
      onSplit: (split) => {
        checkpoint = applySplit(checkpoint, split)
      },
    })
    const rows: Record<string, number> = {}
    const skips: (readonly [string, SyncError])[] = []
    const left: Readonly<Record<string, number>>[] = []
    const ending = await clock.run(
      (async () => {
        for await (const { pages, remaining } of batches) {
          left.push(remaining)
          for (const page of pages) {
            checkpoint = advance(checkpoint, page)
            rows[page.source.name] = (rows[page.source.name] ?? 0) + page.rows.length
            if (page.skip) skips.push([page.source.name, page.skip])
          }
        }
      })().catch((thrown: unknown) => thrown),
    )
    return { ending, rows, skips, failures, checkpoint, left, requests: ledgers[1]!.requests.length }
  }

  it('is skipped with its reason at the first page, and the others are read to their ends', async () => {
    const { ending, rows, skips, failures, checkpoint, requests } = await readAll({ allowed: () => false })
    expect(ending).toBeUndefined()
    expect(rows).toEqual({ customers: 900, invoices: 0, payments: 900 })
    expect(skips).toEqual([['invoices', denied]])
    expect([failures, requests]).toEqual([[], 1])
    expect(checkpoint.slices).toEqual([])
    expect(Object.keys(checkpoint.tallies).toSorted()).toEqual(['customers', 'payments'])
  })

  it('is skipped too where some of its objects are asked for by id meanwhile', async () => {
    const { ending, skips, checkpoint } = await readAll({ allowed: () => false, ids: ['in_1', 'in_2'] })
    expect([ending, skips, checkpoint.slices]).toEqual([undefined, [['invoices', denied]], []])
  })

  const later = { verdict: 'retry', code: 'permission_denied', message: denied.message, cause: denied }

  it('any more is an error that may pass, and stays in the checkpoint', async () => {
    let answers = 0
    const { ending, rows, skips, failures, checkpoint } = await readAll({ allowed: () => ++answers === 1 })
    expect(ending).toMatchObject(later)
    expect(failures).toEqual([ending])
    expect([rows.invoices, skips]).toEqual([100, []])
    expect(checkpoint.slices.map(({ resource }) => resource)).toContain('invoices')
  })

  it('any more in a slice that was cut off is the same', async () => {
    let answers = 0
    const { ending, skips, checkpoint } = await readAll({ allowed: () => ++answers < 4, cuts: true })
    expect(ending).toMatchObject(later)
    expect(skips).toEqual([])
    expect(checkpoint.slices.map(({ resource }) => resource)).toContain('invoices')
  })

  it('any more, although an earlier delivery read pages of it, is the same at its first page', async () => {
    const { ending, skips } = await readAll({ allowed: () => false, begun: ['invoices'] })
    expect(ending).toMatchObject(later)
    expect(skips).toEqual([])
  })

  it('for one page is read on without the cursor', async () => {
    let refusals = 0
    const allowed = ({ cursor }: Query) => cursor === null || refusals++ > 0
    const { ending, rows, skips, checkpoint } = await readAll({ allowed })
    expect([ending, skips, checkpoint.slices]).toEqual([undefined, [], []])
    expect(rows.invoices).toBeGreaterThanOrEqual(900)
  })

  it('because the whole key is refused ends the run at once', async () => {
    const error = new SyncError('reject', 'key_not_accepted', 'x: the key is not accepted', { scope: 'account' })
    const { ending, skips } = await readAll({ allowed: () => false, error })
    expect([ending, skips]).toEqual([error, []])
  })
})

describe('a provider that says there is more without moving on', () => {
  type Answer = Parameters<Bundle['list']['answer']>[0]
  const first = async (bundle: Bundle) =>
    bundle.list.source.list({ window: { from: 0, to: null }, cursor: null, limit: 100 }, new AbortController().signal)
  const answers: Readonly<Record<string, (bundle: Bundle) => Promise<Answer>>> = {
    'with no items': async () => (page) => ({ ...page, items: [], next: 'cus_5' }),
    'with the first page for ever': async (bundle) => {
      const page = await bundle.clock.run(first(bundle))
      return () => page
    },
    'with two pages in turn': async (bundle) => {
      const page = await bundle.clock.run(first(bundle))
      let turn = 0
      return () => ({ ...page, next: turn++ % 2 === 0 ? 'cus_1' : 'cus_2' })
    },
  }
  for (const [title, make] of Object.entries(answers))
    it(`is a breach of contract within a few pages: ${title}`, async () => {
      const bundle = setup({ n: 1_000, pagesAhead: 1 })
      bundle.list.answer(await make(bundle))
      bundle.list.requests.length = 0
      // Whatever the cursor, the list must answer.
      const { source } = bundle.list
      Object.assign(bundle.list, {
        source: {
          ...source,
          list: (query, signal) => source.list({ ...query, cursor: null }, signal),
        } satisfies typeof source,
      })
      expect(await bundle.go()).toMatchObject({ verdict: 'reject', code: 'provider_contract' })
      // A page without items may be followed by one that has some, up to twenty times.
      expect(bundle.list.requests.length).toBeLessThanOrEqual(title === 'with no items' ? 21 : 3)
    })
})

describe('a cursor whose object was deleted', () => {
  it('loses nothing, and costs one more request each', async () => {
    const bundle = setup({ n: 3_000 })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers % 5 === 0 && page.next) bundle.list.remove(page.next)
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
    expect(bundle.list.requests.length).toBeLessThan(70)
  })

  it('is not tried again with the same cursor', async () => {
    const bundle = setup({ n: 300, density: 'uniform' })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers === 1) bundle.list.remove(page.next!)
      return page
    })
    await bundle.go()
    expectNothingLost(bundle)
    expect(bundle.list.requests.map(({ cursor }) => cursor !== null)).toEqual([false, true, false, true])
    expect(bundle.clock.now()).toBeLessThan(1_000)
  })

  it('in the middle of a second loses nothing', async () => {
    const clock = createVirtualClock()
    const list = createFakeList(Array(1_000).fill(now - 86_400), { clock })
    const copy = createCopy(list, { clock })
    let answers = 0
    list.answer((page) => {
      if (++answers === 4) list.remove(page.next!)
      return page
    })
    await clock.run(copy.go())
    expectNothingLost({ list, copy })
  })

  it('loses nothing when it happened between two runs', async () => {
    let ended = false
    const bundle = setup({ n: 3_000, afterBatch: (_, done) => !ended && done === 12 })
    await bundle.go()
    for (const { cursor } of bundle.copy.checkpoint().slices) if (cursor) bundle.list.remove(cursor)
    ended = true
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
  })

  it('does not go on for ever where every cursor is gone at once', async () => {
    const clock = createVirtualClock()
    const list = createFakeList(Array(300).fill(now - 86_400), { clock })
    const { source } = list
    const gone = new SyncError('reject', 'cursor_gone', 'x: gone', { scope: 'page' })
    const strict: typeof source = {
      ...source,
      list: (query, signal) => (query.cursor === null ? source.list(query, signal) : Promise.reject(gone)),
    }
    const copy = createCopy({ ...list, source: strict }, { clock })
    const ending = await clock.run(copy.go().catch((error: unknown) => error))
    expect(ending).toMatchObject({ verdict: 'retry', code: 'cursor_gone', cause: gone })
    expect(list.requests.length).toBeLessThan(20)
  })
})

describe('back-pressure', () => {
  for (const pagesAhead of [1, 3, 8])
    it(`fetches no further than ${pagesAhead} pages ahead of a slow consumer`, async () => {
      const clock = createVirtualClock(createFractions(2))
      const list = createFakeList(createdSeconds(4_000, 'uniform'), { clock, latencyMs: 100 })
      let mostAhead = 0
      const copy = createCopy(list, {
        clock,
        pagesAhead,
        commitMs: 400,
        afterBatch: (_, done) => {
          // What was taken but not yet committed is the consumer's.
          mostAhead = Math.max(mostAhead, list.requests.length - done)
          return false
        },
      })
      await clock.run(copy.go())
      expectComplete({ clock, list, copy, go: async () => 'ended' })
      expect(copy.seen.mostArrived).toBeLessThanOrEqual(pagesAhead)
      expect(list.seen.peak).toBeLessThanOrEqual(pagesAhead)
      expect(mostAhead).toBeLessThanOrEqual(2 * pagesAhead)
    })

  it('hands over no more pages at once than a step may have, and all of them in the end', async () => {
    const clock = createVirtualClock(createFractions(3))
    const list = createFakeList(createdSeconds(4_000, 'uniform'), { clock, latencyMs: 20 })
    const copy = createCopy(list, {
      clock,
      perSecond: 100,
      pagesAhead: 24,
      pagesPerBatch: 5,
      commitMs: 400,
      gatherMs: 100,
    })
    await clock.run(copy.go())
    expectComplete({ clock, list, copy, go: async () => 'ended' })
    expect(copy.seen.mostArrived).toBe(5)
  })

  it('goes on fetching while the consumer commits', async () => {
    const bundle = setup({ n: 4_000, commitMs: 40, perSecond: 25, latencyMs: 200 })
    await bundle.go()
    expectComplete(bundle)
    // 40 commits of 40 ms beside 2 seconds of reading, not after it.
    expect(bundle.clock.now()).toBeLessThan(3_200)
  })
})

describe('odd items', () => {
  for (const created of [undefined, null, 'yesterday', 1.5, 1_790_000_000_000, -1])
    it(`that say ${JSON.stringify(created)} of their time are not lost, nor are the others`, async () => {
      const bundle = setup({ n: 5_000 })
      bundle.list.misdate(37, created)
      expect(await bundle.go()).toBe('ended')
      expectNothingLost(bundle)
      expect(bundle.copy.rows.length).toBeLessThan(5_000 + 50)
    })

  it('that say a time long past do not end a slice in which they lie', async () => {
    const bundle = setup({ n: 5_000 })
    bundle.list.misdate(37, 0)
    // One in the last place of a page cannot be told from the real end.
    bundle.list.answer((page) => {
      const items = page.items.map((item, at) => (at === page.items.length - 1 ? redated(item, page.items) : item))
      return { ...page, items }
    })
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
  })

  it('that cannot be mapped are put aside and the others are read', async () => {
    const bundle = setup({ n: 1_000 })
    bundle.list.answer((page) => ({ ...page, items: [...itemsOf([{ id: 7, created: now }, null]), ...page.items] }))
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
    expect(bundle.copy.rejects.length).toBeGreaterThanOrEqual(20)
    // Two on each page, wherever the page ends.
    expect(bundle.copy.rejects).toHaveLength(2 * bundle.list.requests.length)
  })

  it('that are newer than the window they were asked for are kept: better twice than never', async () => {
    const bundle = setup({ n: 3_000 })
    bundle.list.answer((page, { window }) =>
      window?.to ? { ...page, items: [Item.of({ id: 'cus_new', created: window.to + 5 }), ...page.items] } : page,
    )
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
    expect(bundle.copy.rows).toContain('cus_new')
  })

  it('that are created while the run goes on move nothing', async () => {
    const bundle = setup({ n: 3_000 })
    const before = bundle.list.expectedIds()
    bundle.list.answer((page) => {
      bundle.list.add(now + 10)
      return page
    })
    expect(await bundle.go()).toBe('ended')
    const have = new Set(bundle.copy.rows)
    expect(before.filter((id) => !have.has(id))).toEqual([])
    expect(bundle.copy.rows).toHaveLength(have.size)
  })
})

function redated(item: Item, page: readonly Item[]): Item {
  const seconds = page.map((item) => (item.value() as { created: number }).created).filter((second) => second > 0)
  return Item.of({ ...(item.value() as object), created: Math.min(...seconds) })
}

describe('whatever happens', () => {
  const densities: readonly Density[] = ['uniform', 'growing', 'burst', 'same-second', 'recent-import']
  const schedules = Array.from({ length: 250 }, (_, seed) => seed + 1)

  /** What an earlier job may have left, when the list was another one. */
  const knownSeconds = (random: () => number, most: number) =>
    [...new Set(createdSeconds(Math.floor(random() * most), 'uniform'))].toSorted((left, right) => left - right)

  /** A page that fails each time ends the invocation, and another one goes on. */
  const giveUp = (error: unknown) => {
    if (!(error instanceof SyncError) || error.verdict !== 'retry') throw error
  }

  it(`in ${schedules.length} random schedules of latency, limits, faults, deletions, stops and crashes nothing is lost`, async () => {
    for (const seed of schedules) {
      const random = createFractions(seed * 7_919)
      const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
      const clock = createVirtualClock(random)
      const n = Math.floor(random() ** 2 * 4_000)
      const list = createFakeList(createdSeconds(n, pick(densities)), {
        clock,
        latencyMs: pick([0, 5, 80, 700]),
        jitterMs: pick([0, 50, 2_000]),
      })
      const deleting = random() < 0.3
      const faulty = pick([0, 0, 0.1, 0.3])
      list.answer((page) => {
        if (deleting && page.next && random() < 0.1) list.remove(page.next)
        if (random() < faulty)
          throw new SyncError('retry', 'provider_unavailable', 'x: no', {
            ...(random() < 0.3 && { limit: { scope: 'endpoint', of: pick(['rate', 'concurrency']) } }),
          })
        return page
      })
      const crash = pick([0, 0, 0.02, 0.2])
      const options = {
        clock,
        perSecond: pick([3, 25, 100]),
        concurrency: pick([1, 4, 64]),
        pageSize: pick([7, 40, 100]),
        pagesAhead: pick([1, 2, 32]),
        commitMs: pick([0, 30, 500]),
        afterBatch: () => random() < crash,
        known: pick([[], knownSeconds(random, 300), knownSeconds(random, 5)]),
      }
      const copies: ReturnType<typeof createCopy>[] = []
      let checkpoint: string | undefined
      do {
        const copy = createCopy(list, { ...options, ...(checkpoint !== undefined && { checkpoint }) })
        copies.push(copy)
        const ending = new AbortController()
        if (random() < 0.3)
          void clock.sleep(200 + random() * 8_000, ending.signal).then(
            () => {
              copy.stop.abort('stopped')
              if (random() < 0.5) copy.cut.abort('cut')
            },
            () => {},
          )
        await clock.run(copy.go().catch(giveUp))
        ending.abort()
        checkpoint = JSON.stringify(copy.checkpoint())
        expect(copies.length, `seed ${seed}`).toBeLessThan(1_000)
      } while (JSON.parse(checkpoint).slices.length > 0)
      const rows = copies.flatMap((copy) => copy.rows)
      const have = new Set(rows)
      expect(
        list.expectedIds().filter((id) => !have.has(id)),
        `seed ${seed}`,
      ).toEqual([])
      expect(list.seen.misusedCursors, `seed ${seed}`).toBe(0)
      if (!deleting) expect(rows.length, `seed ${seed}`).toBe(have.size)
    }
  })
})
