import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { providerObjects } from '../../src/db/schema.ts'
import { advance, applySplit, plan } from '../../src/job/state/checkpoint.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource, Page } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import { digestWhole } from '../../src/sync/page.ts'
import { halveSlice, type Slice } from '../../src/sync/slices.ts'
import { checkWhole, newWholeCheck } from '../../src/sync/whole-list.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'

const observedAt = new Date(1_000_000)
const page = (ids: readonly string[], total: number, next: string | null = null): Page => ({
  items: ids.map((id, at) => Item.of({ id, created: 100 + at })),
  next,
  observedAt,
  total,
})

describe('a list with a stated total', () => {
  const check = (...pages: readonly Page[]) => {
    const whole = newWholeCheck()
    return () => {
      for (const page of pages) checkWhole('plans', whole, page)
    }
  }
  it('is believed if its pages show as many different items', () => {
    expect(check(page(['a', 'b'], 3, '2'), page(['c'], 3))).not.toThrow()
  })
  const changed: Readonly<Record<string, readonly Page[]>> = {
    'whose total moves': [page(['a', 'b'], 3, '2'), page(['c'], 4)],
    'with an item on two pages': [page(['a', 'b'], 4, '2'), page(['b', 'c'], 4)],
    'with fewer items than it states': [page(['a', 'b'], 4, '2'), page(['c'], 4)],
    'with more items than it states': [page(['a', 'b'], 2, '2'), page(['c'], 2)],
  }
  it.each(Object.entries(changed))('%s is not believed', (_, pages) => {
    expect(check(...pages)).toThrowError(expect.objectContaining({ code: 'list_changed', scope: 'page' }))
  })
  it('has a total on every page, or no page is checked', () => {
    const { total: _, ...without } = page(['a'], 9)
    expect(check(without)).not.toThrow()
  })
})

const slice: Slice = {
  id: 1,
  resource: 'ledger',
  part: null,
  window: { from: 100, to: 200 },
  query: { from: 100, to: 200 },
  cursor: null,
  position: null,
  boundary: [],
}
const filter = { field: 'created', order: 'none' } as const

describe('the last page of a window with a total', () => {
  const source = { kind: 'list', name: 'ledger', createdFilter: filter } as const
  it('proves what the window has, with the ids of all of its pages', () => {
    const last = digestWhole(slice, source, { page: page(['c'], 3), ids: new Set(['a', 'b', 'c']) })
    expect(last.proven).toEqual({ from: 100, to: 199, ids: ['a', 'b', 'c'] })
    const first = digestWhole(slice, source, { page: page(['a'], 3, '2'), ids: new Set(['a']) })
    expect(first.proven).toBeNull()
  })
  it('proves nothing beyond the time up to which the list is complete', () => {
    const open = { ...slice, window: { from: 100, to: null }, query: { from: 100, to: null } }
    const lagging = { ...page(['a'], 1), completeTo: new Date(150_000) }
    expect(digestWhole(open, source, { page: lagging, ids: new Set(['a']) }).proven).toMatchObject({ to: 149 })
  })
  it('proves nothing of a window of change', () => {
    const byChange = { ...slice, by: 'updated' } as const
    const source = { kind: 'list', name: 'ledger', updatedFilter: filter, createdFilter: filter } as const
    expect(digestWhole(byChange, source, { page: page(['a'], 1), ids: new Set(['a']) }).proven).toBeNull()
  })
})

