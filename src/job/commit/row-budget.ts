/**
 * The most rows of one transaction and of one statement. It shrinks when the connection or Postgres cannot take as many
 * and grows with each commit. A page without rows counts as one row.
 */
export interface RowBudget {
  rows: number
}

interface Weighed {
  readonly rows: readonly unknown[]
}

const weight = ({ rows }: Weighed) => Math.max(1, rows.length)

export const countRows = (pages: readonly Weighed[]) => pages.reduce((sum, page) => sum + weight(page), 0)

/** As many of the first pages as fit; at least one, so that a commit makes progress. */
export function pagesWithin<Page extends Weighed>(pages: readonly Page[], { rows }: RowBudget): readonly Page[] {
  let sum = 0
  const end = pages.findIndex((page) => {
    sum += weight(page)
    return sum > rows
  })
  return end === -1 ? pages : pages.slice(0, Math.max(1, end))
}

/** Divides the budget after `rows` rows were too many. */
export function reduceBudget(budget: RowBudget, rows: number, divisor: number): void {
  budget.rows = Math.max(1, Math.ceil(Math.min(budget.rows, rows) / divisor))
}

export function raiseBudget(budget: RowBudget): void {
  budget.rows *= 2
}
