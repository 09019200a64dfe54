import { describe, expect, it } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import type { Measured } from '../../../src/sync/estimate/probing.ts'
import { exactly, type Range } from '../../../src/sync/estimate/range.ts'
import { listEstimate } from '../../../src/sync/estimate/resource-estimate.ts'

/** A list with a page of ten items for each request, of which four were seen. The first is gone. */
const listed = (items: Range, basis: Measured['basis'] = 'sampled times'): Measured => ({
  items,
  basis,
  sample: [1, 2, 3, 4].map((id) => Item.of({ id: String(id) })),
  requests: (number) => number / 10,
  isChain: false,
  history: null,
})
const source = {} as ListSource
const withGone = { gone: (item: Item) => item.id === '1' } as unknown as ListSource
const open = { least: 10, likely: 400, most: null }

describe('items that are gone do not count', () => {
  it('as many of those that were not seen as of those that were', () => {
    expect(listEstimate(withGone, [listed({ least: 4, likely: 40, most: null })]).items).toEqual({
      least: 3,
      likely: 30,
      most: null,
    })
  })

  it('where all were seen', () => {
    expect(listEstimate(withGone, [listed(exactly(4))]).items).toEqual(exactly(3))
  })

  it('and may be all that were not seen, where the provider states how many there are', () => {
    expect(listEstimate(withGone, [listed(exactly(40))]).items).toEqual({ least: 3, likely: 30, most: 40 })
    expect(listEstimate(source, [listed(exactly(40))]).items).toEqual(exactly(40))
  })
})

it('a reader needs a few requests more than the fewest, and of a known list no more than twice as many and two', () => {
  expect(listEstimate(source, [listed(exactly(400))]).requests).toEqual({ least: 40, likely: 40, most: 82 })
  // 1.03 × 40
  expect(listEstimate(source, [listed(open)]).requests).toEqual({ least: 1, likely: 41, most: null })
  expect(listEstimate(source, [listed({ least: 10, likely: 400, most: 600 })]).requests).toEqual({
    least: 1,
    likely: 41,
    most: 122,
  })
  // Each item is asked for by its id besides.
  const summaries = { listsSummaries: true } as ListSource
  expect(listEstimate(summaries, [listed(open)]).requests).toEqual({ least: 11, likely: 441, most: null })
})

it('several lists rest on what is least sure', () => {
  expect(listEstimate(source, [listed(open, 'stated total'), listed(open, 'whole list')]).basis).toBe('stated total')
  expect(listEstimate(source, [listed(open, 'first pages'), listed(open)]).basis).toBe('sampled times')
  expect(listEstimate(source, [listed(open, 'whole list')]).basis).toBe('whole list')
})