describe('a checkpoint', () => {
  const resource = { name: 'ledger', createdFilter: { ...filter, maxDays: 1, historyDays: 2 } }
  const now = 10 * 86_400
  const planned = () => plan([{ resource, since: 0 }], { mode: 'full', note: null, now })
  const turned = (sliceId: number, listed: readonly number[], whole: { begins: boolean; ends: boolean }) => ({
    sliceId,
    listed,
    whole,
    query: { from: 0, to: null },
    next: whole.ends ? null : '2',
    oldest: null,
    boundary: [],
    observedAt: new Date(now * 1_000),
    nested: [],
    beginsList: false,
    skip: null,
  })

  it('has a window of so many days for each part of the history, which ends when the job is planned', () => {
    const { slices, until, history } = planned()
    expect(slices.map(({ window }) => window)).toEqual([
      { from: now - 86_400, to: now },
      { from: now - 2 * 86_400, to: now - 86_400 },
    ])
    expect(until).toBe(now)
    expect(history).toEqual({ ledger: now - 2 * 86_400 })
  })

  it('counts a window when it has been read whole, and what was read before it began again not at all', () => {
    const [begun, again, middle, end] = [
      { begins: true, ends: false },
      { begins: true, ends: false },
      { begins: false, ends: false },
      { begins: false, ends: true },
    ]
    const second = now - 100
    let checkpoint = advance(planned(), turned(1, [second, second], begun!))
    expect(checkpoint.tallies).toEqual({})
    expect(checkpoint.slices[0]).toMatchObject({ id: 1, cursor: null, pending: { ledger: { listed: 2 } } })
    checkpoint = advance(checkpoint, turned(1, [second], again!))
    checkpoint = advance(checkpoint, turned(1, [second, second], middle!))
    checkpoint = advance(checkpoint, turned(1, [second], end!))
    expect(checkpoint.tallies.ledger).toMatchObject({ listed: 4 })
    expect(checkpoint.slices.map(({ id }) => id)).toEqual([2])
  })

  it('adds windows to each other', () => {
    const whole = { begins: true, ends: true }
    const first = advance(planned(), turned(1, [now - 1], whole))
    expect(advance(first, turned(2, [now - 86_401], whole)).tallies.ledger).toMatchObject({ listed: 2 })
  })

  it('has the halves of a slice under ids of their own: a page of the slice moves neither', () => {
    const halved = applySplit(planned(), { id: 1, at: now - 1_000, newerId: 8, olderId: 9 })
    expect(halved.slices.map(({ id, window, query }) => [id, window, query])).toEqual([
      [8, { from: now - 1_000, to: now }, { from: now - 1_000, to: now }],
      [9, { from: now - 86_400, to: now - 1_000 }, { from: now - 86_400, to: now - 1_000 }],
      [2, expect.anything(), expect.anything()],
    ])
    expect(advance(halved, turned(1, [now - 1], { begins: false, ends: true }))).toEqual(halved)
  })

  it('goes no further than a list is complete', () => {
    const lagging = { ...turned(1, [], { begins: true, ends: true }), completeTo: new Date((now - 7_200) * 1_000) }
    expect(advance(planned(), lagging).until).toBe(now - 7_200)
  })

  it('has a sentence of a page once', () => {
    const noted = { ...turned(1, [], { begins: true, ends: true }), note: 'Only 60 days are shown.' }
    const once = advance(planned(), noted)
    expect(advance(once, { ...noted, sliceId: 2 }).note).toBe('Only 60 days are shown.')
  })
})

it('the halves of a slice forget what its pages have shown', () => {
  const pending = { ledger: { until: 5, listed: 3, months: {} } }
  for (const half of halveSlice({ ...slice, pending }, { at: 150, newerId: 2, olderId: 3 }))
    expect(half.pending).toBeUndefined()
})

