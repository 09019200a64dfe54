import { expect, it } from 'vitest'
import { stretchesOf } from '../../../src/sync/estimate/stretch.ts'

/** Seconds before one, each so many before the last. */
const before = (at: number, ...parts: readonly (readonly [count: number, apart: number])[]) => {
  const seconds: number[] = []
  for (const [count, apart] of parts) for (let n = 0; n < count; n++) seconds.push((seconds.at(-1) ?? at) - apart)
  return seconds
}
const edgesOf = (at: number, seconds: readonly number[], isLast = false, since = 0) => {
  const [stretch] = stretchesOf([{ at, seconds, isLast }], since)
  return { newer: stretch?.newer, older: stretch?.older }
}

it('an item of two pages counts once, and that of the second before which a page was asked for with the newer page', () => {
  const older = { at: 50, seconds: [40, 30], isLast: false }
  const newer = { at: 100, seconds: [90, 50, 40], isLast: false }
  expect(stretchesOf([older, newer], 0)).toMatchObject([
    { from: 50, to: 100, items: 2, seconds: [90, 50] },
    { from: 30, to: 50, items: 2, seconds: [40, 30] },
  ])
})

it('the last page reaches to the beginning of the list, and a page without items nowhere', () => {
  expect(stretchesOf([{ at: 100, seconds: [90], isLast: true }], 10)).toMatchObject([{ from: 10, to: 100, items: 1 }])
  expect(stretchesOf([{ at: 100, seconds: [], isLast: false }], 10)).toMatchObject([{ from: 100, to: 100, items: 0 }])
})

it('an end of a page speaks for itself if it is more than 2.5 times as dense as the page, or as thin', () => {
  // 100 items in 75 + 250 seconds. The first 25 take 25, the last 25 take 250.
  expect(edgesOf(10_000, before(10_000, [75, 1], [25, 10]))).toEqual({
    newer: { density: 1, span: 25 },
    older: { density: 0.1, span: 250 },
  })
  // 50 items in 25 + 100 seconds are 0.4 a second, of which 1 is 2.5 times.
  const whole = { density: 0.4, span: 125 }
  expect(edgesOf(1_000, before(1_000, [25, 1], [25, 4]))).toEqual({ newer: whole, older: whole })
  // 100 items in 125 + 75 seconds are 0.5 a second, of which 25 in 125 are 1 / 2.5.
  const even = { density: 0.5, span: 200 }
  expect(edgesOf(1_000, before(1_000, [25, 5], [75, 1])).newer).toEqual(even)
})

it('of a last page with fewer than 25 items all the time before counts', () => {
  expect(edgesOf(1_000, before(1_000, [24, 1]), true, 400).newer).toEqual({ density: 24 / 600, span: 600 })
  expect(edgesOf(1_000, before(1_000, [25, 1]), true, 400).newer).toEqual({ density: 1, span: 25 })
  expect(edgesOf(1_000, before(1_000, [24, 1]), false, 400).newer).toEqual({ density: 1, span: 24 })
})

it('the time since a list has ended counts at the newer end of its page only', () => {
  // Ten items in 9 seconds, and nothing for more than three times as long.
  const seconds = before(101, [10, 1])
  expect(edgesOf(128, seconds).older).toEqual({ density: 10 / 9, span: 9 })
  expect(edgesOf(128, seconds).newer).toEqual({ density: 10 / 37, span: 37 })
  // After no more than that its page is ten items in 36 seconds, of which the last nine speak for themselves.
  expect(edgesOf(127, seconds).older).toEqual({ density: 1, span: 9 })
})
