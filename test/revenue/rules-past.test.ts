import { expect, test } from 'vitest'
import { openBilled, period } from './billed.ts'

/* The rules for the past that invoices tell, a subscription each. Amounts are in cents. */

const january = period('01-01', '02-01')
const changes = 'customer_id, day::text, kind, mrr_before, mrr_after, amount'

test('a trial, a month whose invoice is void, a plan that changes within the month and one that becomes yearly', async () => {
  const { price, subscribe, gone, insert, bill, past, view } = await openBilled()
  const seen = { observed_at: '2026-06-01T00:00:00Z' }
  await price('p', { unit_amount: 1000 })
  await price('large', { unit_amount: 2000 })
  await price('yearly', { unit_amount: 12000, interval: 'year' })
  const trial = { trial_start: '2026-01-01T00:00:00Z', trial_end: '2026-01-15T00:00:00Z' }
  await subscribe('trial', { ...seen, ...trial, items: [{ price_id: 'p', ...seen }] })
  await bill('trial', {}, { ...period('01-01', '01-15'), amount: 0 })
  await bill('trial', {}, { ...period('01-15', '02-15'), amount: 1000 })
  await bill('trial', { status: 'void' }, { ...period('02-15', '03-15'), amount: 1000 })
  await bill('trial', {}, { ...period('03-15', '04-15'), amount: 1000 })

  // Prorations name no item and no price: their invoice items do.
  await gone('upgrade', { ended_at: '2026-03-10T00:00:00Z' })
  const item = { subscription_item_id: 'si_upgrade_0' }
  await insert('invoice_items', { id: 'ii_1', ...item, price_id: 'p' }, { id: 'ii_2', ...item, price_id: 'large' })
  const part = { ...period('01-16', '02-01'), proration: true, subscription_item_id: null, price_id: null }
  await bill('upgrade', {}, { ...january, amount: 1000 })
  await bill(
    'upgrade',
    {},
    { ...part, invoice_item_id: 'ii_1', amount: -516 },
    { ...part, invoice_item_id: 'ii_2', amount: 1032 },
    { ...period('02-01', '03-01'), price_id: 'large', amount: 2000 },
  )
  await bill('upgrade', {}, { ...period('03-01', '04-01'), price_id: 'large', amount: 2000 })

  await gone('yearly', { ended_at: '2026-11-01T00:00:00Z' })
  const year = { period_start: '2026-01-10T00:00:00Z', period_end: '2027-01-10T00:00:00Z' }
  await bill('yearly', {}, { ...january, amount: 1000 })
  await bill(
    'yearly',
    {},
    { ...period('01-10', '02-01'), proration: true, amount: -709 },
    { ...year, price_id: 'yearly', amount: 12000 },
  )
  expect(await past()).toEqual([
    ['trial', 'trialing', 0, 0, '01-01 01-15'],
    ['trial', 'active', 1000, 1000, '01-15 02-15'],
    ['trial', 'active', 1000, 1000, '03-15 '],
    ['upgrade', 'active', 1000, 1000, '01-01 01-16'],
    ['upgrade', 'active', 2000, 2000, '01-16 03-10'],
    ['yearly', 'active', 1000, 1000, '01-01 01-10'],
    ['yearly', 'active', 1000, 1000, '01-10 11-01'], // 12000 / 12
  ])
  expect(await view('mrr_changes', changes, 'customer_id, day')).toEqual([
    ['cus_trial', '2026-01-15', 'new', 0, 1000, 1000],
    ['cus_trial', '2026-02-15', 'churn', 1000, 0, 1000],
    ['cus_trial', '2026-03-15', 'reactivation', 0, 1000, 1000],
    ['cus_upgrade', '2026-01-01', 'new', 0, 1000, 1000],
    ['cus_upgrade', '2026-01-16', 'expansion', 1000, 2000, 1000],
    ['cus_upgrade', '2026-03-10', 'churn', 2000, 0, 2000],
    ['cus_yearly', '2026-01-01', 'new', 0, 1000, 1000],
    ['cus_yearly', '2026-11-01', 'churn', 1000, 0, 1000],
  ])
})

