import { expect, test } from 'vitest'
import { openAccount } from './account.ts'
import { openBilled, period } from './billed.ts'

/* Rules that meet in one subscription or one customer, computed by hand. Amounts are in cents. */

const soon = () => new Date(Date.now() + 86_400_000).toISOString()

test('a pause of collection makes every running state a pause, and a planned end no trial a cancellation', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  const items = [{ price_id: 'p' }]
  for (const status of ['active', 'past_due', 'trialing', 'unpaid', 'canceled', 'incomplete'])
    await subscribe(status, { status, pause_behavior: 'keep_as_draft', items })
  await subscribe('ends on a day', { cancel_at: soon(), items })
  await subscribe('ends with its period', { cancel_at_period_end: true, status: 'past_due', items })
  await subscribe('trial that ends', { cancel_at_period_end: true, status: 'trialing', trial_end: soon(), items })
  await subscribe('ended', { cancel_at_period_end: true, status: 'canceled', items })
  expect(await view('item_mrr', 'subscription_id, state, canceling', 'item_id')).toEqual([
    ['active', 'paused', false],
    ['canceled', 'canceled', false],
    ['ended', 'canceled', false],
    ['ends on a day', 'active', true],
    ['ends with its period', 'past_due', true],
    ['incomplete', 'pending', false],
    ['past_due', 'paused', false],
    ['trial that ends', 'trialing', true],
    ['trialing', 'paused', false],
    ['unpaid', 'unpaid', false],
  ])
  expect(await view('mrr', 'mrr, canceling_mrr, paused_mrr, trialing_mrr, subscriptions')).toEqual([
    [2000, 2000, 3000, 1000, 2],
  ])
})

test('discounts of both levels, of both kinds and of each duration meet on one subscription', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('a', { unit_amount: 4000 })
  await price('b', { unit_amount: 1000 })
  await price('boxes', { unit_amount: 500, divide_by: 10, round: 'up' })
  await insert(
    'coupons',
    { id: 'half', percent_off: '50', duration: 'forever' },
    { id: 'nine', amount_off: 900, currency: 'eur', duration: 'repeating' },
    { id: 'once', percent_off: '50', duration: 'once' },
    { id: 'third', percent_off: '33.3', duration: 'forever' },
    { id: 'of b', amount_off: 1500, currency: 'eur', duration: 'forever', applies_to: { products: ['prod_b'] } },
  )
  for (const coupon_id of ['half', 'nine', 'once', 'third', 'of b'])
    await insert('discounts', { id: `d_${coupon_id}`, coupon_id, starts_at: '2026-01-01T00:00:00Z' })
  const off = (...coupons: string[]) => ({ discount_ids: coupons.map((id) => `d_${id}`) })
  await subscribe('boxes', { ...off('third'), items: [{ price_id: 'boxes', quantity: 25 }] })
  await subscribe('item first', { ...off('nine'), items: [{ price_id: 'a', ...off('half') }, { price_id: 'b' }] })
  await subscribe('limited', { ...off('of b', 'half'), items: [{ price_id: 'a' }, { price_id: 'b' }] })
  await subscribe('once first', { ...off('once', 'nine'), items: [{ price_id: 'a' }] })
  await subscribe('trial', { ...off('half'), status: 'trialing', items: [{ price_id: 'a' }] })
  expect(
    await view('item_mrr', 'item_id, gross_mrr, forever_discount, repeating_discount, once_discount, mrr', 'item_id'),
  ).toEqual([
    ['si_boxes_0', 1500, 499.5, 0, 0, 1000.5], // ceil(25 / 10) × 500 × 66.7 %
    ['si_item first_0', 4000, 2000, 600, 0, 1400], // 2000 and 1000 are left: 900 × 2 / 3
    ['si_item first_1', 1000, 0, 300, 0, 700],
    ['si_limited_0', 4000, 2000, 0, 0, 2000],
    ['si_limited_1', 1000, 1000, 0, 0, 0], // 1500 off it alone, never below 0, and nothing of the other item
    ['si_once first_0', 4000, 0, 900, 1550, 3100], // a discount that is used once is taken off last: 3100 / 2
    ['si_trial_0', 4000, 2000, 0, 0, 2000],
  ])
  // 1000.5 + 1400 + 700 + 2000 + 3100, half a cent away from zero
  expect(await view('mrr', 'mrr, trialing_mrr, customers')).toEqual([[8201, 2000, 4]])
})

test('opposite changes of two subscriptions of a customer on one day are one change, or none', async () => {
  const { price, subscribe, bill, past, view } = await openBilled()
  const seen = { observed_at: '2026-06-01T00:00:00Z' }
  for (const amount of [500, 1000, 1500, 2000]) await price(`p${amount}`, { unit_amount: amount })
  const change = async (id: string, customer_id: string, from: number, to: number) => {
    await subscribe(id, { ...seen, customer_id, items: [{ price_id: `p${to}`, ...seen }] })
    await bill(id, {}, { ...period('02-01', '03-01'), price_id: `p${from}`, amount: from })
    await bill(id, {}, { ...period('03-01', '04-01'), price_id: `p${to}`, amount: to })
  }
  await change('up', 'even', 1000, 2000)
  await change('down', 'even', 1500, 500)
  await change('up more', 'odd', 1000, 2000)
  await change('down less', 'odd', 1500, 1000)
  await past()
  expect(await view('mrr_changes', 'customer_id, day::text, kind, mrr_before, mrr_after', 'customer_id, day')).toEqual([
    ['even', '2026-02-01', 'new', 0, 2500],
    ['odd', '2026-02-01', 'new', 0, 2500],
    ['odd', '2026-03-01', 'expansion', 2500, 3000],
  ])
  expect(
    await view('mrr_months', 'month, opening, expansion, contraction, closing, grr, nrr, arpa', 'month limit 2'),
  ).toEqual([
    ['2026-02', 0, 0, 0, 5000, null, null, 2500],
    ['2026-03', 5000, 500, 0, 5500, 1, 1.1, 2750],
  ])
})

test('an invoice that is owed keeps MRR to its period’s end, and only until then if the subscription is unpaid', async () => {
  const { price, subscribe, bill, past } = await openBilled()
  const seen = { observed_at: '2026-06-01T00:00:00Z' }
  await price('p', { unit_amount: 1000 })
  for (const status of ['past_due', 'unpaid', 'incomplete_expired']) {
    await subscribe(status, { ...seen, status, items: [{ price_id: 'p', ...seen }] })
    await bill(status, {}, { ...period('02-01', '03-01'), amount: 1000 })
    await bill(status, { status: 'open' }, { ...period('03-01', '04-01'), amount: 1000 })
  }
  expect(await past()).toEqual([
    ['past_due', 'active', 1000, 1000, '02-01 06-01'], // past due from when it was seen
    ['unpaid', 'active', 1000, 1000, '02-01 04-01'],
  ])
})
