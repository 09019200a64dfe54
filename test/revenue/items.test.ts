import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* What the items of a subscription are worth, computed by hand. Amounts are in cents. */

test('the amount of one interval becomes that of a month, and a sum is rounded once', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('month', { unit_amount: 1000 })
  await price('quarter', { unit_amount: 1000, interval_count: 3 })
  await price('year', { unit_amount: 12006, interval: 'year' })
  await price('week', { unit_amount: 300, interval: 'week' })
  await price('fortnight', { unit_amount: 300, interval: 'week', interval_count: 2 })
  await price('day', { unit_amount: 12, interval: 'day' })
  await price('fine', { unit_amount: null, unit_amount_decimal: '0.5' })
  await price('used', { unit_amount: 10, usage_type: 'metered' })
  await price('paypal', { unit_amount: 700, usage_type: null })
  for (const name of ['month', 'quarter', 'year', 'week', 'fortnight', 'day', 'fine', 'used', 'missing', 'paypal'])
    await subscribe(name, { items: [{ price_id: name, quantity: name === 'paypal' ? null : 2 }] })
  expect(await view('item_mrr', 'subscription_id, amount, round(mrr, 4), metered', 'subscription_id')).toEqual([
    ['day', 24, 730, false], // 24 × 365 / 12
    ['fine', 1, 1, false],
    ['fortnight', 600, 1300, false], // 600 × 52 / 12 / 2
    ['missing', null, null, false],
    ['month', 2000, 2000, false],
    ['paypal', 700, 700, false], // no quantity is one
    ['quarter', 2000, 666.6667, false],
    ['used', null, null, true],
    ['week', 600, 2600, false], // 600 × 52 / 12
    ['year', 24012, 2001, false],
  ])
  // 730 + 1 + 1300 + 2000 + 700 + 666.67 + 2600 + 2001 = 9998.67
  expect(await view('mrr', 'mrr, gross_mrr, subscriptions, customers, unpriced_items')).toEqual([
    [9999, 9999, 10, 8, 1],
  ])
})

test('half a cent is rounded away from zero after the sum, and twelfths add up', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('twelfth', { unit_amount: 1, interval: 'year' })
  for (let n = 0; n < 6; n++) await subscribe(`s${n}`, { items: [{ price_id: 'twelfth' }] })
  expect(await view('mrr', 'mrr')).toEqual([[1]]) // 6 × 1 / 12 = 0.5
})

test('packages are rounded up or down, and tiers are volume or graduated', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('up', { unit_amount: 500, divide_by: 10, round: 'up' })
  await price('down', { unit_amount: 500, divide_by: 10, round: 'down' })
  for (const mode of ['volume', 'graduated']) {
    await price(mode, { billing_scheme: 'tiered', tiers_mode: mode })
    await insert(
      'price_tiers',
      { id: `${mode}:1`, price_id: mode, position: 1, up_to: 5, unit_amount: 100, flat_amount: 50 },
      { id: `${mode}:2`, price_id: mode, position: 2, up_to: 10, unit_amount: 80 },
      { id: `${mode}:3`, price_id: mode, position: 3, up_to: null, unit_amount_decimal: '60.5', flat_amount: 7 },
    )
    for (const quantity of [5, 6, 12]) await subscribe(`${mode} ${quantity}`, { items: [{ price_id: mode, quantity }] })
  }
  await price('unread', { billing_scheme: 'tiered', tiers_mode: 'volume' })
  for (const name of ['up', 'down', 'unread']) await subscribe(name, { items: [{ price_id: name, quantity: 21 }] })
  expect(await view('item_mrr', 'subscription_id, mrr', 'subscription_id')).toEqual([
    ['down', 1000], // floor(21 / 10) × 500
    ['graduated 12', 1078], // 5 × 100 + 50 + 5 × 80 + 2 × 60.5 + 7
    ['graduated 5', 550],
    ['graduated 6', 630], // 550 + 80
    ['unread', null],
    ['up', 1500], // ceil(21 / 10) × 500
    ['volume 12', 733], // 12 × 60.5 + 7
    ['volume 5', 550], // 5 is still of the first tier
    ['volume 6', 480],
  ])
})

