import { expect, it } from 'vitest'
import { findList, hasFilter, itemsPerPage, pageWeight, type Source } from '../../src/sync/source.ts'

const list = (pageSize?: number) =>
  ({ kind: 'list', name: 'orders', ...(pageSize && { pageSize }) }) as unknown as Source
const feed = { kind: 'feed', name: 'events', pageSize: 250 } as unknown as Source

it('a page has as many items as is usual, or as its resource states', () => {
  expect([list(), list(100), list(99), list(10), list(250), feed].map((source) => itemsPerPage(source, 50))).toEqual([
    50, 50, 50, 10, 125, 50,
  ])
})

it('a page of a resource with larger pages weighs more, and no page less than the usual one', () => {
  expect([list(), list(10), list(250), feed].map(pageWeight)).toEqual([1, 1, 2.5, 1])
})

it('a list has a filter of either kind, and the feed is no list', () => {
  const facts = { kind: 'list', name: 'orders' } as const
  const filter = { field: 'created' }
  const both = [facts, { ...facts, createdFilter: filter }, { ...facts, updatedFilter: filter }]
  expect(both.map(hasFilter)).toEqual([false, true, true])
  expect(findList([feed, list()], 'orders')).toEqual(list())
  expect(findList([feed, list()], 'events')).toBeUndefined()
})
