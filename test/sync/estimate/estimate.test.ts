import { expect, it } from 'vitest'
import { SyncError } from '../../../src/errors.ts'
import { Item } from '../../../src/json/item.ts'
import type { Account, ListSource } from '../../../src/provider/contract.ts'
import { type Estimating, estimate } from '../../../src/sync/estimate/estimate.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import type { StoredLists } from '../../../src/sync/estimate/stored.ts'
import type { RateLimited } from '../../../src/sync/rate-limited.ts'
import { day, listOf, now, signal } from './list-of.ts'

const clock = { now: () => 0 } as Estimating['clock']
const account = { id: 'acct_1', perSecond: 10 } as Account

interface Given {
  readonly account?: Account
  readonly reading?: Partial<RateLimited>
  readonly stored?: Estimating['stored']
}

/** An estimate of these lists, and the resources that it said were asked for. */
async function estimated(sources: readonly ListSource[], { account: of = account, reading, stored }: Given = {}) {
  const measured: string[] = []
  const given = {
    account: of,
    reading: {
      sources,
      since: async () => now - 400 * day,
      identify: async () => ({ account: 'acct_2', since: 0 }),
      requests: () => 7,
      ...reading,
    } as RateLimited,
    names: sources.map(({ name }) => name),
    clock,
    now,
    onMeasured: (name: string) => measured.push(name),
    ...(stored && { stored }),
  }
  return { ...(await estimate(given, signal)), measured }
}

/** So many items, one in each hundred seconds, in pages of ten. */
const listNamed = (name: string, count: number, more: object = {}) =>
  listOf(
    Array.from({ length: count }, (_, at) => now - 100 * (at + 1)),
    { name, ...more } as Partial<ListSource>,
    10,
  )

it('a list gets the requests of the resources that are made of it, which ask for nothing', async () => {
  const madeOf = (name: string) => listNamed(name, 5, { derivedFrom: ['orders', 'others'] })
  const embeddedItems = (item: Item) => ({ people: [{ item: Item.of({ id: item.id }) }] })
  const orders = listNamed('orders', 30_000, { embeddedItems })
  const [people, places, others] = [madeOf('people'), madeOf('places'), listNamed('others', 30_000)]
  const { resources, measured, asked } = await estimated([people, places, orders, others].map(({ source }) => source))
  expect([people, places, orders, others].map(({ queries }) => queries.length)).toEqual([0, 0, 15, 5])
  expect(measured.toSorted()).toEqual(['orders', 'others'])
  expect(asked).toBe(7)
  // Each order shows a person of its own.
  const { items, requests, basis } = resources.people!
  expect({ likely: items.likely, requests, basis }).toEqual({
    likely: resources.orders?.items.likely,
    requests: exactly(0),
    basis: 'inside other items',
  })
  expect(resources.places?.items.likely).toBe(0)
})

it('an account of unknown age counts as ten years old', async () => {
  const windows = { createdFilter: { field: 'created', order: 'none', maxDays: 100, historyDays: 10_000 } }
  const { source, queries } = listNamed('orders', 0, windows)
  const since = async () => {
    throw new Error('no')
  }
  await estimated([source], { reading: { since } })
  // The middle of 3,650 days, less the newest window.
  expect(queries[1]?.window?.to).toBe(now - 1_800 * day)
})

it('lists that need the history of others are asked after them', async () => {
  const asked: string[] = []
  const slow = (name: string, more: object) => {
    const { source } = listNamed(name, 200, more)
    return {
      ...source,
      async list(...given: Parameters<ListSource['list']>) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        asked.push(name)
        return await source.list(...given)
      },
    } as ListSource
  }
  const [field, order] = ['created', 'none']
  const { resources } = await estimated([
    slow('of places', { partition: { list: async () => ['x', 'y'] } }),
    slow('unordered', { createdFilter: { field, order } }),
    slow('without times', { createdFilter: undefined }),
    slow('created', {}),
    slow('updated', { createdFilter: undefined, updatedFilter: { field } }),
  ])
  const first = asked.slice(
    0,
    asked.findIndex((name) => !/ated$/.test(name)),
  )
  expect([...new Set(first)].toSorted()).toEqual(['created', 'updated'])
  expect([...new Set(asked.slice(first.length))].toSorted()).toEqual(['of places', 'unordered', 'without times'])
  expect(Object.keys(resources).length).toBe(5)
})