describe('a list with a stated total, read in several deliveries,', () => {
  const began = 1_500_000_000
  const now = began + 9 * 365 * 86_400

  interface Reading extends Pick<ListSource, 'listsSummaries'> {
    readonly count: number
    readonly requestsEach?: number
    readonly maxDays?: number
    readonly pageSize?: number
  }

  /** A list of so many objects over nine years, read by deliveries of so many requests each, one a second. */
  async function readInPauses({ count, requestsEach = 800, maxDays = 20_000, pageSize = 100, ...kind }: Reading) {
    const filter = { field: 'created', order: 'none', maxDays, historyDays: maxDays === 31 ? 3_286 : 20_000 } as const
    const clock = createVirtualClock(createFractions(1))
    const all = Array.from({ length: count }, (_, n) => ({
      id: `inv_${n}`,
      created: began + Math.floor((n * 9 * 365 * 86_400) / count),
    }))
    const resource = { name: 'invoices', createdFilter: filter }
    let checkpoint = plan([{ resource, since: 0 }], { mode: 'full', note: null, now })
    const stored = new Set<string>()
    let [requests, deliveries] = [0, 0]
    while (checkpoint.slices.length > 0 && deliveries < 60) {
      deliveries++
      const stop = new AbortController()
      setMaxListeners(0, stop.signal)
      const limiter = createLimiter({ perSecond: 1, concurrency: 1 }, clock)
      let left = requestsEach
      const ask = <T>(answer: () => T) =>
        limiter.run(async () => {
          requests++
          if (--left <= 0) stop.abort('drained')
          await clock.sleep(100)
          return answer()
        }, stop.signal)
      const source: ListSource = {
        kind: 'list',
        ...resource,
        table: providerObjects,
        ...kind,
        row: Object.assign((item: Item) => ({ id: item.id ?? '' }), {}) as unknown as ListSource['row'],
        list: ({ window, cursor, limit }) =>
          ask(() => {
            const { from, to } = window ?? { from: 0, to: null }
            const shown = all.filter(({ created }) => created >= from && (to === null || created < to))
            const at = Number(cursor ?? 0)
            const next = at + limit < shown.length ? String(at + limit) : null
            const items = shown.slice(at, at + limit).map((object) => Item.of(object))
            return { items, next, observedAt: new Date(now * 1_000), total: shown.length }
          }),
        retrieve: (id) => ask(() => ({ item: Item.of({ id }), observedAt: new Date(now * 1_000) })),
      }
      const read = backfill({
        slices: checkpoint.slices,
        sources: [source],
        limiters: () => [limiter],
        pageSize,
        pagesAhead: 32,
        pagesPerBatch: 32,
        gatherMs: 0,
        clock,
        drainSignal: stop.signal,
        abortSignal: stop.signal,
        since: async () => began,
        onFailure: () => {},
        onSplit: (split) => {
          checkpoint = applySplit(checkpoint, split)
        },
      })
      await clock.run(
        (async () => {
          for await (const { pages } of read)
            for (const page of pages) {
              checkpoint = advance(checkpoint, page)
              for (const { row } of page.rows) stored.add(row.id)
            }
        })(),
      )
    }
    return { requests, deliveries, stored: stored.size, listed: checkpoint.tallies.invoices?.listed }
  }

  it('of summaries is read in windows of few requests, so that a pause costs no more than one of them', async () => {
    const least = 2_000 + 2_000 / 100
    const { requests, deliveries, ...all } = await readInPauses({ count: 2_000, listsSummaries: true })
    expect(all).toEqual({ stored: 2_000, listed: 2_000 })
    expect(requests).toBeLessThanOrEqual(least * 1.03 + (deliveries - 1) * 200)
    expect(deliveries).toBeLessThanOrEqual(4)
  })

  it('in windows of a month is read one after the other: a pause reads no more again than one of them', async () => {
    const { requests, deliveries, ...all } = await readInPauses({
      count: 20_000,
      requestsEach: 200,
      maxDays: 31,
      pageSize: 20,
    })
    expect(all).toEqual({ stored: 20_000, listed: 20_000 })
    const ofAMonth = Math.ceil((20_000 / (9 * 365)) * 31 * (1 / 20)) + 1
    expect(requests).toBeLessThanOrEqual(106 * ofAMonth + (deliveries - 1) * ofAMonth)
    expect(deliveries).toBeGreaterThan(4)
  })

  it('that takes few requests is one window', async () => {
    expect(await readInPauses({ count: 150, listsSummaries: true })).toEqual({
      requests: 152,
      deliveries: 1,
      stored: 150,
      listed: 150,
    })
  })
})
