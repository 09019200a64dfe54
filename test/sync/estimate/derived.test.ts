import { expect, it } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import { derivedEstimate } from '../../../src/sync/estimate/derived.ts'

/** A sample whose items show one person each, who may have no id, of a list of so many items. */
const origin = (ids: readonly (string | null)[], items: number) => ({
  source: {
    embeddedItems: (item: Item) => ({ people: [{ item: Item.of({ id: (item.value() as { who: string }).who }) }] }),
  } as unknown as ListSource,
  sample: ids.map((who) => Item.of({ who })),
  items,
})
const range = (...origins: ReturnType<typeof origin>[]) => derivedEstimate('people', origins).items

it('the distinct items of a list are more than its sample shows, the more of them were seen once', () => {
  // Two of four were seen once, so that a list of 400 has 3 + (2 / 4) × 4 × ln(400 / 4) = 12.2.
  expect(range(origin(['a', 'a', 'b', 'c'], 400))).toEqual({ least: 3, likely: 12, most: null })
  // 2 + (1 / 4) × 4 × ln(400 / 4) = 6.6. Who has no id is not told from another.
  expect(range(origin(['a', 'a', 'b', null], 400))).toEqual({ least: 2, likely: 7, most: null })
  // Where all differ, each item of the list has its own.
  expect(range(origin(['a', 'b', 'c'], 300))).toEqual({ least: 3, likely: 300, most: null })
})

it('several lists show the items together', () => {
  // Of six were two seen once; there are 3 × 100 / 3 + 3 × 50 / 3 = 150: 4 + (2 / 6) × 6 × ln(150 / 6) = 10.4
  expect(range(origin(['a', 'a', 'b'], 100), origin(['c', 'd', 'd'], 50)).likely).toBe(10)
})

it('where nearly all differ, the list goes on as the sample does', () => {
  // Of 100 were 99 seen once, and one has no id: 99 × 200 / 100
  const ids = Array.from({ length: 99 }, (_, at) => String(at))
  expect(range(origin([...ids, null], 200)).likely).toBe(198)
})

it('a list that the sample shows whole has no more, and one without such items none', () => {
  expect(range(origin(['a', 'a', 'b', 'c'], 4)).likely).toBe(3)
  // Items that are gone are in the sample, and do not count in the list.
  expect(range(origin(['a', 'a', 'b', 'c'], 2)).likely).toBe(3)
  expect(range(origin([], 0))).toEqual({ least: 0, likely: 0, most: null })
})
