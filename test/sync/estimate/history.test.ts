import { expect, it } from 'vitest'
import type { Curve, Stretch } from '../../../src/sync/estimate/curve.ts'
import { countedFrom, evenly } from '../../../src/sync/estimate/history.ts'

const edge = { density: 0, span: 0 }
const gap = { doubt: 0, probe: 0 }
const curve = (stretches: readonly Stretch[], gaps: Curve['gaps'] = []): Curve => ({ stretches, gaps })
/** A list whose newest stretch, since second 100, has two items. */
const newest = curve([evenly(100, 200, 2)])

it('a stretch with one density has it at both ends', () => {
  const density = { density: 0.02, span: 100 }
  expect(evenly(100, 200, 2)).toEqual({ from: 100, to: 200, items: 2, newer: density, older: density })
})

it('a list grows as another one did before, weighed by how many items that has in the same time', () => {
  // Of the other list ten items lie since second 100: half of the weight. Before were 10 + 20: 2 × 4, and 50 by itself.
  const like = curve([evenly(150, 200, 10), evenly(0, 50, 10)], [{ from: 50, to: 100, items: 20, ...gap }])
  expect(countedFrom(newest, like, 50)).toBeCloseTo((2 * 4) ** 0.5 * 50 ** 0.5)
})

it('a stretch of the other list counts by the share of it that is before', () => {
  // A quarter of 40 items is before second 100, and 30 are since: 2 × (1 + 10 / 30), with a weight of 30 / 40.
  const like = curve([evenly(75, 175, 40)])
  expect(countedFrom(newest, like, 50)).toBeCloseTo((2 * (4 / 3)) ** 0.75 * 50 ** 0.25)
})

it('items whose seconds are known count one by one, and that of the very second is not before it', () => {
  // Three before second 100, and one at it.
  const like = curve([{ from: 0, to: 200, items: 4, seconds: [100, 99, 98, 97], newer: edge, older: edge }])
  expect(countedFrom(newest, like, 50)).toBeCloseTo((2 * 4) ** (1 / 11) * 50 ** (10 / 11))
})

it('a list counts by itself where the other one has nothing in its time, or it has no stretch', () => {
  const like = curve([evenly(0, 50, 10)])
  for (const count of [50, 0]) expect(countedFrom(newest, like, count)).toBe(count)
  expect(countedFrom(curve([]), curve([evenly(0, 200, 40)]), 50)).toBe(50)
})