test('a week with a discount and a tax that the price contains, a discount of everything, and nothing to pay', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('weekly', { unit_amount: 300, interval: 'week' })
  await insert('coupons', { id: 'fifth', percent_off: '20', duration: 'forever' })
  await insert('discounts', { id: 'd', coupon_id: 'fifth' })
  for (const id of ['all off', 'nothing', 'weekly']) await gone(id)
  const off = (amount: number) => ({
    discount_amount: amount,
    raw: { discount_amounts: [{ discount: 'd', amount }] },
  })
  await bill('all off', {}, { ...january, amount: 1000, ...off(1000) })
  await bill('nothing', {}, { ...january, amount: 0 })
  await bill(
    'weekly',
    {},
    { ...period('01-01', '01-08'), price_id: 'weekly', amount: 300, inclusive_tax_amount: 40, ...off(60) },
  )
  expect(await past()).toEqual([
    ['all off', 'active', 1000, 0, '01-01 02-01'],
    ['nothing', 'active', 0, 0, '01-01 02-01'],
    // 300 × (240 − 40) / 240 × 52 / 12, and 20 % off
    ['weekly', 'active', 1083.3333333333333, 866.6666666666666, '01-01 01-08'],
  ])
})

test('lines of one-time prices, of metered ones and of other tenants and accounts say nothing', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('fee', { unit_amount: 5000, interval: null, interval_count: null, type: 'one_time' })
  await price('used', { unit_amount: 10, usage_type: 'metered' })
  await gone('s')
  const line = { ...january, subscription_item_id: 'si_s_0' }
  await bill(
    's',
    {},
    { ...line, amount: 1000 },
    { ...line, price_id: 'fee', amount: 5000 },
    { ...line, price_id: 'used', amount: 90 },
  )
  await insert('invoices', { id: 'in_x', account: 'acct_2', subscription_id: 's', status: 'paid', currency: 'eur' })
  await insert('invoice_lines', {
    id: 'il_x',
    account: 'acct_2',
    invoice_id: 'in_x',
    subscription_id: 's',
    ...line,
    price_id: 'p',
    amount: 1000,
    currency: 'eur',
  })
  expect(await past()).toEqual([['s', 'active', 1000, 1000, '01-01 02-01']])
})

test('a part that costs nothing sets the MRR to nothing, and the amount of a part is net of discounts already', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('free', { unit_amount: 0 })
  await price('tiers', { billing_scheme: 'tiered', tiers_mode: 'graduated' })
  await insert('coupons', { id: 'fifth', percent_off: '20', duration: 'forever' })
  await insert('discounts', { id: 'd', coupon_id: 'fifth' })
  for (const id of ['discounted part', 'part of tiers', 'to free']) await gone(id)
  const part = { ...period('02-15', '03-01'), proration: true }
  const off = { discount_amount: 100, raw: { discount_amounts: [{ discount: 'd', amount: 100 }] } }
  await bill('discounted part', {}, { ...part, amount: 400, ...off })
  await bill('part of tiers', {}, { ...part, price_id: 'tiers', amount: 400, ...off })
  await bill('to free', {}, { ...period('02-01', '03-01'), amount: 1000 })
  await bill('to free', {}, { ...part, amount: -500 }, { ...part, price_id: 'free', amount: 0 })
  expect(await past()).toEqual([
    ['discounted part', 'active', 1000, 1000, '02-15 03-01'], // the price per unit: its discount shows with the next whole line
    ['part of tiers', 'active', 800, 800, '02-15 03-01'], // 400 × 28 / 14
    ['to free', 'active', 1000, 1000, '02-01 02-15'],
    ['to free', 'active', 0, 0, '02-15 03-01'],
  ])
})

test('the past has the mode of the subscription, as its MRR of now has', async () => {
  const { price, subscribe, bill, past, query, view } = await openBilled()
  const seen = { observed_at: '2026-06-01T00:00:00Z' }
  await price('p', { unit_amount: 1000 })
  await subscribe('s', { items: [{ price_id: 'p', ...seen }], livemode: false, ...seen })
  await bill('s', {}, { ...january, amount: 1000, livemode: null })
  await past()
  expect(await query('select distinct livemode from mrr_history')).toEqual([{ livemode: false }])
  expect(await view('mrr_changes', 'livemode, kind, amount')).toEqual([[false, 'new', 1000]])
})
