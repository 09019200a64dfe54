import { expect, it } from 'vitest'
import { countsOf, groupRows } from '../../../src/job/commit/row-groups.ts'

const written = { rows: 10, created: 4, updated: 3, refused: 1 }

it('what a list shows is fetched, and what was not written or refused is unchanged', () => {
  expect(countsOf('listed', written)).toEqual({ fetched: 10, created: 4, updated: 3, rejected: 1, unchanged: 2 })
})

it.each(['embedded', 'derived'] as const)('an %s row is fetched where it is new or has changed', (kind) => {
  expect(countsOf(kind, written)).toEqual({ fetched: 8, created: 4, updated: 3, rejected: 1 })
})

it('what is asked for by id is not fetched', () => {
  expect(countsOf('asked by id', written)).toEqual({ created: 4, updated: 3, rejected: 1 })
})

it('a deleted object whose row was marked before is an update, and any other a deletion', () => {
  expect(countsOf('deleted', { ...written, wereDeleted: 2 })).toEqual({ deleted: 5, updated: 2, rejected: 1 })
  expect(countsOf('deleted', written)).toEqual({ deleted: 7, updated: 0, rejected: 1 })
})

it('rows are grouped by kind and resource in one order, in whichever they come', () => {
  const rows = [
    { resource: 'prices', embedded: true },
    { resource: 'invoices' },
    { resource: 'customers', deleted: true },
    { resource: 'customers' },
    { resource: 'invoices', askedById: true },
    { resource: 'customers', derived: true },
    { resource: 'invoices' },
  ]
  const groups = (all: readonly object[]) =>
    groupRows(all as never).map(({ kind, resource, rows }) => `${kind} ${resource} ${rows.length}`)
  expect(groups(rows)).toEqual([
    'listed customers 1',
    'listed invoices 2',
    'asked by id invoices 1',
    'deleted customers 1',
    'derived customers 1',
    'embedded prices 1',
  ])
  expect(groups(rows.toReversed())).toEqual(groups(rows))
})
