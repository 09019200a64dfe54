import { expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { prices } from '../../src/providers/paypal/resources/catalog.ts'

/** What the row of a plan has of the frequency of its regular cycle. */
function intervalOf(frequency: object | undefined) {
  const cycle = { tenure_type: 'REGULAR', sequence: 1, ...(frequency && { frequency }) }
  const row = new Map(
    Object.entries(prices.row(Item.of({ id: 'P-5ML4271244454362WXNWU5NQ', billing_cycles: [cycle] }))),
  )
  return [row.get('interval'), row.get('intervalCount')]
}

it('a plan that says no count of intervals is paid after each, as the specification has it', () => {
  expect(intervalOf({ interval_unit: 'MONTH' })).toEqual(['month', 1])
  expect(intervalOf({ interval_unit: 'MONTH', interval_count: 3 })).toEqual(['month', 3])
  expect(intervalOf(undefined)).toEqual([null, null])
})
