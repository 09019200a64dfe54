import { describe, expect, it } from 'vitest'
import { mapItems } from '../../src/sync/rows.ts'
import type { FeedSource } from '../../src/sync/source.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { expectComplete, setup } from './backfill-setup.ts'
import { type Density, now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

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
