import { describe, expect, it } from 'vitest'
import { Item, itemsIn } from '../../src/json/item.ts'
import { setup } from './expand-setup.ts'

describe('items embedded in others', () => {
  const embeddedItems = (item: Item) => ({
    prices: (itemsIn(item.at('prices')) ?? []).map((price) => ({ item: price })),
    unheard_of: [{ item: Item.of({ id: 'x' }) }],
  })

  it('become rows of their own resource, where there is none yet', async () => {
    const { expand } = setup({}, { embeddedItems, nested: [] })
    const { rows, rejects } = await expand([
      { id: 'in_1', prices: [{ id: 'price_1' }, { id: 'price_2' }] },
      { id: 'in_2', prices: [] },
    ])
    expect(rows).toEqual([
      'invoices in_1 500',
      'invoices in_2 500',
      'prices price_1 500 embedded',
      'prices price_2 500 embedded',
    ])
    expect(rejects).toEqual([])
  })

  it('that cannot be kept are passed over: they are not this resource’s items', async () => {
    const { expand } = setup({}, { embeddedItems, nested: [] })
    const { rows, rejects } = await expand([{ id: 'in_1', prices: [{ id: 7 }, null, { id: 'price_1' }] }])
    expect([rows, rejects]).toEqual([['invoices in_1 500', 'prices price_1 500 embedded'], []])
  })
})
