import { expect, it } from 'vitest'
import type { Item } from '../../../src/json/item.ts'
import type { ListSource, NestedSource } from '../../../src/provider/contract.ts'
import { creationTimes } from '../../../src/sandbox/server/density.ts'
import { costAlone } from '../../../src/sync/estimate/cost.ts'
import { curveThrough } from '../../../src/sync/estimate/curve.ts'
import { evenly } from '../../../src/sync/estimate/history.ts'
import { itemsBetween, shareOfNeighbours } from '../../../src/sync/estimate/lumps.ts'
import { bestHistory, measureLists } from '../../../src/sync/estimate/measure.ts'
import { ofAll } from '../../../src/sync/estimate/nested.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import { day, listOf, now, signal } from './list-of.ts'

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
    historyDays: 1_700,
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

/** A list of one item in each hundred seconds, with pages of ten. */
const steadily = (count: number, more: object = {}, size = 10) =>
  listOf(
    Array.from({ length: count }, (_, at) => now - 100 * (at + 1)),
    more as Partial<ListSource>,
    size,
  )

it('a list is asked until it is known, or the number of requests is reached', async () => {
  const [short, long, none] = [steadily(10), steadily(1_000), steadily(1_000)]
  await measure(short.source, { since: now - 100_000 })
  await measure(long.source, { since: now - 400_000_000, most: 3 })
  expect(await measureLists(none.source, { parts: [], like: null, since: 0, now, most: 5 }, signal)).toEqual([])
  expect([short, long, none].map(({ queries }) => queries.length)).toEqual([1, 3, 0])
})

it('a list whose count is stated is asked for a hundred items, and the question how many there are is a request', async () => {
  const count = async () => 250
  const stated = steadily(250, { count }, 100)
  expect(await measure(stated.source, { since: now - 25_100 })).toMatchObject({
    items: exactly(250),
    basis: 'stated total',
  })
  const whole = steadily(7, { count: async () => 7 })
  expect(await measure(whole.source)).toMatchObject({ items: exactly(7), basis: 'whole list' })
  const unknown = steadily(1_000, { count: async () => null })
  expect((await measure(unknown.source, { since: now - 400_000_000 })).basis).toBe('sampled times')
  const few = steadily(1_000, { count: async () => 10 })
  await measure(few.source, { since: now - 400_000_000 })
  expect([stated, whole, unknown, few].map(({ queries }) => queries.length)).toEqual([1, 1, 4, 1])
  // The count is that of all parts.
  const parted = steadily(7, { count })
  const parts = await measureLists(parted.source, { parts: ['a', 'b'], like: null, since: 0, now, most: 5 }, signal)
  expect(parts.map(({ items }) => items)).toEqual([exactly(7), exactly(7)])
})

it('parents of nested lists are read on for a hundred of them, where pages have them', async () => {
  const stating = { createdFilter: { field: 'created', maxDays: 31 } }
  const asked = async (more: object, size = 10) => {
    const { source, queries } = steadily(300, { ...stating, ...more }, size)
    await measure(source, { since: now - 30_100 })
    return queries.length
  }
  const lists = { nested: [nested] }
  // A page states the total, so that only the nested lists want more: five requests, and five that these do not need.
  expect([await asked({}), await asked(lists), await asked({ ...lists, listsSummaries: true })]).toEqual([1, 10, 1])
  expect([await asked(lists, 50), await asked(lists, 100), await asked(lists, 300)]).toEqual([2, 1, 1])
  // Nested lists that need two of their requests leave three.
  const isCut = (item: Item) => (item.value() as { created: number }).created >= now - 200
  const cut = { ...nested, embedded: (item: Item) => ({ items: [], next: isCut(item) ? '' : null }) }
  const { source, queries } = steadily(300, { ...stating, nested: [cut] })
  await measure(source, { since: now - 30_100 })
  expect(queries.length).toBe(5 + 3)
})

