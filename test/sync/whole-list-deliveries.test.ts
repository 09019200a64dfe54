import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { providerObjects } from '../../src/db/schema.ts'
import { advance, applySplit, plan } from '../../src/job/state/checkpoint.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'

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
