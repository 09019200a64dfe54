import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* Money that moves back, later or not at all, computed by hand. Amounts are in cents. */

const at = (day: string, time = '12:00:00') => `2026-${day}T${time}Z`

test('charges and refunds that fail come back, and a dispute that is won leaves nothing of its year', async () => {
  const { insert, view } = await openAccount()
  const move = (id: string, reporting_category: string, amount: number, fee: number, day: string, more = {}) =>
    insert('balance_transactions', {
      id,
      reporting_category,
      type: 'adjustment',
      currency: 'eur',
      amount,
      fee,
      net: amount - fee,
      livemode: true,
      created_at: at(day),
      ...more,
    })
  await move('t1', 'charge', 10000, 320, '01-10')
  await move('t2', 'refund', -4000, 0, '02-10')
  await move('t3', 'dispute', -6000, 1500, '03-10')
  await move('t4', 'dispute_reversal', 6000, -1500, '04-10')
  await move('t5', 'charge_failure', -3000, -90, '05-01')
  await move('t6', 'refund_failure', 4000, 0, '05-02')
  await move('t7', 'partial_capture_reversal', -500, 0, '05-31', { created_at: at('05-31', '23:59:59') })
  await move('t8', 'network_cost', -7, 0, '06-01', { created_at: at('06-01', '00:00:00') })
  await move('t9', 'charge', 700, 20, '06-01', { currency: 'usd', status: 'pending' })
  for (const category of ['payout', 'topup', 'transfer']) await move(category, category, 9000, 25, '06-02')
  expect(
    await view('net_revenue', 'currency, month, charged, refunded, disputed, fees, net', 'currency, month'),
  ).toEqual([
    ['eur', '2026-01', 10000, 0, 0, 320, 9680],
    ['eur', '2026-02', 0, 4000, 0, 0, -4000],
    ['eur', '2026-03', 0, 0, 6000, 1500, -7500],
    ['eur', '2026-04', 0, 0, -6000, -1500, 7500],
    ['eur', '2026-05', -3500, -4000, 0, -90, 590], // −3500 + 4000 + 90
    ['eur', '2026-06', 0, 0, 0, 7, -7],
    ['usd', '2026-06', 700, 0, 0, 20, 680],
  ])
  expect(await view('unmapped', 'kind, status')).toEqual([])
})

test('a refund counts in its own month if it has succeeded or may, and what was not captured never', async () => {
  const { insert, view } = await openAccount()
  const paid = { status: 'succeeded', currency: 'eur', amount: 10000, captured: true, created_at: at('01-05') }
  await insert(
    'payments',
    { id: 'whole', ...paid, amount_captured: 10000, refunded: true, amount_refunded: 10000 },
    { id: 'part', ...paid, amount_captured: 6000, amount_refunded: 4000 },
    { id: 'authorized', ...paid, amount_captured: 0, captured: false },
    { id: 'pending', ...paid, status: 'pending', amount_captured: 0 },
  )
  const refunds = { succeeded: 10000, pending: 500, requires_action: 50, failed: 300, canceled: 200 }
  for (const [status, amount] of Object.entries(refunds))
    await insert('refunds', {
      id: status,
      payment_id: 'whole',
      status,
      currency: 'eur',
      amount,
      created_at: at('02-01'),
    })
  expect(await view('sales', 'month, taken, returned, net', 'month')).toEqual([
    ['2026-01', 16000, 0, 16000],
    ['2026-02', 0, 10550, -10550],
  ])
})

test('an invoice is owed until the month in which it is paid, void or given up', async () => {
  const { insert, view } = await openAccount()
  const invoice = (id: string, status: string, amount: number, more = {}) =>
    insert('invoices', {
      id,
      status,
      currency: 'eur',
      total: amount,
      amount_due: amount,
      finalized_at: at('01-20'),
      ...more,
    })
  await invoice('later', 'paid', 10000, { paid_at: at('02-02') })
  await invoice('in time', 'paid', 7000, { paid_at: at('01-31', '23:59:59') })
  await invoice('at midnight', 'paid', 1000, { paid_at: at('02-01', '00:00:00') })
  await invoice('void', 'void', 500, { voided_at: at('02-21') })
  await invoice('given up', 'uncollectible', 3000, { marked_uncollectible_at: at('03-05') })
  // Given up in January, and paid or voided after that.
  const givenUp = { marked_uncollectible_at: at('01-30') }
  await invoice('paid after all', 'paid', 400, { ...givenUp, paid_at: at('03-10') })
  await invoice('void after all', 'void', 600, { ...givenUp, voided_at: at('03-10') })
  await invoice('from credit', 'open', 2000, { amount_due: 1500, finalized_at: at('04-10') })
  expect(await view('receivables', 'month, billed, receivable, dso', 'month limit 4')).toEqual([
    ['2026-01', 21400, 14500, 21], // 10000 + 1000 + 500 + 3000; 14500 / 21400 × 31, the void ones not billed
    ['2026-02', 0, 3000, null],
    ['2026-03', 0, 0, null],
    ['2026-04', 2000, 1500, 22.5], // 1500 / 2000 × 30
  ])
})

