import { expect, it } from 'vitest'
import { logCommit } from '../../src/job/log-commit.ts'
import { rowsGained } from '../../src/job/watch.ts'
import { collectLog } from '../support/collected-log.ts'

const none = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0 }

it('the rows of a commit are those of all resources after it, without those before', () => {
  const before = { customers: { ...none, created: 4, deleted: 1 } }
  const after = {
    customers: { ...none, created: 9, updated: 2, unchanged: 1, deleted: 1 },
    invoices: { ...none, created: 3, rejected: 1 },
  }
  expect(rowsGained(before, after)).toEqual({ created: 8, updated: 2, unchanged: 1, deleted: 0, rejected: 1 })
  // What an erasure has taken out of the counts meanwhile is no row of the commit.
  expect(rowsGained(after, before)).toEqual(none)
})

it('a commit is logged with the rows of each resource', () => {
  const log = collectLog()
  const page = (name: string, rows: number) => ({ source: { name }, rows: Array(rows).fill({}), skip: null })
  const pages = [page('customers', 3), page('customers', 4), page('invoices', 1)]
  logCommit({ log, counts: { requests: 5 } } as never, { pages } as never, { ms: 7.4, watch: undefined })
  expect(log.lines()).toMatchObject([
    { event: 'batch_committed', resource: 'customers', fetched: 7, pages: 3, requests: 5, ms: 7 },
    { event: 'batch_committed', resource: 'invoices', fetched: 1 },
  ])
})
