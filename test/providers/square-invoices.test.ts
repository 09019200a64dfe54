import { expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { invoices } from '../../src/providers/square/resources/invoices.ts'

const money = (amount: number) => ({ amount, currency: 'JPY' })

/** What the row of an invoice has of what is paid, and of what is left. */
function amountsOf(requests: readonly object[]) {
  const row = new Map(Object.entries(invoices.row(Item.of({ id: 'inv:0-Ch', payment_requests: requests }))))
  return [row.get('amountPaid'), row.get('amountRemaining')]
}

it('an invoice whose payment requests say nothing of a payment has 0 paid', () => {
  const open = { computed_amount_money: money(500) }
  expect(amountsOf([open, open])).toEqual([0, 1_000])
  expect(amountsOf([open, { ...open, total_completed_amount_money: money(200) }])).toEqual([200, 800])
  expect(amountsOf([])).toEqual([null, null])
})
