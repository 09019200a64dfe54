import { expect, test } from 'vitest'
import { figureProblems, quoteProblems, readFigures, withFigures } from '../../scripts/docs/figures.ts'

const memory = {
  value: 138,
  unit: 'MB',
  commit: '43c7704',
  date: '2026-11-28',
  source: 'bench/results.md',
  row: '1,000,000 customers: peak RSS, MB',
}
const share = { ...memory, value: 1234.5, decimals: 1, unit: '%' }
const known = { memory, share }

test('a quoted number is replaced by the figure, and nothing else is', () => {
  const before = 'a <!-- figure: memory -->99 MB, <!-- figure: share -->1 %, <!-- figure: other -->5, 7'
  const after = 'a <!-- figure: memory -->138 MB, <!-- figure: share -->1,234.5 %, <!-- figure: other -->5, 7'
  expect(withFigures(before, known)).toBe(after)
})

test('a quote that differs, has no figure or no unit is a problem', () => {
  const text = '<!-- figure: memory -->139 MB <!-- figure: nothing -->1 <!-- figure: share -->1,234.5'
  expect(quoteProblems('a.md', text, known)).toEqual([
    'a.md: memory is 138 in docs/figures.json, found 139',
    'a.md: the figure nothing is not in docs/figures.json',
    'a.md: share is a percentage',
  ])
})

test('a number in a column "measured" without a figure is a problem', () => {
  const table =
    '| | measured | target |\n|---|---|---|\n| x | <!-- figure: memory -->138 MB, 12 s | 140 |\n| y 7 | no 429 | 3 |'
  expect(quoteProblems('a.md', table, known)).toEqual([
    'a.md: 12 of "<!-- figure: memory -->138 MB, 12 s" is no figure of docs/figures.json',
  ])
})

test('a figure that its source does not have is a problem', () => {
  expect(figureProblems({ memory })).toEqual([])
  expect(figureProblems({ memory: { ...memory, value: 134 } })).toEqual([
    expect.stringContaining('memory is 134, and bench/results.md says 138'),
  ])
  expect(figureProblems({ memory: { ...memory, row: 'customers' } })).toEqual([
    expect.stringContaining('rows of bench/results.md contain'),
  ])
})

test('the figures are read', () => {
  expect(Object.keys(readFigures()).length).toBeGreaterThan(20)
})
