import { expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { transactions } from '../../src/providers/paypal/resources/transactions.ts'

/** Every reversal of PayPal's list of event codes, and whether it gives a payment back. */
const reversals: Readonly<Record<string, boolean>> = {
  'T1100 a reversal of no other kind': true,
  'T1101 of a withdrawal to a bank account': false,
  'T1102 of a debit card transaction': false,
  'T1103 of points': false,
  'T1104 of a deposit from a bank account': false,
  'T1105 of a hold of the account': false,
  'T1106 of a payment, by PayPal': true,
  'T1107 refund of a payment, by the merchant': true,
  'T1108 of a fee': false,
  'T1109 refund of a fee': false,
  'T1110 hold for the investigation of a dispute': false,
  'T1111 end of that hold': false,
  'T1112 of a MAM': false,
  'T1113 credit without a reference': true,
  'T1114 of a mass payment': false,
  'T1115 refund of a mass payment': false,
  'T1116 of an instant payment under review': true,
  'T1117 of a rebate': false,
  'T1118 of a payment by another wallet, to the seller': true,
  'T1119 of a payment by another wallet, to the buyer': false,
}

it.each(Object.entries(reversals))('%s is a refund: %s', (title, isRefund) => {
  const line = (value: string) =>
    Item.of({
      transaction_info: {
        transaction_id: '1AB23456CD789012E',
        transaction_event_code: title.slice(0, 5),
        transaction_updated_date: '2026-09-01T00:00:00+0000',
        transaction_amount: { currency_code: 'USD', value },
      },
    })
  const refunds = transactions.embeddedItems?.(line('-10.00')).refunds?.map(({ item }) => item.id)
  expect(refunds).toEqual(isRefund ? ['1AB23456CD789012E'] : undefined)
  expect(transactions.embeddedItems?.(line('10.00')).refunds).toBeUndefined()
})
