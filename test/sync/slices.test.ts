import { describe, expect, it } from 'vitest'
import {
  afterPage,
  estimate,
  halveSlice,
  type PageEnd,
  type Slice,
  splitSlice,
  withoutCursor,
} from '../../src/sync/slices.ts'
import { createFractions } from './fractions.ts'
import { all, reading, slice } from './slices-setup.ts'

const reached = (over: Partial<PageEnd> = {}): PageEnd => ({
  query: all,
  next: 'cus_100',
  oldest: 500,
  boundary: ['cus_100'],
  ...over,
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
    const before = slice({ query: { from: 0, to: 900 }, cursor: 'cus_gone', boundary: ['cus_1', 'cus_gone'] })
    expect(withoutCursor(before)).toEqual({ ...before, cursor: null, boundary: [] })
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

describe('halveSlice', () => {
  const parts = { at: 500, newerId: 2, olderId: 3 }

  it('begins both parts anew, and only the older one looks back before the window', () => {
    const before = slice({
      window: { from: 100, to: 900 },
      query: { from: 50, to: 900 },
      lookBackTo: 50,
      cursor: 'c',
      position: 700,
    })
    expect(halveSlice(before, parts)).toEqual([
      slice({ id: 2, window: { from: 500, to: 900 }, query: { from: 500, to: 900 } }),
      slice({ id: 3, window: { from: 100, to: 500 }, query: { from: 50, to: 500 }, lookBackTo: 50 }),
    ])
    for (const half of halveSlice(slice({ window: { from: 100, to: 900 } }), parts))
      expect(half).not.toHaveProperty('lookBackTo')
  })
})

describe('an estimate', () => {
  it('of a slice whose position or density is not known is none', () => {
    expect(estimate(reading({}, null), 0)).toBe(0)
    expect(estimate(reading({ position: null }, 2), 0)).toBe(0)
    expect(estimate(reading({ window: { from: 9_990, to: null } }, 2), 0)).toBe(20)
  })
})