test('the second invoice after a trial is a renewal, and the month is that of the first failure', async () => {
  const { insert, view, subscribe, price } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await subscribe('s', { items: [{ price_id: 'p' }], trial_end: at('01-31') })
  const failed = async (id: string, status: string, amount_due: number, day: string, ...attempts: string[]) => {
    await insert('invoices', {
      id,
      subscription_id: 's',
      customer_id: 'cus_s',
      status,
      currency: 'eur',
      amount_due,
      billing_reason: 'subscription_cycle',
      created_at: at(day),
    })
    await insert('invoice_payments', { id: `ip_${id}`, invoice_id: id, payment_intent_id: `pi_${id}` })
    for (const [n, created_at] of attempts.entries())
      await insert('payments', {
        id: `${id} ${n}`,
        payment_intent_id: `pi_${id}`,
        status: n + 1 < attempts.length ? 'failed' : status === 'paid' ? 'succeeded' : 'failed',
        currency: 'eur',
        created_at,
      })
  }
  await failed('first', 'open', 32000, '01-31', at('01-31'))
  await failed('second', 'paid', 1000, '02-28', at('02-28', '23:59:59'), at('03-04'), at('03-09'))
  await failed('third', 'uncollectible', 3000, '03-31', at('04-01', '00:00:00'), at('04-03'))
  await failed('at once', 'paid', 9000, '04-30', at('04-30'))
  expect(
    await view(
      'recovery',
      'month, failed_invoices, failed_amount, recovered_amount, lost_amount, open_amount, recovery_rate',
      'month',
    ),
  ).toEqual([
    ['2026-02', 1, 1000, 1000, 0, 0, 1],
    ['2026-04', 1, 3000, 0, 3000, 0, 0],
  ])
})

test('a trial that lapses, pauses or is paid late counts in the month of its end', async () => {
  const { insert, view, subscribe, price } = await openAccount()
  await price('p', { unit_amount: 1000 })
  const trial = (id: string, more = {}) =>
    subscribe(id, { items: [{ price_id: 'p' }], trial_start: at('01-01'), trial_end: at('01-15'), ...more })
  const bill = async (id: string, status: string, from: string, amount: number) => {
    await insert('invoices', { id: `${id} ${from}`, subscription_id: id, status, currency: 'eur' })
    const line = { invoice_id: `${id} ${from}`, subscription_id: id, amount, period_start: at(from) }
    await insert('invoice_lines', { id: `${id} ${from}`, ...line })
  }
  await trial('kept')
  await bill('kept', 'paid', '01-15', 1000)
  await trial('paid late')
  await bill('paid late', 'void', '01-15', 1000)
  await bill('paid late', 'paid', '03-15', 1000)
  await trial('owes', { status: 'past_due' })
  await bill('owes', 'open', '01-15', 1000)
  await trial('without a card', { status: 'paused' })
  await trial('free', {})
  await bill('free', 'paid', '01-15', 0)
  await trial('left at its end', { status: 'canceled', ended_at: at('01-15') })
  await trial('left before', { status: 'canceled', trial_end: at('02-05'), ended_at: at('01-10') })
  await trial('longer', { trial_end: at('02-05') })
  await trial('test', { livemode: false })
  expect(await view('trial_months', 'livemode, month, ended, converted, rate', 'livemode, month')).toEqual([
    [false, '2026-01', 1, 0, 0],
    [true, '2026-01', 7, 2, 0.2857],
    [true, '2026-02', 1, 0, 0],
  ])
})
