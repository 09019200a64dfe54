import { describe, expect, it } from 'vitest'
import { Item, itemsIn } from '../../src/json/item.ts'
import { at, setup } from './expand-setup.ts'

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

describe('objects that no list shows, and others carry', () => {
  const derived = (seenAt: Date | undefined) => ({
    embeddedItems: (item: Item) => ({ prices: [{ item: Item.of({ id: item.id }), ...(seenAt && { seenAt }) }] }),
    nested: [],
  })

  it('are observed when the item was like that, and say so if that is earlier than the page', async () => {
    const rowOf = async (seenAt: Date | undefined) => {
      const { content } = setup({}, derived(seenAt), { derivedFrom: ['invoices'] })
      const { rows } = await content([{ id: 'in_1' }])
      return rows
        .filter(({ resource }) => resource === 'prices')
        .map(({ observedAt, derived, dated }) => ({ observedAt, derived, dated }))
    }
    expect(await rowOf(at(499))).toEqual([{ observedAt: at(499), derived: true, dated: true }])
    for (const seenAt of [at(500), at(501), undefined])
      expect(await rowOf(seenAt)).toEqual([{ observedAt: at(500), derived: true, dated: undefined }])
  })
})
