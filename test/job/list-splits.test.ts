import { describe, expect, it } from 'vitest'
import { chooseSplits, collectSplits, readListSplits, splitsToRead } from '../../src/job/list-splits.ts'
import type { ReadPage } from '../../src/sync/read-page.ts'

const customers = { kind: 'list', name: 'customers', createdFilter: { field: 'created' } }

/** A page of items that were created in these seconds. */
const page = (listed: readonly number[], over: Record<string, unknown> = {}) =>
  ({ source: customers, part: null, whole: null, skip: null, listed, ...over }) as unknown as ReadPage

const seconds = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

describe('what a full job leaves of its lists', () => {
  it('is the seconds at which whole pages begin, counted from the oldest item', () => {
    const collector = collectSplits(100, {})
    collector.add([page(seconds(1_150, 100).reverse()), page(seconds(1_000, 150).reverse())])
    // 250 items: the two older windows have 100 each, the newest has 50 and what comes.
    expect(collector.splits()).toEqual({ customers: [1_100, 1_200] })
  })

  it('is nothing of a list of two pages, and an empty list where more was known', () => {
    const collect = (before: Record<string, readonly number[]>) => {
      const collector = collectSplits(100, before)
      collector.add([page(seconds(1_000, 200))])
      return collector.splits()
    }
    expect(collect({})).toEqual({})
    expect(collect({ customers: [5] })).toEqual({ customers: [] })
  })

  it('has a second as often as it has pages, but never the oldest, and no list is split there twice', () => {
    const collector = collectSplits(100, {})
    collector.add([page([...Array<number>(250).fill(1_000), ...Array<number>(250).fill(2_000)])])
    expect(collector.splits()).toEqual({ customers: [2_000, 2_000] })
    expect(chooseSplits([2_000, 2_000], 25)).toEqual([2_000])
    expect(chooseSplits([1, ...Array<number>(98).fill(2), 3], 25)).toEqual([2])
  })

  it('has at most 255 seconds of a long list, which lie evenly, also of a list of more than 250,000 items', () => {
    const long = collectSplits(100, {})
    for (let at = 0; at < 1_000; at++) long.add([page(seconds(at * 100, 100))])
    const { customers: splits = [] } = long.splits()
    expect(splits.length).toBe(249)
    expect(new Set(splits.map((second, at) => second - (splits[at - 1] ?? 0)))).toEqual(new Set([400]))
    for (let at = 1_000; at < 2_501; at++) long.add([page(seconds(at * 100, 100))])
    const { customers: sampled = [] } = long.splits()
    // 2,501 pages in windows of ten. Every second item is kept, and the windows are whole pages all the same.
    expect(sampled.length).toBe(250)
    expect(new Set(sampled.map((second, at) => second - (sampled[at - 1] ?? 0)))).toEqual(new Set([1_000]))
  })

  it('has at most 255 seconds of a list of which few items are kept, with no window above whole pages', () => {
    const sampling = collectSplits(100, {}, 2_000)
    for (let at = 509; at >= 0; at--) sampling.add([page(seconds(at * 100, 100).reverse())])
    const { customers: splits = [] } = sampling.splits()
    expect(splits).toHaveLength(255)
    expect(Math.max(...splits.slice(1).map((second, at) => second - (splits[at] ?? 0)))).toBeLessThanOrEqual(200)
  })

  it('has splits of a list of which every eighth item is kept, with windows of at most whole pages, in whatever order pages come', () => {
    const order = Array.from({ length: 400 }, (_, at) => (at * 149) % 400)
    const sampling = collectSplits(100, {}, 5_000)
    for (const at of order) sampling.add([page(seconds(at * 100, 100).reverse())])
    const { customers: splits = [] } = sampling.splits()
    const windows = splits.map((second, at) => second - (splits[at - 1] ?? 0))
    expect(windows.length).toBeGreaterThan(195)
    expect(splits.length).toBeLessThan(256)
    // A window of two pages, less a few items where pages meet.
    expect(windows.filter((items) => items > 208)).toEqual([])
    expect(windows.filter((items) => items > 200).length).toBeLessThan(windows.length / 4)
  })

  it.each([
    { what: 'parts', over: { part: 'LOC1' } },
    { what: 'a stated total', over: { whole: { begins: true, ends: true } } },
    { what: 'no order', over: { source: { ...customers, createdFilter: { field: 'created', order: 'none' } } } },
    { what: 'a limit of days', over: { source: { ...customers, createdFilter: { field: 'created', maxDays: 31 } } } },
    { what: 'no filter', over: { source: { kind: 'list', name: 'customers' } } },
  ])('leaves out a list with $what', ({ over }) => {
    const collector = collectSplits(100, {})
    collector.add([page(seconds(1_000, 1_000), over)])
    expect(collector.splits()).toEqual({})
  })
})

describe('where a list is split before its first request', () => {
  const known = seconds(1, 99)

  it('is everywhere where the list is short', () => {
    expect(chooseSplits([1, 2, 3], 25)).toEqual([1, 2, 3])
  })

  it('is as often as keeps the rate busy with answers of a second, evenly', () => {
    expect(chooseSplits(known, 10)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90])
    expect(chooseSplits(known, 25)).toHaveLength(24)
    expect(new Set(chooseSplits(known, 25)).size).toBe(24)
    expect(chooseSplits(known, 100)).toEqual(known)
  })
})

it('what is stored and cannot be read counts as nothing', () => {
  expect(readListSplits(null)).toEqual({})
  expect(readListSplits({ customers: 'x' })).toEqual({})
  expect(readListSplits({ customers: [1, 2] })).toEqual({ customers: [1, 2] })
})

it('a page of events, of a refused list, of a part or of a list with a stated total leaves nothing', () => {
  const feed = { kind: 'feed', name: 'events', createdFilter: { field: 'created' } }
  for (const over of [{ source: feed }, { skip: {} }, { part: 'L1' }, { whole: {} }]) {
    const collector = collectSplits(100, {})
    collector.add([page(seconds(1_000, 400), over)])
    expect(collector.splits()).toEqual({})
  }
})

it('a list is read where its own splits are, as many as its own rate needs', () => {
  const sources = [customers, { ...customers, name: 'slow', perSecond: 2 }, { kind: 'list', name: 'untimed' }]
  const known = { customers: seconds(1, 99), slow: seconds(1, 99), untimed: [5, 6], forgotten: [7] }
  const splits = splitsToRead({ sources, perSecond: 25 } as never, known)
  expect([splits('customers').length, splits('slow').length]).toEqual([24, 7])
  expect([splits('untimed'), splits('forgotten')]).toEqual([[], []])
  expect(splitsToRead({ sources, perSecond: 25 } as never, {})('customers')).toEqual([])
})
