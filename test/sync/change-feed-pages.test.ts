import { describe, expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import type { ChangeSource, ListSource, Page, Window } from '../../src/provider/contract.ts'
import { fields } from '../../src/provider/fields.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { eventsName, eventsSource } from '../../src/sync/change-feed.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import type { Source } from '../../src/sync/source.ts'
import { itemsOf } from '../support/items.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { eventOf, never, now, setup } from './change-feed-setup.ts'
import { now as fakeNow } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'

interface Reading extends Pick<Parameters<typeof backfill>[0], 'pageSize' | 'clock' | 'onSplit'> {
  readonly window: Window
  readonly perSecond: number
}

/** Reads the feed, the last of these sources, in this window. */
function readAll(sources: readonly Source[], { window, perSecond, clock, ...options }: Reading) {
  const slice = { id: 1, resource: eventsName, part: null, window, query: window, position: null }
  const limiter = createLimiter({ perSecond, concurrency: 9 }, clock)
  return backfill({
    slices: [{ ...slice, cursor: null, boundary: [] }],
    sources,
    limiters: () => [limiter],
    pagesAhead: 9,
    pagesPerBatch: 9,
    gatherMs: 0,
    clock,
    drainSignal: never,
    abortSignal: never,
    since: async () => 0,
    onFailure() {},
    ...options,
  })
}

describe('read page by page', () => {
  async function readFeed(pages: readonly (readonly [number, number])[], endsWithSecond: boolean) {
    const { retrieved, feed, sources } = setup({ c: 'now', d: 'now' })
    const clock = createVirtualClock()
    const happened = ['a9', 'b8', 'c7', 'd7', 'e6', 'f5'].map((item) => ({
      ...eventOf({ id: item[0]!, at: Number(item[1]) }),
      created: Number(item[1]),
    }))
    const list: ListSource['list'] = async ({ cursor }): Promise<Page> => {
      const turn = cursor === null ? 0 : Number(cursor)
      const [from, to] = pages[turn]!
      return {
        items: itemsOf(happened.slice(from, to)),
        next: turn < 2 ? String(turn + 1) : null,
        endsWithSecond,
        observedAt: new Date(now * 1_000),
      }
    }
    const events = eventsSource({ ...feed, list }, sources)
    const all = { from: 0, to: null }
    const batches = readAll([...sources, events], { window: all, perSecond: 100, pageSize: 2, clock, onSplit() {} })
    const rows: string[] = []
    for await (const { pages } of batches)
      for (const page of pages) {
        expect(page.proven).toBeNull()
        rows.push(...page.rows.map(({ row, observedAt }) => `${row.id} ${observedAt.getTime() / 1_000}`))
      }
    return { retrieved: retrieved.toSorted(), rows }
  }

  it('objects are asked for only where a second is on two pages', async () => {
    const pages = [
      [0, 3],
      [3, 5],
      [5, 6],
    ] as const
    const { retrieved, rows } = await readFeed(pages, false)
    // Second 7 is on the first two of three pages. e6 ends the second page, and f5 the list: whether more of second 6
    // follows is not known before the third page.
    expect(retrieved).toEqual(['c', 'd', 'e'])
    expect(rows).toEqual(['a 9', 'b 8', 'c 9000', 'd 9000', 'e 9000', 'f 5'])
  })

  it('and not where each page has all of its last second', async () => {
    const pages = [
      [0, 2],
      [2, 4],
      [4, 6],
    ] as const
    const { retrieved, rows } = await readFeed(pages, true)
    expect(retrieved).toEqual([])
    expect(rows).toEqual(['a 9', 'b 8', 'c 7', 'd 7', 'e 6', 'f 5'])
  })

  it.each([
    { pages: 10, splits: 0 },
    { pages: 60, splits: 3 },
  ])('a feed of $pages pages that come in a burst is split $splits times', async ({ pages, splits }) => {
    const { feed, sources } = setup()
    const clock = createVirtualClock()
    // Ten a second, in the end of a window of an hour.
    const seconds = Array.from({ length: pages * 100 }, (_, n) => fakeNow - Math.floor(n / 10) - 1)
    const fake = createFakeList(seconds, { clock, latencyMs: 200 })
    const read: ChangeSource['read'] = (event) => {
      const { id: objectId, created } = fields(event.value())
      return { resource: 'customers', id: String(objectId), at: Number(created), gone: false, item: event }
    }
    const retrieve: ListSource['retrieve'] = async (objectId) => ({
      item: Item.of({ id: objectId }),
      observedAt: new Date(fakeNow * 1_000),
    })
    const customersSource = { ...sources[0]!, retrieve }
    const events = eventsSource({ ...feed, list: fake.source.list, read }, [customersSource])
    const window = { from: fakeNow - 3_600, to: null }
    let splitsMade = 0
    const batches = readAll([customersSource, events], {
      window,
      perSecond: 25,
      pageSize: 100,
      clock,
      onSplit() {
        splitsMade++
      },
    })
    const ids = new Set<unknown>()
    const take = async () => {
      for await (const batch of batches)
        for (const read of batch.pages) for (const { row } of read.rows) ids.add(row.id)
    }
    await clock.run(take())
    expect(ids.size).toBe(pages * 100)
    expect(splitsMade).toBe(splits)
    expect(fake.requests.length).toBeLessThanOrEqual(pages * 1.05)
  })
})
