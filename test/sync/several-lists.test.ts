import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { chooseSplits } from '../../src/job/list-splits.ts'
import { applySplit, type Checkpoint, plan } from '../../src/job/state/checkpoint.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter, limited } from '../../src/sync/limiter.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'

/*
 * Several lists of one account, each with a limit of its own beside the account's: how long reading takes, in the virtual
 * time of answers of 200 ms.
 */

const rates = { account: 100, endpoint: 25 }
const latencyMs = 200
const span = 5 * 365 * 86_400

interface List {
  readonly items: number
  /** Every how many items one needs a request of its own, as an invoice of many lines does. */
  readonly nestedEvery?: number
}

async function readAll(lists: Readonly<Record<string, List>>, { isKnown }: { readonly isKnown: boolean }) {
  const clock = createVirtualClock()
  const account = createLimiter({ perSecond: rates.account, concurrency: 64 }, clock)
  const signal = new AbortController().signal
  setMaxListeners(0, signal)
  const limiters = new Map<string, ReturnType<typeof createLimiter>>()
  const open = (name: string) => {
    const endpoint = createLimiter({ perSecond: rates.endpoint, concurrency: 64, within: account }, clock)
    limiters.set(name, endpoint)
    return limited((work) => work(), { endpoint, account, waiting: signal })
  }
  const requests: { readonly name: string; readonly at: number }[] = []
  const besides = new Map<string, { requests: number }>()
  const known: Record<string, readonly number[]> = {}
  const sources = Object.entries(lists).map(([name, { items, nestedEvery }]): ListSource => {
    const seconds = createdSeconds(items, 'uniform')
    const { source } = createFakeList(seconds, { clock, latencyMs })
    if (isKnown)
      known[name] = seconds.toSorted((left, right) => left - right).filter((_, at) => at > 0 && at % 100 === 0)
    const [call, callNested] = [open(name), open(`${name} nested`)]
    besides.set(name, { requests: 0 })
    const isNested = (id: string) => nestedEvery !== undefined && Number(id.slice(4)) % nestedEvery === 0
    return {
      ...source,
      name,
      list: (query, abort) =>
        call(() => {
          requests.push({ name, at: clock.now() })
          return source.list(query, abort)
        }, abort),
      ...(nestedEvery !== undefined && {
        listsSummaries: true,
        async retrieve(id: string) {
          const beside = besides.get(name)
          if (isNested(id) && beside) {
            beside.requests++
            await callNested(() => clock.sleep(latencyMs))
          }
          return { item: null, observedAt: new Date(now * 1_000) }
        },
      }),
    }
  })
  let checkpoint: Checkpoint = plan(
    sources.map((resource) => ({
      resource,
      since: 0,
      splits: chooseSplits(known[resource.name] ?? [], rates.endpoint),
    })),
  )
  // Asked for beside the first pages.
  const identity = clock.sleep(latencyMs).then(() => now - span)
  const batches = backfill({
    slices: checkpoint.slices,
    sources,
    limiters: ({ name }) => [account, limiters.get(name) ?? account],
    expect: ({ name }, calls) => limiters.get(name)?.expect(calls),
    besides: ({ name }) => ({
      expect: (calls) => limiters.get(`${name} nested`)?.expect(calls),
      requests: () => besides.get(name)?.requests ?? 0,
      delay: () => limiters.get(`${name} nested`)?.delay() ?? 0,
    }),
    knownSplits: known,
    pageSize: 100,
    pagesAhead: 48,
    pagesPerBatch: 24,
    gatherMs: 0,
    clock,
    drainSignal: signal,
    abortSignal: signal,
    since: () => identity,
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
  const lastOf = (name: string) =>
    Math.max(...requests.flatMap((request) => (request.name === name ? [request.at] : [])))
  const ends = Object.keys(lists).map(lastOf)
  return {
    seconds: clock.now() / 1_000,
    requests: requests.length,
    rows,
    /** Milliseconds between the last request of the first list that ended and of the last one. */
    apartMs: Math.max(...ends) - Math.min(...ends),
  }
}

describe('lists beside each other', () => {
  const six = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { items: 4_000 }]))

  it('end together, because the list with the most work is asked first', async () => {
    const known = await readAll(six, { isKnown: true })
    // 240 pages at 100 a second take 2.4 s, and the last answer 0.2 s.
    expect(known).toMatchObject({ rows: 24_000, requests: 240 })
    expect(known.seconds).toBeLessThanOrEqual(2.65)
    const first = await readAll(six, { isKnown: false })
    expect(first.rows).toBe(24_000)
    expect(first.requests).toBeLessThanOrEqual(270)
    // Every request as soon as the account allows it: the first pages take an answer more.
    expect(first.seconds).toBeLessThanOrEqual(first.requests / rates.account + 2 * (latencyMs / 1_000) + 0.05)
    expect(first.apartMs).toBeLessThanOrEqual(300)
  })

  it('are asked by what is left of them: a long list that comes last ends no later than its own limit allows', async () => {
    const lists = {
      ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, { items: 4_000 }])),
      long: { items: 8_000 },
    }
    const { rows, seconds } = await readAll(lists, { isKnown: true })
    expect(rows).toBe(28_000)
    // 80 pages at 25 a second take 3.2 s, and the last answer 0.2 s.
    expect(seconds).toBeLessThanOrEqual(3.5)
  })

  it.each([false, true])('keep an endpoint busy that has most of the requests, known before: %s', async (isKnown) => {
    const lists = {
      customers: { items: 2_000 },
      subscriptions: { items: 2_200, nestedEvery: 10 },
      invoices: { items: 6_000, nestedEvery: 10 },
      items: { items: 2_000 },
      invoice_payments: { items: 6_000 },
      payments: { items: 6_000 },
      intents: { items: 6_000 },
      refunds: { items: 300 },
      balance: { items: 7_000 },
    }
    const { rows, seconds } = await readAll(lists, { isKnown })
    expect(rows).toBe(37_500)
    // 600 invoices at 25 a second take 24 s.
    expect(seconds).toBeLessThanOrEqual(24.9)
  })
})
