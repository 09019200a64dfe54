import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { batchSizes } from '../../src/job/batch-sizes.ts'
import { splitsToRead } from '../../src/job/list-splits.ts'
import { applySplit, type Checkpoint, plan } from '../../src/job/state/checkpoint.ts'
import { Item } from '../../src/json/item.ts'
import type { Account, ListSource, NestedSource, Page } from '../../src/provider/contract.ts'
import { mostRequested } from '../../src/providers/shopify/answer.ts'
import { shopify } from '../../src/providers/shopify/index.ts'
import { createBucket } from '../../src/sandbox/shopify/cost/bucket.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { rateLimited } from '../../src/sync/rate-limited.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, now } from '../sync/created-seconds.ts'
import { createFakeList } from '../sync/fake-list.ts'
import { createFractions } from '../sync/fractions.ts'
import { settings, tenantId } from './shopify-setup.ts'

/*
 * How much of a shop's points a job spends, in virtual time. A request needs so many points at first and takes so many in
 * the end, as the sandbox's documents do where a list counts by its logarithm: 6 points an order, 51 a request.
 */

const page = { requested: 972, actual: 576 }
/** Lists of which every so many-th order has more than its page shows, and what the rest costs. */
const rest = [
  { name: 'order_lines', every: 22, requested: 99, actual: 66 },
  { name: 'payments', every: 77, requested: 11, actual: 10 },
  { name: 'refunds', every: 18, requested: 10, actual: 10 },
]
const ordersInPage = 250
const latencyMs = 200

interface Shop {
  readonly orders: number
  /** Points that are restored in a second. */
  readonly restoreRate: number
  readonly isKnown?: boolean
}

const leastRequests = (orders: number) =>
  Math.ceil(orders / ordersInPage) + rest.reduce((sum, { every }) => sum + Math.ceil(orders / every), 0)

async function readAll({ orders, restoreRate, isKnown = false }: Shop) {
  const clock = createVirtualClock(createFractions(1))
  const bucket = createBucket({ restoreRate }, clock.now)
  /** The bucket is full at first. */
  const first = bucket.status().maximumAvailable
  const asked = { points: 0, throttled: 0, requests: 0 }
  async function ask({ requested, actual }: typeof page, answer: () => Promise<Page>): Promise<Page> {
    asked.requests++
    await clock.sleep(latencyMs * clock.random())
    if (!bucket.take(requested)) {
      asked.throttled++
      throw new Error('throttled')
    }
    await clock.sleep(latencyMs * (0.5 + clock.random()))
    bucket.giveBack(requested - actual)
    asked.points += actual
    const { maximumAvailable: maximum, currentlyAvailable: available, restoreRate: perSecond } = bucket.status()
    return { ...(await answer()), allowance: { requested, actual, available, maximum, perSecond, mostRequested } }
  }

  const seconds = createdSeconds(orders, 'growing')
  const { source } = createFakeList(seconds, { clock, latencyMs: 0 })
  const nested = rest.map(
    ({ name, every, ...points }): NestedSource => ({
      name,
      table: source.table,
      parent: 'orderId',
      embedded: ({ id }) => (Number(id?.slice(4)) % every === 0 ? { items: [], next: '' } : null),
      list: (id) =>
        ask(points, async () => ({
          items: [Item.of({ id: `${name}_${id}` })],
          next: null,
          observedAt: new Date(now * 1_000),
        })),
      row: (item) => ({ id: item.id ?? '' }),
    }),
  )
  const listed: ListSource = {
    ...source,
    name: 'orders',
    pageSize: ordersInPage,
    nested,
    list: (query, signal) => ask(page, () => source.list(query, signal)),
  }
  const connected = shopify(settings({ apiBase: 'http://127.0.0.1:1' })).connect({ tenantId, accessToken: undefined })
  const account: Account = {
    ...connected,
    sources: [listed],
    async identify() {
      await clock.sleep(latencyMs)
      return { account: 'shop', since: Math.min(...seconds) }
    },
  }
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const limits = rateLimited(account, ['orders'], { clock, waiting: signal, finishing: signal })
  const known = isKnown ? seconds.toSorted((a, b) => a - b).filter((_, at) => at > 0 && at % ordersInPage === 0) : []
  let checkpoint: Checkpoint = plan([
    { resource: { name: 'orders' }, since: 0, splits: splitsToRead(account, { orders: known })('orders') },
  ])
  const batches = backfill({
    ...limits,
    ...batchSizes(100, { job: { stalled: 0 } } as never),
    slices: checkpoint.slices,
    knownSplits: { orders: known },
    gatherMs: 100,
    gatherMsInLine: 500,
    clock,
    drainSignal: signal,
    abortSignal: signal,
    since: () => limits.since(signal),
    onFailure() {},
    onSplit(split) {
      checkpoint = applySplit(checkpoint, split)
    },
  })
  let rows = 0
  async function take() {
    for await (const { pages } of batches) rows += pages.reduce((sum, page) => sum + page.listed.length, 0)
  }
  await clock.run(take())
  connected.close()
  const restored = (restoreRate * clock.now()) / 1_000
  return { ...asked, rows, seconds: clock.now() / 1_000, ofRestored: (asked.points - first) / restored }
}

describe('the points of a shop', () => {
  it.each([
    { plan: 'Plus', orders: 12_000, restoreRate: 1_000 },
    { plan: 'Plus, as an earlier job knew it', orders: 12_000, restoreRate: 1_000, isKnown: true },
    { plan: 'Enterprise', orders: 24_000, restoreRate: 2_000 },
  ])('are spent as fast as they are restored: $plan', async ({ orders, ...shop }) => {
    const { rows, requests, throttled, ofRestored } = await readAll({ orders, ...shop })
    expect({ rows, throttled }).toEqual({ rows: orders, throttled: 0 })
    expect(ofRestored).toBeGreaterThanOrEqual(0.95)
    expect(requests).toBeLessThanOrEqual(1.01 * leastRequests(orders))
  })
  it('are spent at once as long as the bucket has some: no list waits for points that it does not need', async () => {
    const { rows, throttled, seconds } = await readAll({ orders: 3_000, restoreRate: 1_000 })
    expect({ rows, throttled }).toEqual({ rows: 3_000, throttled: 0 })
    // 360 requests at 100 a second, and the answers of a page, its lines, payments and refunds.
    expect(seconds).toBeLessThan(6)
  })
})
