import { expect, it } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import type { ListSource, NestedSource, Query } from '../../../src/provider/contract.ts'
import { creationTimes } from '../../../src/sandbox/server/density.ts'
import { costAlone } from '../../../src/sync/estimate/cost.ts'
import { curveThrough } from '../../../src/sync/estimate/curve.ts'
import { evenly } from '../../../src/sync/estimate/history.ts'
import { itemsBetween, shareOfNeighbours } from '../../../src/sync/estimate/lumps.ts'
import { measureLists } from '../../../src/sync/estimate/measure.ts'
import { ofAll } from '../../../src/sync/estimate/nested.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'

const day = 86_400
const now = 2_000 * day
const { signal } = new AbortController()

/** A list of these creation seconds, and what it was asked. */
function listOf(seconds: readonly number[], more: Partial<ListSource> = {}, size = 100) {
  const newest = seconds.toSorted((left, right) => right - left)
  const queries: Query[] = []
  const source = {
    kind: 'list',
    name: 'things',
    createdFilter: { field: 'created' },
    async list(query: Query) {
      queries.push(query)
      const { from, to } = query.window ?? { from: 0, to: null }
      const within = newest.filter((second) => second >= from && second < (to ?? Number.POSITIVE_INFINITY))
      const begin = Number(query.cursor ?? 0)
      const page = within.slice(begin, begin + size)
      const items = page.map((created, at) => Item.of({ id: `${created} ${begin + at}`, created }))
      const isLast = begin + size >= within.length
      const total = more.createdFilter?.maxDays === undefined ? {} : { total: within.length }
      return { items, next: isLast ? null : String(begin + size), observedAt: new Date(), ...total }
    },
    ...more,
  } as unknown as ListSource
  return { source, queries }
}

const measure = async (source: ListSource, { since = 0, most = 5 } = {}) => {
  const [measured] = await measureLists(source, { parts: [null], like: null, since, now, most }, signal)
  return measured!
}

/** A week of every eight is busy, for four years. */
const sparse = Array.from(
  { length: 400 },
  (_, at) => now - 30 * day - Math.floor(at / 14) * 56 * day - (at % 14) * day * 0.5,
)

it('the beginning of a list that is not known is looked for, if the requests that are left do not read to it', async () => {
  for (const seed of [1, 2, 3]) {
    const times = [...creationTimes({ count: 400, density: 'sparse', seed, now })]
    const { source, queries } = listOf(times)
    const { items } = await measure(source, { since: now - 5_800 * day })
    expect(queries.length).toBe(5)
    expect([seed, Math.abs(items.likely / times.length - 1) < 0.15]).toEqual([seed, true])
  }
})

it('a list that the requests that are left can read to its end is read to its end', async () => {
  const { source, queries } = listOf(sparse.slice(0, 350))
  const { items, basis } = await measure(source, { since: now - 1_500 * day })
  expect({ items, basis, queries: queries.length <= 5 }).toEqual({
    items: exactly(350),
    basis: 'whole list',
    queries: true,
  })
})

it('windows lie where a job will read them, so that enough of them count the list', async () => {
  const filter = {
    field: 'created',
    order: 'none',
    maxDays: 31,
    read: () => null,
  } as unknown as ListSource['createdFilter']
  const { source, queries } = listOf(sparse, { createdFilter: filter as never }, 500)
  const since = now - 1_700 * day
  const { items, basis } = await measure(source, { since, most: 60 })
  expect({ items, basis }).toEqual({ items: exactly(400), basis: 'stated total' })
  expect(queries.length).toBe(Math.ceil(1_700 / 31))
  for (const { window } of queries) expect((now - window!.to!) % (31 * day)).toBe(0)
})

const nested = { name: 'parts', embedded: () => ({ items: [], next: null }) } as unknown as NestedSource

it('requests that embedded lists do not need show more of their parents, if a page has few', async () => {
  const steady = Array.from({ length: 400 }, (_, at) => now - at * 4 * day - 1)
  const alone = listOf(steady, {}, 7)
  await measure(alone.source, { since: now - 1_700 * day })
  const parents = listOf(steady, { nested: [nested, nested] }, 7)
  const { sample } = await measure(parents.source, { since: now - 1_700 * day })
  expect({ alone: alone.queries.length, parents: parents.queries.length }).toEqual({ alone: 5, parents: 15 })
  expect(sample.length).toBeGreaterThan(75)
  // Lists that are asked for by parent need their own requests.
  const cut = { ...nested, embedded: () => ({ items: [], next: '' }) } as unknown as NestedSource
  const others = listOf(steady, { nested: [cut] }, 7)
  await measure(others.source, { since: now - 1_700 * day })
  expect(others.queries.length).toBe(alone.queries.length)
})

const windows = (counts: readonly number[]) =>
  counts.map((items, at) => evenly((counts.length - at - 1) * 2 * day, (counts.length - at - 1) * 2 * day + day, items))

it('where windows come in lumps, all of them tell of one that was not asked for, and else its neighbours do', () => {
  const slow = windows([10, 20, 30, 40, 50, 60, 70, 80])
  const lumps = windows([20, 0, 20, 0, 20, 0, 20, 0, 20])
  expect(shareOfNeighbours(slow)).toBeGreaterThan(0.9)
  expect(shareOfNeighbours(lumps)).toBeLessThan(0.3)
  // Both windows beside a time of 40 days are empty by chance.
  const later = lumps.map((stretch) => ({ ...stretch, from: stretch.from + 60 * day, to: stretch.to + 60 * day }))
  const long = curveThrough([...later, ...windows([0, 20, 0, 20, 0, 20])], 0)
  expect(itemsBetween(long)).toBeGreaterThan(450)
  // One window that has most of the items says nothing of the others.
  const burst = curveThrough(windows([5, 6, 1_000, 5, 4, 6, 5]), 0)
  expect(itemsBetween(burst)).toBeLessThan(500)
})

it('a count that stands alone is not repeated, and one of many is', () => {
  expect(ofAll([2, 1, 2, 1, 2], 100)).toBe(160)
  expect(ofAll([1, 1, 1, 1, 121], 100)).toBe(121 + 99)
  expect(ofAll([...Array<number>(99).fill(2), 25], 1_000)).toBeCloseTo(2_230)
  expect(ofAll([0, 40], 10)).toBe(200)
})

it('a resource alone takes its requests at the rate of its endpoint, or one after the other, or as fast as points come', () => {
  const account = { perSecond: 100 } as Parameters<typeof costAlone>[0]['account']
  const source = { perSecond: 25 } as ListSource
  const answers = { fastest: 500, count: 4, points: 0, pointsPerSecond: 0 }
  const load = { source, isChain: false, requests: [exactly(3_000)] }
  expect(costAlone({ account, answers, load })).toEqual({ minutes: exactly(2), lambdaDollars: exactly(0.0016) })
  expect(costAlone({ account, answers, load: { ...load, isChain: true } }).minutes).toEqual(exactly(25))
  const metered = { ...answers, points: 400, pointsPerSecond: 50 }
  expect(costAlone({ account, answers: metered, load }).minutes).toEqual(exactly(100))
})
