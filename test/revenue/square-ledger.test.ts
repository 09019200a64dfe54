import { expect, test } from 'vitest'
import { inMonth, month } from './hand-account.ts'
import { type Fields, openSeller, usd } from './square-seller.ts'

/*
 * Accounts of Square as its API answers them, read by a job, computed by hand from the specification.
 * Amounts are in minor units. A month is 1/12 of a year, 52/12 weeks or 365/12 days.
 */

test('net revenue of Square is what its payouts are made of', async () => {
  const { square, location, sync, view } = await openSeller()
  const seller = { location_id: location, status: 'PAID', type: 'BATCH', payout_fee: undefined }
  for (const ago of [2, 1])
    square.insert('payouts', {
      id: `po_${ago}`,
      ...seller,
      amount_money: usd(1000),
      created_at: inMonth(ago, 20),
      updated_at: inMonth(ago, 20),
    })
  const entry = (ago: number, type: string, gross: number, fee: number) =>
    square.insert('entries', {
      payout_id: `po_${ago}`,
      effective_at: inMonth(ago),
      type,
      gross_amount_money: usd(gross),
      fee_amount_money: usd(fee),
      net_amount_money: usd(gross - fee),
    })
  entry(2, 'CHARGE', 10_000, 320)
  entry(2, 'CHARGE', 4000, 146)
  entry(2, 'REFUND', -2000, -64)
  entry(2, 'DISPUTE', -5000, 0)
  entry(2, 'FEE', -100, 0)
  entry(2, 'PAYOUT', -3000, 0)
  entry(1, 'DISPUTE', 5000, 0)
  await sync()
  // charged 10000 + 4000; fees 320 + 146 − 64 + 100 = 502; net 14000 − 2000 − 5000 − 502 = 6498; later the dispute is won
  expect(
    await view('net_revenue', 'currency, month, charged, refunded, disputed, fees, net', { order: 'month' }),
  ).toEqual([`usd ${month(2)} 14000 2000 5000 502 6498`, `usd ${month(1)} 0 0 -5000 0 5000`])
  expect(await view('unmapped', 'kind, status, rows')).toEqual([])
})

test('sales of Square are payments that were completed, less refunds that may still be paid', async () => {
  const { square, location, sync, view } = await openSeller()
  const pay = (id: string, ago: number, status: string, amount: number, more: Fields = {}) =>
    square.insert('payments', {
      id,
      location_id: location,
      status,
      amount_money: usd(amount),
      tip_money: undefined,
      total_money: usd(amount),
      approved_money: usd(amount),
      refunded_money: undefined,
      created_at: inMonth(ago),
      updated_at: inMonth(ago),
      ...more,
    })
  const refund = (id: string, ago: number, status: string, amount: number) =>
    square.insert('refunds', {
      id,
      location_id: location,
      payment_id: 'paid',
      status,
      amount_money: usd(amount),
      created_at: inMonth(ago),
      updated_at: inMonth(ago),
    })
  pay('paid', 2, 'COMPLETED', 10_000)
  pay('tipped', 2, 'COMPLETED', 3000, { tip_money: usd(200), total_money: usd(3200), approved_money: usd(3200) })
  pay('approved', 2, 'APPROVED', 5000)
  pay('canceled', 2, 'CANCELED', 700)
  pay('failed', 2, 'FAILED', 800)
  refund('back', 2, 'COMPLETED', 2000)
  refund('waits', 1, 'PENDING', 500)
  refund('rejected', 1, 'REJECTED', 600)
  refund('refund-failed', 1, 'FAILED', 900)
  await sync()
  // 10000 + 3200 with its tip; back 2000, later 500
  expect(await view('sales', 'currency, month, taken, returned, net', { order: 'month' })).toEqual([
    `usd ${month(2)} 13200 2000 11200`,
    `usd ${month(1)} 0 500 -500`,
  ])
})
