import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* Recovery, receivables and trials, computed by hand. Amounts are in cents. */

const may = (day: string) => `2026-05-${day}T12:00:00Z`
const june = (day: string) => `2026-06-${day}T12:00:00Z`

test('three attempts are one failed invoice, and the first after a trial is none', async () => {
  const { insert, view, subscribe, price } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await subscribe('s', { items: [{ price_id: 'p' }], trial_end: may('01') })
  const failed = async (id: string, status: string, billing_reason: string, created_at: string) => {
    await insert('invoices', {
      id,
      subscription_id: 's',
      customer_id: 'cus_s',
      status,
      currency: 'eur',
      amount_due: 1000,
      billing_reason,
      created_at,
    })
    await insert('invoice_payments', { id: `ip_${id}`, invoice_id: id, payment_intent_id: `pi_${id}` })
    for (const attempt of [1, 2, 3])
      await insert('payments', {
        id: `${id} ${attempt}`,
        payment_intent_id: `pi_${id}`,
        status: 'failed',
        currency: 'eur',
        amount: 1000,
        created_at: attempt === 1 ? created_at : june('20'),
      })
  }
  await failed('first', 'open', 'subscription_cycle', may('01'))
  await failed('won', 'paid', 'subscription_cycle', may('10'))
  await failed('lost', 'void', 'subscription_update', may('11'))
  await failed('open', 'open', 'subscription_threshold', may('12'))
  await failed('given up', 'uncollectible', 'subscription_cycle', may('14'))
  await failed('manual', 'open', 'manual', may('13'))
  expect(
    await view(
      'recovery',
      'month, failed_invoices, failed_amount, recovered_invoices, recovered_amount, lost_amount, open_amount, recovery_rate',
    ),
  ).toEqual([['2026-05', 4, 4000, 1, 1000, 2000, 1000, 0.25]])
})

test('what is owed at the end of a month is what was finalized and not settled by then', async () => {
  const { insert, view } = await openAccount()
  await insert(
    'invoices',
    {
      id: 'a',
      status: 'paid',
      currency: 'eur',
      total: 3100,
      amount_due: 3100,
      finalized_at: may('01'),
      paid_at: june('15'),
    },
    { id: 'b', status: 'open', currency: 'eur', total: 1000, amount_due: 1000, finalized_at: may('02') },
    {
      id: 'c',
      status: 'void',
      currency: 'eur',
      total: 9000,
      amount_due: 9000,
      finalized_at: may('03'),
      voided_at: may('04'),
    },
    { id: 'd', status: 'draft', currency: 'eur', total: 9000, amount_due: 9000 },
    {
      id: 'e',
      status: 'paid',
      currency: 'eur',
      total: 2100,
      amount_due: 2100,
      finalized_at: may('05'),
      paid_at: may('05'),
    },
    {
      id: 'g',
      status: 'uncollectible',
      currency: 'eur',
      total: 500,
      amount_due: 500,
      finalized_at: may('06'),
      marked_uncollectible_at: june('10'),
    },
    // More was credited than was due.
    { id: 'f', status: 'open', currency: 'usd', total: -500, amount_due: -500, finalized_at: may('02') },
  )
  expect(await view('receivables', 'currency, month, billed, receivable, dso', 'month, currency limit 4')).toEqual([
    ['eur', '2026-05', 6700, 4600, 21.3], // 4600 / 6700 × 31
    ['usd', '2026-05', -500, -500, 31],
    ['eur', '2026-06', 0, 1000, null],
    ['usd', '2026-06', 0, -500, null],
  ])
})

test('a trial converts by a paid invoice with a line above 0 from its end on', async () => {
  const { insert, view, subscribe, price } = await openAccount()
  await price('p', { unit_amount: 1000 })
  const items = [{ price_id: 'p' }]
  await subscribe('kept', { items, trial_end: may('10') })
  await subscribe('unpaid', { items, trial_end: may('10') })
  await subscribe('left', { status: 'canceled', items, trial_end: june('10'), ended_at: may('20') })
  await subscribe('runs', { status: 'trialing', items, trial_end: '2099-01-01T00:00:00Z' })
  for (const [id, status] of [
    ['kept', 'paid'],
    ['unpaid', 'open'],
  ] as const) {
    await insert(
      'invoices',
      { id: `trial ${id}`, subscription_id: id, status: 'paid', currency: 'eur' },
      { id: `first ${id}`, subscription_id: id, status, currency: 'eur' },
    )
    await insert(
      'invoice_lines',
      { id: `l0 ${id}`, invoice_id: `trial ${id}`, subscription_id: id, amount: 0, period_start: may('10') },
      { id: `l1 ${id}`, invoice_id: `first ${id}`, subscription_id: id, amount: 1000, period_start: may('10') },
    )
  }
  // Paid during the trial, for something else.
  await insert('invoices', { id: 'setup', subscription_id: 'unpaid', status: 'paid', currency: 'eur' })
  await insert('invoice_lines', {
    id: 'l_setup',
    invoice_id: 'setup',
    subscription_id: 'unpaid',
    amount: 500,
    period_start: '2026-05-10T11:59:59Z',
  })
  expect(await view('trial_months', 'month, ended, converted, rate')).toEqual([['2026-05', 3, 1, 0.3333]])
})
