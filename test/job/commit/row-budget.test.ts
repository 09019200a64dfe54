import { expect, test } from 'vitest'
import { countRows, pagesWithin, raiseBudget, reduceBudget } from '../../../src/job/commit/row-budget.ts'

const page = (rows: number) => ({ rows: Array.from({ length: rows }, (_, at) => at) })
const pages = [page(100), page(0), page(250), page(1)]

test('takes the first pages that fit together', () => {
  expect(pagesWithin(pages, { rows: 352 })).toEqual(pages)
  expect(pagesWithin(pages, { rows: 351 })).toEqual(pages.slice(0, 3))
  expect(pagesWithin(pages, { rows: 350 })).toEqual(pages.slice(0, 2))
})

test('takes one page even if it has more rows than the budget', () => {
  expect(pagesWithin(pages, { rows: 1 })).toEqual(pages.slice(0, 1))
})

test('leaves out at least one page after a reduction, with rows or without', () => {
  for (const many of [pages, [page(0), page(0)], [page(1), page(900)], [page(900), page(1)]]) {
    const budget = { rows: Number.POSITIVE_INFINITY }
    reduceBudget(budget, countRows(many), 2)
    expect(pagesWithin(many, budget).length).toBeLessThan(many.length)
  }
})

test('never falls below one row, and grows again', () => {
  const budget = { rows: 3 }
  reduceBudget(budget, 900, 4)
  reduceBudget(budget, 900, 4)
  expect(budget.rows).toBe(1)
  raiseBudget(budget)
  expect(budget.rows).toBe(2)
})

test('counts the rows of all pages, and a page without rows as one', () => {
  expect(countRows(pages)).toBe(352)
  expect(countRows([])).toBe(0)
})