it('the part that is most in doubt is asked next', async () => {
  const [short, long] = [steadily(5), steadily(1_000)]
  const parts: (string | undefined)[] = []
  const list: ListSource['list'] = (query, given) => {
    parts.push(query.part)
    return (query.part === 'short' ? short : long).source.list(query, given)
  }
  const since = now - 400_000_000
  const given = { parts: ['short', 'long'], like: null, since, now, most: 4 }
  await measureLists({ ...long.source, list }, given, signal)
  expect(parts).toEqual(['short', 'long', 'long', 'long'])
})

it('parts beyond the number of requests count as those that were asked', async () => {
  const parts = Array.from({ length: 8 }, (_, at) => String(at))
  const { source } = steadily(7)
  const lists = await measureLists(source, { parts, like: null, since: 0, now, most: 5 }, signal)
  expect(lists.length).toBe(6)
  const { requests, ...rest } = lists.at(-1)!
  expect(rest).toEqual({
    items: { least: 0, likely: 21, most: null },
    basis: 'first pages',
    sample: [],
    isChain: false,
    history: null,
  })
  expect([requests(21), requests(1_000)]).toEqual([3, 10])
})

it('a part is spread as those together that are known whole', async () => {
  const count = (length: number) => steadily(length, {}, 60)
  const [small, large] = [count(60), count(6_000)]
  const list: ListSource['list'] = (query, given) => (query.part === 'large' ? large : small).source.list(query, given)
  const source = { ...large.source, list }
  const since = now - 600_000
  const likely = async (parts: readonly string[], like: null | object = null) => {
    const given = { parts, like: like as never, since, now, most: parts.length }
    return (await measureLists(source, given, signal)).at(-1)!.items.likely
  }
  const alone = await likely(['large'])
  // Two lists of 60 items show as much as one of 120 does: all of them in the 6,000 seconds of the page.
  const whole = curveThrough([evenly(now - 6_000, now, 120)], now - 6_000)
  const spread = Math.round(60 ** (120 / 130) * alone ** (10 / 130))
  expect(await likely(['large'], { curve: whole, doubt: 0 })).toBe(spread)
  expect(await likely(['a', 'b', 'large'])).toBe(spread)
  // One has fewer than a hundred.
  expect(await likely(['a', 'large'])).toBe(alone)
  // A list that was not read whole tells no more than one of the account that was.
  expect(await likely(['a', 'large'], { curve: whole, doubt: 0.5 })).toBe(spread)
})

it('the history that is least in doubt counts, of lists with a hundred items that are not all of one page', () => {
  const stretch = (items: number, from = 0) => evenly(from, from + 100, items)
  const whole = { curve: curveThrough([stretch(100)], 0), doubt: 0.5 }
  const surer = { ...whole, doubt: 0.1 }
  expect(bestHistory([whole, surer])).toBe(surer)
  expect(bestHistory([surer, whole])).toBe(surer)
  const twoPages = { curve: curveThrough([stretch(50), stretch(50, 500)], 0), doubt: 1 }
  expect(bestHistory([twoPages])).toBe(twoPages)
  const onePage = { curve: curveThrough([stretch(100, 500)], 0), doubt: 0 }
  const few = { curve: curveThrough([stretch(99)], 0), doubt: 0 }
  expect(bestHistory([onePage, few])).toBe(null)
})

it('a list that its provider gives in windows is asked so, however young its account is', async () => {
  const filter = { field: 'created', order: 'none' }
  const windowOf = async (more: object) => {
    const { source, queries } = listOf([now - 100], { createdFilter: { ...filter, ...more } as never })
    await measure(source, { since: now - 5 * day, most: 1 })
    return queries[0]?.window
  }
  const window = { from: now - 5 * day, to: now }
  expect(await windowOf({ maxDays: 31, historyDays: 32 })).toEqual(window)
  expect(await windowOf({ maxDays: 31, historyDays: 31 })).toEqual({ from: now - 31 * day, to: null })
  expect(await windowOf({})).toEqual({ from: 0, to: null })
  const { source, queries } = listOf([now - 100], { createdFilter: undefined } as never)
  await measure(source, { most: 1 })
  expect(queries[0]).toEqual({ cursor: null, limit: 100 })
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
