import { describe, expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { itemsOf } from '../support/items.ts'
import { expectNothingLost, setup } from './backfill-setup.ts'
import { now } from './created-seconds.ts'

describe('odd items', () => {
  for (const created of [undefined, null, 'yesterday', 1.5, 1_790_000_000_000, -1])
    it(`that say ${JSON.stringify(created)} of their time are not lost, nor are the others`, async () => {
      const bundle = setup({ n: 5_000 })
      bundle.list.misdate(37, created)
      expect(await bundle.go()).toBe('ended')
      expectNothingLost(bundle)
      expect(bundle.copy.rows.length).toBeLessThan(5_000 + 50)
    })

  it('that say a time long past do not end a slice in which they lie', async () => {
    const bundle = setup({ n: 5_000 })
    bundle.list.misdate(37, 0)
    // One in the last place of a page cannot be told from the real end.
    bundle.list.answer((page) => {
      const items = page.items.map((item, at) => (at === page.items.length - 1 ? redated(item, page.items) : item))
      return { ...page, items }
    })
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
  })

  it('that cannot be mapped are put aside and the others are read', async () => {
    const bundle = setup({ n: 1_000 })
    bundle.list.answer((page) => ({ ...page, items: [...itemsOf([{ id: 7, created: now }, null]), ...page.items] }))
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
    expect(bundle.copy.rejects.length).toBeGreaterThanOrEqual(20)
    // Two on each page, wherever the page ends.
    expect(bundle.copy.rejects).toHaveLength(2 * bundle.list.requests.length)
  })

  it('that are newer than the window they were asked for are kept: better twice than never', async () => {
    const bundle = setup({ n: 3_000 })
    bundle.list.answer((page, { window }) =>
      window?.to ? { ...page, items: [Item.of({ id: 'cus_new', created: window.to + 5 }), ...page.items] } : page,
    )
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
    expect(bundle.copy.rows).toContain('cus_new')
  })

  it('that are created while the run goes on move nothing', async () => {
    const bundle = setup({ n: 3_000 })
    const before = bundle.list.expectedIds()
    bundle.list.answer((page) => {
      bundle.list.add(now + 10)
      return page
    })
    expect(await bundle.go()).toBe('ended')
    const have = new Set(bundle.copy.rows)
    expect(before.filter((id) => !have.has(id))).toEqual([])
    expect(bundle.copy.rows).toHaveLength(have.size)
  })
})

function redated(item: Item, page: readonly Item[]): Item {
  const seconds = page.map((item) => (item.value() as { created: number }).created).filter((second) => second > 0)
  return Item.of({ ...(item.value() as object), created: Math.min(...seconds) })
}
