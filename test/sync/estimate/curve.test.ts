import { describe, expect, it } from 'vitest'
import { curveThrough, meanDensity } from '../../../src/sync/estimate/curve.ts'
import { countedFrom, evenly } from '../../../src/sync/estimate/history.ts'
import { type Knot, stretchesOf } from '../../../src/sync/estimate/stretch.ts'

/** The page before a second of a list of these times, which are sorted newest first. */
function pageBefore(at: number, times: readonly number[], size = 100): Knot {
  const before = times.filter((time) => time < at)
  return { at, seconds: before.slice(0, size), isLast: before.length <= size }
}

/** What is estimated from pages before these seconds. */
function estimated(times: readonly number[], ats: readonly number[]) {
  const knots = ats.map((at) => pageBefore(at, times))
  const { stretches, gaps } = curveThrough(stretchesOf(knots, 0), 0)
  const seen = stretches.reduce((sum, { items }) => sum + items, 0)
  return { seen, all: seen + gaps.reduce((sum, { items }) => sum + items, 0), gaps }
}

const steady = Array.from({ length: 10_000 }, (_, index) => 1_000_000 - 100 * index - 1)

describe('a curve through a few pages', () => {
  it('counts a list whose items come at one rate', () => {
    const { all } = estimated(steady, [1_000_000, 500_000, 250_000])
    expect(all / steady.length).toBeGreaterThan(0.97)
    expect(all / steady.length).toBeLessThan(1.03)
  })

  it('counts a list that grows with the second power of time', () => {
    const growing = Array.from({ length: 10_000 }, (_, index) => Math.floor(1e6 * (1 - index / 10_000) ** (1 / 3)) - 1)
    const { all } = estimated(growing, [1_000_000, 700_000, 400_000])
    expect(all / growing.length).toBeGreaterThan(0.8)
    expect(all / growing.length).toBeLessThan(1.2)
  })

  it('has no gap where the pages show every item, and counts none twice', () => {
    const few = steady.slice(0, 150)
    expect(estimated(few, [1_000_000, 995_000])).toEqual({ seen: 150, all: 150, gaps: [] })
  })

  it('takes the density of its page for that of a list that has ended', () => {
    const { all } = estimated(steady, [5_000_000, 500_000])
    expect(all / steady.length).toBeGreaterThan(0.8)
    expect(all / steady.length).toBeLessThan(1.2)
  })

  it('looks next near the dense end, if the other end is thin', () => {
    const peaked = [...steady.slice(0, 3_000), ...Array.from({ length: 200 }, (_, index) => 690_000 - 3_000 * index)]
    const [gap] = estimated(peaked, [1_000_000, 500_000]).gaps
    expect(gap!.probe).toBeGreaterThan(900_000)
    expect(gap!.doubt).toBeGreaterThan(gap!.items)
  })
})

it('counts the items of a gap that is much shorter than the pages beside it', () => {
  const [newer, older] = [evenly(1_000_010, 101_000_010, 100_000), evenly(0, 1_000_000, 100)]
  const [gap] = curveThrough([newer, older], 0).gaps
  expect(gap!.items).toBeGreaterThan(0.001)
  expect(gap!.items).toBeLessThan(0.01)
})

it('counts a list whose newest page alone is known as one that is spread as another', () => {
  const like = curveThrough(stretchesOf([{ at: 1_000_000, seconds: steady, isLast: true }], 0), 0)
  const newest = curveThrough([evenly(980_000, 1_000_000, 10)], 0)
  expect(countedFrom(newest, like, 500)).toBeCloseTo(500, -1)
  // Two hundred of its items lie in the time of the ten, so that they count for more than what the ten show.
  expect(countedFrom(newest, like, 5_000)).toBeGreaterThan(500)
  expect(countedFrom(newest, like, 5_000)).toBeLessThan(600)
})

it('knows the times of the items of a list that one page shows whole', () => {
  const seconds = Array.from(
    { length: 100 },
    (_, index) => 999_999 - (index < 90 ? index * 900 : 100_000 + index * 8_000),
  )
  const like = curveThrough(stretchesOf([{ at: 1_000_000, seconds, isLast: true }], 0), 0)
  const newest = curveThrough([evenly(918_000, 1_000_000, 45)], 0)
  expect(countedFrom(newest, like, 50)).toBeCloseTo(50, -1)
})

it.each([
  [2, 2, 2],
  [4, 0, 2],
  [4, 1, 3 / Math.log(4)],
])('the mean of the densities %s and %s', (newer, older, mean) => {
  expect(meanDensity(newer, older)).toBeCloseTo(mean)
})