it('a resource that the provider refuses is skipped, and any other error ends the estimate', async () => {
  const failing = (error: Error) => listNamed('a', 5, { list: () => Promise.reject(error) }).source
  const refused = new SyncError('reject', 'permission_denied', 'stripe: no', { scope: 'resource' })
  const { resources } = await estimated([failing(refused), listNamed('b', 5).source])
  expect(resources).toMatchObject({
    a: { items: exactly(0), skipped: { code: 'permission_denied', message: 'stripe: no' } },
    b: { items: exactly(5), basis: 'whole list' },
  })
  const over = new SyncError('reject', 'bad_credentials', 'stripe: no', { scope: 'account' })
  await expect(estimated([failing(over)])).rejects.toBe(over)
})

/** Five items came since. */
const known = { until: now - 5 * 100, perSecond: 0, payloadBytes: 500 }

it('rows are those of the account that the credentials name, or else that the provider names', async () => {
  const stored = async (name: string): Promise<StoredLists> =>
    new Map([['a', { ...known, items: 100 * Number(name.slice(-1)) }]])
  const likely = async (given: Given) =>
    (await estimated([listNamed('a', 30).source], { stored, ...given })).resources.a
  const nameless = { ...account, id: null } as Account
  const unknown = { identify: async () => ({ account: null, since: 0 }) }
  expect((await likely({}))?.items.likely).toBe(100 + 5)
  expect((await likely({ account: nameless }))?.items.likely).toBe(200 + 5)
  expect((await likely({ account: nameless, reading: unknown }))?.basis).toBe('sampled times')
})

it('nested lists of stored rows grow as their parents do, and those that are cut cost a request each', async () => {
  const nested = ['parts', 'others'].map((name) => ({
    name,
    embedded: (item: Item) => {
      const { created } = item.value() as { created: number }
      if (created === now - 300) return null
      return { items: [Item.of({ id: 'p' }), Item.of({ id: 'q' })], next: created >= now - 200 ? 'x' : null }
    },
  }))
  const { source, queries } = listNamed('a', 30, { nested })
  const stored = async (): Promise<StoredLists> =>
    new Map([
      ['a', { ...known, items: 15 }],
      ['parts', { ...known, items: 60 }],
    ])
  const { resources } = await estimated([source], { stored })
  expect(queries.length).toBe(1)
  // Five came since, so that there are 20: a third more. Two of ten parents are cut.
  expect(resources.a?.items).toEqual({ least: 10, likely: 20, most: 20 })
  expect(resources.parts).toMatchObject({
    // Nine of ten parents show two each.
    items: { least: 18, likely: 80, most: null },
    requests: { least: 2, likely: 4, most: 4 },
    // Each row has 450 + 1.4 × 500 bytes.
    bytes: { likely: 80 * 1_150 },
    basis: 'stored rows',
  })
  expect(Object.keys(resources)).toEqual(['a', 'parts'])
  // Of nothing stored what the page shows is all.
  const empty = async (): Promise<StoredLists> => new Map(['a', 'parts'].map((name) => [name, { ...known, items: 0 }]))
  expect(
    (await estimated([listNamed('a', 30, { nested }).source], { stored: empty })).resources.parts?.items.likely,
  ).toBe(18)
})

it('rows that other items show are those that are stored, and more if the month before had more', async () => {
  const people = listNamed('people', 0, { derivedFrom: ['a'] })
  const stored = async (): Promise<StoredLists> => new Map([['people', { ...known, items: 15 }]])
  const { resources } = await estimated([listNamed('a', 5).source, people.source], { stored })
  expect(resources.people).toMatchObject({ items: { least: 0, likely: 15, most: null }, basis: 'stored rows' })
})
