import { expect, it } from 'vitest'
import { exactly, rangeOf, sumOf } from '../../../src/sync/estimate/range.ts'

const open = { least: 1, likely: 2, most: null }

it('a sum of ranges has an upper end if each of them has one', () => {
  expect(sumOf([])).toEqual(exactly(0))
  expect(sumOf([{ least: 1, likely: 2, most: 4 }, exactly(10)])).toEqual({ least: 11, likely: 12, most: 14 })
  expect(sumOf([open, exactly(10)])).toEqual({ least: 11, likely: 12, most: null })
  expect(sumOf([exactly(10), open])).toEqual({ least: 11, likely: 12, most: null })
})

it('what grows with a range has its ends, and no upper end where the range has none', () => {
  const tripled = (number: number) => number * 3
  expect(rangeOf({ least: 1, likely: 2, most: 4 }, tripled)).toEqual({ least: 3, likely: 6, most: 12 })
  expect(rangeOf(open, tripled)).toEqual({ least: 3, likely: 6, most: null })
})
