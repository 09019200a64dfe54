import { expect, it } from 'vitest'
import { curveThrough, type Gap, meanDensity, type Stretch } from '../../../src/sync/estimate/curve.ts'

/** A hundred seconds of this density. */
const dense = (density: number, from: number): Stretch => {
  const edge = { density, span: 100 }
  return { from, to: from + 100, items: density * 100, newer: edge, older: edge }
}
const [log4, log8, log10, log11] = [Math.log(4), Math.log(8), Math.log(10), Math.log(11)]
const close = (gap: Gap | undefined) => ({ ...gap, items: expect.closeTo(gap?.items ?? 0, 6) })
const gapsOf = (stretches: readonly Stretch[], since = 0) => curveThrough(stretches, since).gaps

it('between two densities are the mean of an even change and that of a power of time', () => {
  // Even: 0.4 × (8 - 2) / ln 4. Power: within 1,000 seconds, ten times the 100, density falls to a quarter: by the power of
  // p = log 4 / log 10 of time, so that its sum is 8 × 100 × (10 ^ (1 - p) - 1) / (1 - p), and 10 ^ (1 - p) = 10 / 4.
  const items = 0.4 * (6 / log4) * 900 + 0.6 * ((8 * 100 * (10 / 4 - 1)) / (1 - log4 / log10))
  // Half of what changes evenly is after ln(5 / 2) / ln 4 of the time: 900 × 0.661 = 595, or 900 × 0.339 = 305.
  const gap = { from: 100, to: 1_000, items, doubt: 6 * 900 }
  expect(gapsOf([dense(8, 0), dense(2, 1_000)])).toEqual([close({ ...gap, probe: 405 })])
  expect(gapsOf([dense(2, 0), dense(8, 1_000)])).toEqual([close({ ...gap, probe: 695 })])
})

it('a density that falls with time itself has the logarithm for its sum', () => {
  // Ten times as thin at ten times the distance.
  const items = 0.4 * (9 / log10) * 900 + 0.6 * 10 * 100 * log10
  expect(gapsOf([dense(1, 0), dense(10, 1_000)])[0]?.items).toBeCloseTo(items)
})

it('between two stretches of one density nothing is in doubt, and the next request goes to the middle', () => {
  expect(gapsOf([dense(5, 1_000), dense(5, 0)])).toEqual([{ from: 100, to: 1_000, items: 4_500, doubt: 0, probe: 550 }])
  expect(gapsOf([dense(0, 1_000), dense(0, 0)])).toEqual([{ from: 100, to: 1_000, items: 0, doubt: 0, probe: 550 }])
})

it('between densities that differ by more than a factor of 15 it changes at once', () => {
  // The dense time is 900 / ln(1,000 / 100) - 100 seconds longer, as its logarithm is evenly spread.
  const more = 900 / log10 - 100
  // The middle of the logarithm: √(100 × 1,000) - 100 = 216
  const gap = { from: 100, to: 1_000, items: 40 * more + 1 * (900 - more), doubt: 39 * 900 }
  expect(gapsOf([dense(1, 0), dense(40, 1_000)])).toEqual([close({ ...gap, probe: 784 })])
  expect(gapsOf([dense(40, 0), dense(1, 1_000)])).toEqual([close({ ...gap, probe: 316 })])
  // A factor of 15 still changes evenly: half of it after ln 8 / ln 15 = 0.768 of the time.
  expect(gapsOf([dense(15, 0), dense(1, 1_000)])[0]?.probe).toBe(309)
})

it('the beginning of a list with one stretch is taken for eight times as thin, and with several goes on as they do', () => {
  // Power: within 1,100 seconds, eleven times the 100, density falls to an eighth.
  const items = 0.4 * (7 / log8) * 1_000 + 0.6 * ((8 * 100 * (11 / 8 - 1)) / (1 - log8 / log11))
  // ln(9 / 16) / ln(1 / 8) = 0.277
  const gap = { from: 0, to: 1_000, items, doubt: 7 * 1_000, probe: 723 }
  expect(gapsOf([dense(8, 1_000)])).toEqual([close(gap)])
  // From 8 to 4, and so to 2 at the beginning. At least 60 % of the last density is in doubt.
  expect(gapsOf([dense(8, 1_100), dense(4, 1_000)])).toMatchObject([{ from: 0, to: 1_000, doubt: 2.4 * 1_000 }])
  expect(gapsOf([dense(8, 1_100), dense(4, 1_000)])[0]?.probe).toBe(
    Math.round(1_000 * (1 - Math.log(0.75) / Math.log(0.5))),
  )
  // From 2 to 4, and never more than that.
  expect(gapsOf([dense(2, 1_100), dense(4, 1_000)])).toEqual([
    { from: 0, to: 1_000, items: 4_000, doubt: 2.4 * 1_000, probe: 500 },
  ])
})

it('stretches beside each other have no gap between them, and a list that is known to its beginning none before', () => {
  expect(gapsOf([dense(8, 100), dense(4, 0)])).toEqual([])
})

it('the next request goes within the gap, however short it is', () => {
  // Of two seconds, 0.768 and 0.232 of them from its end.
  expect(gapsOf([dense(15, 0), dense(1, 102)])[0]?.probe).toBe(101)
  expect(gapsOf([dense(1, 0), dense(15, 102)])[0]?.probe).toBe(101)
})

it.each([
  [0, 0, 0],
  [0, 4, 2],
  [2, 2.001, 2.0005],
])('the mean of the densities %s and %s', (newer, older, mean) => {
  expect(meanDensity(newer, older)).toBeCloseTo(mean, 9)
})
