import { expect, it } from 'vitest'
import { SyncError } from '../../../src/errors.ts'
import { nestedIn, refusalsIn, unfinishedNames } from '../../../src/job/commit/related.ts'
import type { Source } from '../../../src/sync/source.ts'

const list = (name: string, more: object = {}) => ({ kind: 'list', name, ...more }) as unknown as Source
const sources = [
  list('orders', { nested: [{ name: 'order_lines' }] }),
  list('payments'),
  list('customers', { derivedFrom: ['orders', 'payments'] }),
  { kind: 'feed', name: 'events' } as unknown as Source,
]
const denied = new SyncError('reject', 'permission_denied', 'x: no', { scope: 'resource' })
const refused = (names: readonly string[], read = ['orders', 'payments']) => {
  const pages = names.map((name) => ({ skip: denied, source: { name } }))
  return [...refusalsIn({ pages } as never, sources, read).keys()]
}

it('the nested lists of a resource are read with it, and the feed of changes has none', () => {
  expect(nestedIn(sources, ['orders', 'events'])).toEqual(['order_lines'])
  expect(nestedIn(sources, ['payments'])).toEqual([])
})

it('what only items of others show is open as long as one of these is', () => {
  const unfinished = (...names: readonly string[]) =>
    [...unfinishedNames({ slices: names.map((resource) => ({ resource })) } as never, sources)].toSorted()
  expect(unfinished('orders')).toEqual(['customers', 'order_lines', 'orders'])
  expect(unfinished('payments')).toEqual(['customers', 'payments'])
  expect(unfinished()).toEqual([])
})

it('what only items of others show is refused once none of these is read', () => {
  expect(refused(['orders'])).toEqual(['orders'])
  expect(refused(['orders', 'payments'])).toEqual(['orders', 'payments', 'customers'])
  expect(refused(['payments'], ['payments'])).toEqual(['payments', 'customers'])
  expect(refused([])).toEqual([])
})
