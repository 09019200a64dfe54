import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { figureProblems, quoteProblems, readFigures, withFigures } from '../../scripts/docs/figures.ts'
import { withPeers } from '../../scripts/docs/peers.ts'

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

test('a figure of one of several tables is in the column that it names', () => {
  const section = 'Statements, and what a second run of unchanged objects writes'
  const rows = { ...memory, value: 4, section, row: '| this worker |', column: 'rows in other tables' }
  expect(figureProblems({ rows })).toEqual([])
  expect(figureProblems({ rows: { ...rows, column: 'requests of the second run' } })).toEqual([
    'docs/figures.json: rows is 4, and bench/results.md says 26',
  ])
  expect(figureProblems({ rows: { ...rows, section: 'Statements' } })).toEqual([
    expect.stringContaining('0 rows of bench/results.md contain'),
  ])
})

test('the comparison with other tools is the one of the results, number by number', () => {
  const results = readFileSync('bench/results.md', 'utf8')
  const document = 'a\n<!-- peers: written -->\n\n| old |\n\n<!-- to here -->\nb 7'
  const written = withPeers(document, results)
  expect(written).toMatch(/^a\n<!-- peers: written -->\n\n\| 5,000 customers[\s\S]*\n<!-- to here -->\nb 7$/)
  expect(written).toContain('| this worker | 2,809 | 1.20 | 67 + 56 | 0.7 | 0 |')
  const other = results.replace('| this worker | 2,809 (', '| this worker | 2,810 (')
  expect(withPeers(document, other)).toContain('| this worker | 2,810 |')
  expect(withPeers('no such part', results)).toBe('no such part')
  expect(() => withPeers(document, results.replaceAll('stripe-replit-sync', 'x'))).toThrow(
    'bench/results.md: no row begins with "stripe-replit-sync"',
  )
})

test('the figures are read', () => {
  expect(Object.keys(readFigures()).length).toBeGreaterThan(20)
})
