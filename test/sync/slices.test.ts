import { describe, expect, it } from 'vitest'
import {
  afterPage,
  chooseSplit,
  estimate,
  feedLimits,
  listLimits,
  type PageEnd,
  type Reading,
  type Slice,
  splitSlice,
  withoutCursor,
} from '../../src/sync/slices.ts'
import { createFractions } from './fractions.ts'

const all = { from: 0, to: null }
const slice = (over: Partial<Slice> = {}): Slice => ({
  id: 1,
  resource: 'customers',
  part: null,
  window: all,
  query: all,
  cursor: null,
  position: null,
  boundary: [],
  ...over,
})
const reached = (over: Partial<PageEnd> = {}): PageEnd => ({
  query: all,
  next: 'cus_100',
  oldest: 500,
  boundary: ['cus_100'],
  ...over,
})
const reading = (over: Partial<Slice>, density: number | null = 1, inFlight = false): Reading => ({
  slice: slice({ position: 10_000, ...over }),
  density,
  inFlight,
})

describe('afterPage', () => {
  it('moves to the cursor after the page and to the second of its last item', () => {
    expect(afterPage(slice(), reached())).toEqual(slice({ cursor: 'cus_100', position: 500, boundary: ['cus_100'] }))
  })

  it('is over when the provider has no more', () => {
    expect(afterPage(slice(), reached({ next: null }))).toBeNull()
  })

  it('is over when the page passed the lower bound', () => {
    expect(afterPage(slice({ window: { from: 501, to: null } }), reached())).toBeNull()
  })

  it('goes on while the page ends in the very second of the lower bound, which is its own', () => {
    const before = slice({ window: { from: 500, to: null } })
    expect(afterPage(before, reached())).toEqual({
      ...before,
      cursor: 'cus_100',
      position: 500,
      boundary: ['cus_100'],
    })
  })

  it('keeps the last known position where a page tells no time', () => {
    expect(
      afterPage(slice({ position: 700, boundary: ['cus_7'] }), reached({ oldest: null, boundary: ['cus_7'] })),
    ).toEqual(slice({ cursor: 'cus_100', position: 700, boundary: ['cus_7'] }))
  })

  it('takes over the query the page was asked with, since its cursor belongs to that', () => {
    const query = { from: 0, to: 701 }
    expect(afterPage(slice({ cursor: 'cus_gone' }), reached({ query }))).toEqual(
      slice({ query, cursor: 'cus_100', position: 500, boundary: ['cus_100'] }),
    )
  })
})

describe('withoutCursor', () => {
  it('reads again from the last second that was read, as more of it may be left', () => {
    const before = slice({
      window: { from: 100, to: 900 },
      query: { from: 0, to: 900 },
      cursor: 'cus_gone',
      position: 500,
      boundary: ['cus_1', 'cus_gone'],
    })
    expect(withoutCursor(before)).toEqual({ ...before, query: { from: 100, to: 501 }, cursor: null })
  })

  it('reads from the beginning where no time is known', () => {
    const before = slice({ query: { from: 0, to: 900 }, cursor: 'cus_gone' })
    expect(withoutCursor(before)).toEqual({ ...before, cursor: null })
  })
})

describe('splitSlice', () => {
  it('leaves the newer part its query and cursor and gives the older part a fresh one', () => {
    const before = slice({
      window: { from: 100, to: null },
      query: { from: 100, to: null },
      part: 'active',
      cursor: 'cus_7',
      position: 900,
      boundary: ['cus_6', 'cus_7'],
    })
    expect(splitSlice(before, 400, 2)).toEqual([
      { ...before, window: { from: 400, to: null } },
      slice({ id: 2, part: 'active', window: { from: 100, to: 400 }, query: { from: 100, to: 400 } }),
    ])
  })

  it('leaves to the older part what is looked for before the window', () => {
    const before = slice({
      window: { from: 100, to: null },
      query: { from: 40, to: null },
      lookBackTo: 40,
      position: 900,
    })
    const [newer, older] = splitSlice(before, 400, 2)
    expect(newer.lookBackTo).toBeUndefined()
    expect(older).toMatchObject({ lookBackTo: 40, window: { from: 100, to: 400 }, query: { from: 40, to: 400 } })
    expect(withoutCursor({ ...older, position: 300 }).query).toEqual({ from: 40, to: 301 })
  })

  it('leaves every second to exactly one slice, however often it cuts', () => {
    const random = createFractions(11)
    let slices: readonly Slice[] = [slice({ window: { from: 0, to: 1_000 }, position: 1_000 })]
    for (let id = 2; id < 60; id++) {
      const widest = slices.toSorted((a, b) => b.window.to! - b.window.from - (a.window.to! - a.window.from))[0]!
      const { from, to } = widest.window
      const at = from + 1 + Math.floor(random() * (to! - from - 1))
      slices = slices.flatMap((slice) => (slice === widest ? splitSlice(slice, at, id) : [slice]))
    }
    for (let second = 0; second < 1_000; second++)
      expect(slices.filter(({ window }) => second >= window.from && second < window.to!)).toHaveLength(1)
  })
})

