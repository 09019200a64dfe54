import { expect, it } from 'vitest'
import { evenly } from '../../../src/sync/estimate/history.ts'
import { itemsBetween, shareOfNeighbours } from '../../../src/sync/estimate/lumps.ts'

/** Windows of ten seconds beside each other, so that the density of each is a tenth of its items. */
const windows = (...items: readonly number[]) => items.map((count, at) => evenly(at * 10, at * 10 + 10, count))

/*
 * Densities 1, 2, 6 and 3. Beside the second are (1 + 6) / 2, and all others have (1 + 6 + 3) / 3. Beside the third are
 * (2 + 3) / 2, and all others have (1 + 2 + 3) / 3. The squares of the distances are to each other as these.
 */
const byNeighbours = 1.5 ** 2 + 3.5 ** 2
const byAll = (4 / 3) ** 2 + 4 ** 2
const share = byAll / (byAll + byNeighbours)

it('neighbours tell as much of a window as they would have told of those that were counted', () => {
  expect(shareOfNeighbours(windows(10, 20, 60, 30))).toBeCloseTo(share)
  // Of three windows the neighbours are all others.
  expect(shareOfNeighbours(windows(10, 20, 60))).toBe(0.5)
})

it('where each window is like the others, and where there are too few to tell, neighbours count', () => {
  expect(shareOfNeighbours(windows(20, 20, 20))).toBe(1)
  expect(shareOfNeighbours(windows(20, 40))).toBe(1)
})

it('a time between windows has what its neighbours tell, and what all windows but the densest tell', () => {
  const gap = (from: number, to: number, items: number) => ({ from, to, items, doubt: 0, probe: 0 })
  // The mean density without that of 6 is 2.
  const gaps = [gap(40, 140, 50), gap(200, 250, 10)]
  expect(itemsBetween({ stretches: windows(10, 20, 60, 30), gaps })).toBeCloseTo(
    share * (50 + 10) + (1 - share) * 2 * (100 + 50),
  )
})
