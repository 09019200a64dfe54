import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { plan } from '../../src/job/state/checkpoint.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'

const denied = new SyncError('reject', 'permission_denied', 'x: the key may not read this', { scope: 'resource' })
const never = new AbortController().signal

interface Reading {
  readonly isDenied?: boolean
  readonly fetchesTouched?: boolean
  readonly refused?: readonly string[]
  /** The lists that are read, of lines, which name subscriptions, and subscriptions. */
  readonly lists?: readonly string[]
}

/** Lines, whose page comes long before that of the subscriptions that they name; the ids that were asked for. */
async function readLines({ isDenied = false, lists = ['lines', 'subscriptions'], ...options }: Reading) {
  const clock = createVirtualClock()
  const asked: string[] = []
  const lines = createFakeList([now - 9], { clock, latencyMs: 10 })
  const subscriptions = createFakeList([now - 9], { clock, latencyMs: 5_000 })
  if (isDenied) subscriptions.answer(() => Promise.reject(denied))
  const sources: readonly ListSource[] = [
    { ...lines.source, name: 'lines', touched: () => [{ resource: 'subscriptions', id: 'named' }] },
    {
      ...subscriptions.source,
      name: 'subscriptions',
      openRows: { by: { column: 'status' }, values: ['ACTIVE'] },
      async retrieve(id) {
        asked.push(id)
        return { item: Item.of({ id, created: now }), observedAt: new Date(now * 1_000) }
      },
    },
  ]
  const limiter = createLimiter({ perSecond: 25, concurrency: 64 }, clock)
  const batches = backfill({
    slices: plan(lists.map((name) => ({ resource: { name }, since: 0 }))).slices,
    sources,
    limiters: () => [limiter],
    ...{ pageSize: 100, pagesAhead: 9, pagesPerBatch: 9, gatherMs: 0, clock, drainSignal: never, abortSignal: never },
    since: async () => now,
    onFailure() {},
    onSplit() {},
    openIds: async () => ['open'],
    ...options,
  })
  const rows: string[] = []
  async function take() {
    for await (const { pages } of batches) rows.push(...pages.flatMap((page) => page.rows.map(({ row }) => row.id)))
  }
  await clock.run(take())
  return { asked, rows }
}

describe('objects that items of another list name', () => {
  it('are not asked for where their own list is read, though its first page comes later', async () => {
    expect((await readLines({})).asked).toEqual([])
  })

  it('are asked for where their list turns out to be refused, and so are those that may still change', async () => {
    const { asked, rows } = await readLines({ isDenied: true })
    expect(asked.toSorted()).toEqual(['named', 'open'])
    expect(rows.toSorted()).toEqual(['cus_0', 'named', 'open'])
  })

  it('are asked for where an earlier delivery found their list refused, and not where it read it to its end', async () => {
    expect((await readLines({ lists: ['lines'], refused: ['subscriptions'] })).asked).toEqual(['named'])
    expect((await readLines({ lists: ['lines'] })).asked).toEqual([])
  })

  it('are asked for in any case by a job that follows changes', async () => {
    expect((await readLines({ fetchesTouched: true })).asked).toEqual(['named'])
  })
})