describe('estimate', () => {
  it('is the seconds left times the density of the last page', () => {
    expect(estimate(reading({ window: { from: 4_000, to: null } }, 0.5), 0)).toBe(3_000)
  })

  it('counts nothing before the beginning of the account', () => {
    expect(estimate(reading({}, 2), 9_000)).toBe(2_000)
  })

  it('is nothing before the first page, and never negative', () => {
    expect(estimate(reading({}, null), 0)).toBe(0)
    expect(estimate(reading({ position: null }), 0)).toBe(0)
    expect(estimate(reading({ position: 50 }, 3), 100)).toBe(0)
  })
})

describe('chooseSplit', () => {
  const pageSize = 100

  it('cuts the slice with the most work left in the middle of its remaining time', () => {
    const readings = [
      reading({ id: 1, window: { from: 8_000, to: null } }),
      reading({ id: 2, window: { from: 2_000, to: null } }),
      reading({ id: 3, window: { from: 5_000, to: null } }),
    ]
    expect(chooseSplit(readings, { since: 0, pageSize })).toMatchObject({ id: 2, at: 6_000 })
  })

  it('goes by items, not by time', () => {
    const readings = [reading({ id: 1 }, 0.1), reading({ id: 2, window: { from: 9_000, to: null } }, 2)]
    expect(chooseSplit(readings, { since: 0, pageSize })).toMatchObject({ id: 2, at: 9_500 })
  })

  it.each([
    { what: 'a list', limits: listLimits, least: 150, at: 9_925 },
    { what: 'the feed', limits: feedLimits, least: 400, at: 9_800 },
  ])('leaves alone what has too few pages in $what', ({ limits, least, at }) => {
    const left = (items: number) => [reading({ window: { from: 10_000 - items, to: null } })]
    expect(chooseSplit(left(least - 1), { since: 0, pageSize, limits })).toBeNull()
    expect(chooseSplit(left(least), { since: 0, pageSize, limits })).toMatchObject({ id: 1, at })
  })

  it('may cut finer, and says when it does', () => {
    const cut = (pages: number) =>
      chooseSplit([reading({ window: { from: 10_000 - pages * 100, to: null } })], {
        since: 0,
        pageSize,
        mayBeFiner: true,
      })
    expect([1.19, 1.2, 1.49, 1.5].map(cut)).toEqual([
      null,
      expect.objectContaining({ at: 9_940, isFiner: true }),
      expect.objectContaining({ isFiner: true }),
      expect.objectContaining({ at: 9_925, isFiner: false }),
    ])
  })

  it('looks for work only after the beginning of the account', () => {
    expect(chooseSplit([reading({})], { since: 9_000, pageSize })).toMatchObject({ id: 1, at: 9_500 })
    expect(chooseSplit([reading({})], { since: 9_900, pageSize })).toBeNull()
  })

  it('reckons with the page in flight', () => {
    expect(
      chooseSplit([reading({ window: { from: 5_000, to: null } }, 1, true)], { since: 0, pageSize }),
    ).toMatchObject({
      id: 1,
      at: 7_450,
    })
  })

  it('splits a list that an earlier job knew only where a page begins', () => {
    const known = [2_000, 4_000, 6_000, 8_000]
    const choose = (over: Partial<Slice>, inFlight = false, mayBeFiner = false) =>
      chooseSplit([reading(over, 1, inFlight)], { since: 0, pageSize, known, mayBeFiner })
    expect(choose({})).toMatchObject({ at: 6_000 })
    expect(choose({ window: { from: 4_000, to: null } })).toMatchObject({ at: 8_000 })
    // The page in flight reads past the only one that is left.
    expect(choose({ window: { from: 4_000, to: 8_000 }, position: 6_050 }, true)).toBeNull()
    expect(choose({ window: { from: 2_000, to: 4_000 }, position: 4_000 })).toBeNull()
    // Not for a rate that is not used either: pages of a known window cost what a request each costs.
    expect(choose({ window: { from: 2_000, to: 4_000 }, position: 3_900 }, false, true)).toBeNull()
  })

  it('splits what is newer than all that an earlier job knew by its density', () => {
    const known = [2_000, 4_000]
    const newest = reading({ window: { from: 4_000, to: null } })
    expect(chooseSplit([newest], { since: 0, pageSize, known })).toMatchObject({ at: 7_000 })
  })

  it('waits for the first page', () => {
    expect(chooseSplit([reading({}, null), reading({ position: null })], { since: 0, pageSize })).toBeNull()
  })

  it('never cuts one second, however many items it has', () => {
    expect(
      chooseSplit([reading({ window: { from: 9_999, to: 10_000 }, position: 9_999 }, 100_000)], { since: 0, pageSize }),
    ).toBeNull()
    expect(chooseSplit([reading({ window: { from: 9_999, to: null } }, 100_000)], { since: 0, pageSize })).toBeNull()
  })

  it('cuts strictly between the lower bound and what was read', () => {
    const random = createFractions(5)
    for (let n = 0; n < 2_000; n++) {
      const from = Math.floor(random() * 1_000)
      const position = from + Math.floor(random() * 50)
      const readings = [reading({ window: { from, to: null }, position }, random() * 1_000, random() < 0.5)]
      const cut = chooseSplit(readings, {
        since: Math.floor(random() * 1_000),
        pageSize: 1 + Math.floor(random() * 100),
        mayBeFiner: random() < 0.5,
      })
      if (cut) expect([cut.at > from, cut.at < position, Number.isInteger(cut.at)]).toEqual([true, true, true])
    }
  })
})
