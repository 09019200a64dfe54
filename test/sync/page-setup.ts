import { customers } from '../../src/db/schema.ts'
import type { ListSource, Page } from '../../src/provider/contract.ts'
import type { Digest } from '../../src/sync/page.ts'
import type { Slice } from '../../src/sync/slices.ts'
import { itemsOf, valuesOf } from '../support/items.ts'

export const all = { from: 0, to: null }
export const observedAt = new Date('2026-01-01T00:00:00Z')
export const source: ListSource = {
  kind: 'list',
  name: 'customers',
  table: customers,
  createdFilter: { field: 'created' },
  list: () => Promise.reject(new Error('not asked')),
  row: () => ({ id: 'x' }),
}
export const slice = (over: Partial<Slice> = {}): Slice => ({
  id: 1,
  resource: 'customers',
  part: null,
  window: all,
  query: all,
  cursor: null,
  position: null,
  boundary: [],
  ...over,
})
/** Items by id and second: `a9` was created in second 9, `a` says nothing of its time. */
export const items = (...names: string[]) =>
  names.map((name) => ({ id: name, ...(name.length > 1 && { created: Number(name.slice(1)) }) }))
export const page = (names: string, next: string | null = 'more'): Page => ({
  items: itemsOf(items(...names.split(' ').filter(Boolean))),
  next,
  observedAt,
})
export const plain = (digest: Digest) => ({ ...digest, items: valuesOf(digest.items) })
