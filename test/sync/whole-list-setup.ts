import { Item } from '../../src/json/item.ts'
import type { Page } from '../../src/provider/contract.ts'
import type { Slice } from '../../src/sync/slices.ts'

export const observedAt = new Date(1_000_000)
export const page = (ids: readonly string[], total: number, next: string | null = null): Page => ({
  items: ids.map((id, at) => Item.of({ id, created: 100 + at })),
  next,
  observedAt,
  total,
})

export const slice: Slice = {
  id: 1,
  resource: 'ledger',
  part: null,
  window: { from: 100, to: 200 },
  query: { from: 100, to: 200 },
  cursor: null,
  position: null,
  boundary: [],
}
export const filter = { field: 'created', order: 'none' } as const
