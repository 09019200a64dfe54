import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* Net revenue and sales, computed by hand. Amounts are in cents. */

const may = (day: string) => `2026-05-${day}T12:00:00Z`
const june = (day: string) => `2026-06-${day}T12:00:00Z`

test('net revenue is charges less refunds, disputes and fees, each in the month of its movement', async () => {
  const { insert, view } = await openAccount()
  await insert('payments', { id: 'ch_1', status: 'succeeded', currency: 'eur' })
  const move = (id: string, reporting_category: string, amount: number, fee: number, created_at: string, more = {}) =>
    insert('balance_transactions', {
      id,
      reporting_category,
      type: reporting_category,
      currency: 'eur',
      amount,
      fee,
      net: amount - fee,
      created_at,
      ...more,
    })
  await move('t1', 'charge', 10000, 300, may('01'), { source_id: 'ch_1' })
  await move('t2', 'refund', -1000, 0, may('02'))
  await move('t3', 'dispute', -5000, 1500, may('03'), { type: 'adjustment' })
  await move('t4', 'fee', -200, 0, may('04'), { type: 'stripe_fee' })
  await move('t5', 'payout', -4000, 0, may('05'))
  await move('t6', 'partial_capture_reversal', -700, 0, may('06'), { type: 'refund' })
  // Won a month later: the money and its fee come back then.
  await move('t7', 'dispute_reversal', 5000, -1500, june('03'), { type: 'adjustment' })
  await move('t8', 'comet', 9, 0, june('03'))
  expect(
    await view('net_revenue', 'livemode, currency, month, charged, refunded, disputed, fees, net', 'month'),
  ).toEqual([
    [true, 'eur', '2026-05', 9300, 1000, 5000, 2000, 1300], // fees 300 + 1500 + 200
    [true, 'eur', '2026-06', 0, 0, -5000, -1500, 6500],
  ])
  expect(await view('unmapped', 'kind, status, rows')).toEqual([['balance', 'comet', 1]])
})

test('a movement of PayPal has its state by the whole code, else by its beginning', async () => {
  const { insert, view } = await openAccount({ provider: 'paypal', account: 'merchant', livemode: null })
  const move = (type: string, amount: number, fee: number) =>
    insert('balance_transactions', {
      id: type,
      type,
      reporting_category: type.slice(0, 3),
      currency: 'usd',
      amount,
      fee,
      created_at: may('01'),
    })
  await move('T0006', 1000, 30)
  await move('T1107', -200, -6)
  await move('T1106', -100, 0)
  await move('T1201', -50, 0)
  await move('T0107', -5, 0)
  // A fee comes back. Money is held for a dispute, and let go in part.
  await move('T1108', 2, 0)
  await move('T1110', -40, 0)
  await move('T1111', 10, 0)
  await move('T0400', -600, 0)
  // 1000 − 200 − (100 + 50 + 40 − 10) − (30 − 6 + 5 − 2)
  expect(await view('net_revenue', 'charged, refunded, disputed, fees, net')).toEqual([[1000, 200, 180, 27, 593]])
  expect(await view('unmapped', 'kind, status')).toEqual([])
})

test('an adjustment of Shopify is a fee or not known, by its type', async () => {
  const { insert, view } = await openAccount({ provider: 'shopify', account: '1' })
  const move = (type: string, reporting_category: string, amount: number, fee: number) =>
    insert('balance_transactions', {
      id: type,
      type,
      reporting_category,
      currency: 'usd',
      amount,
      fee,
      created_at: may('01'),
    })
  await move('CHARGE', 'CHARGE', 10000, 320)
  await move('REFUND', 'REFUND', -1000, 0)
  await move('DISPUTE_WITHDRAWAL', 'DISPUTE', -2000, 0)
  await move('DISPUTE_REVERSAL', 'DISPUTE', 500, 0)
  await move('CHARGEBACK_FEE', 'ADJUSTMENT', -1500, 0)
  await move('CHARGEBACK_FEE_REFUND', 'ADJUSTMENT', 1500, 0)
  await move('STRIPE_FEE', 'SYSTEM_ADJUSTMENT', -30, 0)
  await move('TAX_ADJUSTMENT_DEBIT', 'ADJUSTMENT', -7, 0)
  // 10000 − 1000 − (2000 − 500) − (320 + 1500 − 1500 + 30)
  expect(await view('net_revenue', 'charged, refunded, disputed, fees, net')).toEqual([[10000, 1000, 1500, 350, 7150]])
  expect(await view('unmapped', 'kind, status')).toEqual([['balance', 'ADJUSTMENT']])
})

test('sales are what was captured less what was given back', async () => {
  const { insert, view } = await openAccount()
  await insert(
    'payments',
    { id: 'ch_1', status: 'succeeded', currency: 'eur', amount: 1000, amount_captured: 800, created_at: may('01') },
    {
      id: 'ch_2',
      status: 'succeeded',
      currency: 'eur',
      amount: 500,
      amount_captured: 0,
      captured: false,
      created_at: may('02'),
    },
    { id: 'ch_3', status: 'failed', currency: 'eur', amount: 500, created_at: may('02') },
    // Of providers that do not say how much was captured.
    { id: 'ch_5', status: 'succeeded', currency: 'gbp', amount: 300, captured: false, created_at: may('02') },
    { id: 'ch_6', status: 'succeeded', currency: 'gbp', amount: 200, created_at: may('02') },
    { id: 'ch_4', status: 'succeeded', currency: 'isk', amount: 90000, created_at: may('02') },
    { id: 'ch_t', status: 'succeeded', currency: 'eur', amount: 77, livemode: false, created_at: may('02') },
  )
  await insert(
    'refunds',
    { id: 're_1', payment_id: 'ch_1', status: 'succeeded', currency: 'eur', amount: 100, created_at: june('01') },
    { id: 're_2', payment_id: 'ch_1', status: 'pending', currency: 'eur', amount: 50, created_at: june('01') },
    { id: 're_3', payment_id: 'ch_1', status: 'failed', currency: 'eur', amount: 999, created_at: june('01') },
  )
  expect(await view('sales', 'livemode, currency, month, taken, returned, net', 'livemode, currency, month')).toEqual([
    [false, 'eur', '2026-05', 77, 0, 77],
    [true, 'eur', '2026-05', 800, 0, 800],
    [true, 'eur', '2026-06', 0, 150, -150],
    [true, 'gbp', '2026-05', 200, 0, 200],
    [true, 'isk', '2026-05', 90000, 0, 90000],
  ])
})
