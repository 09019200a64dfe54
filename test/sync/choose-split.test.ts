import { describe, expect, it } from 'vitest'
import { chooseSplit, feedLimits, listLimits, type Slice } from '../../src/sync/slices.ts'
import { createFractions } from './fractions.ts'
import { reading } from './slices-setup.ts'

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
    // Known seconds are enough for a split, and not for one before the first page.
    const known = [2_000, 4_000, 6_000]
    for (const unread of [reading({}, null), reading({ position: null }), reading({}, 0)])
      expect(chooseSplit([unread], { since: 0, pageSize, known })).toBeNull()
  })

  it('takes the first of two slices with as much work', () => {
    const window = { from: 5_000, to: null }
    expect(chooseSplit([reading({ id: 1, window }), reading({ id: 2, window })], { since: 0, pageSize })).toMatchObject(
      {
        id: 1,
      },
    )
  })

  it('splits at a known second that the page in flight will just reach', () => {
    const slice = reading({ window: { from: 0, to: null }, position: 2_100 }, 1, true)
    expect(chooseSplit([slice], { since: 0, pageSize, known: [2_000] })).toMatchObject({ at: 2_000 })
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