test('an item in another currency than its price has the amount of the price’s currency option', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('listed', { unit_amount: 1000, currency: 'usd' })
  await price('unknown', { unit_amount: 1000, currency: 'usd' })
  await insert('price_options', {
    id: 'listed',
    currency_options: { eur: { unit_amount: 900, unit_amount_decimal: '900' } },
  })
  await subscribe('a', { items: [{ price_id: 'listed', quantity: 2 }, { price_id: 'unknown' }] })
  expect(await view('item_mrr', 'price_id, currency, mrr', 'price_id')).toEqual([
    ['listed', 'eur', 1800],
    ['unknown', 'eur', null],
  ])
  expect(await view('mrr', 'currency, mrr, unpriced_items')).toEqual([['eur', 1800, 1]])
})

test('the states of a subscription decide what counts', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  const items = [{ price_id: 'p' }]
  for (const status of [
    'active',
    'past_due',
    'trialing',
    'paused',
    'unpaid',
    'canceled',
    'incomplete',
    'incomplete_expired',
    'mislaid',
  ])
    await subscribe(status, { status, items })
  await subscribe('collects nothing', { pause_behavior: 'void', items })
  await subscribe('leaves', { cancel_at_period_end: true, canceled_at: '2026-01-01T00:00:00Z', items })
  await subscribe('gone', { deleted_at: '2026-01-01T00:00:00Z', items })
  expect(await view('item_mrr', 'subscription_id, state, canceling', 'subscription_id')).toEqual([
    ['active', 'active', false],
    ['canceled', 'canceled', false],
    ['collects nothing', 'paused', false],
    ['incomplete', 'pending', false],
    ['incomplete_expired', 'never', false],
    ['leaves', 'active', true],
    ['mislaid', null, false],
    ['past_due', 'past_due', false],
    ['paused', 'paused', false],
    ['trialing', 'trialing', false],
    ['unpaid', 'unpaid', false],
  ])
  expect(await view('mrr', 'mrr, canceling_mrr, paused_mrr, trialing_mrr, subscriptions, customers')).toEqual([
    [3000, 1000, 2000, 1000, 3, 3],
  ])
  expect(await view('unmapped', 'kind, status, rows')).toEqual([['subscription', 'mislaid', 1]])
})

test('a tax that the price contains is taken out by the share of the latest line', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1190, tax_behavior: 'inclusive' })
  await subscribe('a', { items: [{ price_id: 'p', quantity: 2 }] })
  const line = { invoice_id: 'in_1', subscription_id: 'a', subscription_item_id: 'si_a_0' }
  await insert(
    'invoice_lines',
    { id: 'old', ...line, amount: 1190, inclusive_tax_amount: 0, period_start: '2026-01-01T00:00:00Z' },
    { id: 'new', ...line, amount: 1190, inclusive_tax_amount: 190, period_start: '2026-02-01T00:00:00Z' },
  )
  expect(await view('mrr', 'mrr, gross_mrr')).toEqual([[2000, 2000]]) // 2380 × (1190 − 190) / 1190
})

test('accounts, modes and currencies are kept apart', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await price('bhd', { unit_amount: 12345, currency: 'bhd' })
  await subscribe('a', { items: [{ price_id: 'p' }] })
  await subscribe('b', { currency: 'bhd', items: [{ price_id: 'bhd' }] })
  await insert('prices', {
    id: 'p',
    account: 'acct_1:test',
    livemode: false,
    unit_amount: 5,
    currency: 'eur',
    interval: 'month',
    interval_count: 1,
  })
  await insert('subscriptions', {
    id: 'a',
    account: 'acct_1:test',
    livemode: false,
    status: 'active',
    currency: 'eur',
    customer_id: 'c',
  })
  await insert('subscription_items', {
    id: 'si_a_0',
    account: 'acct_1:test',
    subscription_id: 'a',
    price_id: 'p',
    quantity: 1,
  })
  expect(await view('mrr', 'account, livemode, currency, mrr', 'account, currency')).toEqual([
    ['acct_1', true, 'bhd', 12345],
    ['acct_1', true, 'eur', 1000],
    ['acct_1:test', false, 'eur', 5],
  ])
})
