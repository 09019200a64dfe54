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

test('discounts go item first, then subscription, and the customer’s only where there is neither', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await price('y', { unit_amount: 12000, interval: 'year' })
  await insert(
    'coupons',
    { id: 'half', percent_off: '50', duration: 'forever', deleted_at: '2026-01-01T00:00:00Z' },
    { id: 'ten', amount_off: 1000, currency: 'eur', duration: 'repeating' },
    { id: 'quarter', percent_off: '25', duration: 'once' },
    { id: 'only y', percent_off: '10', duration: 'forever' },
  )
  await insert('coupon_options', { id: 'only y', applies_to: ['prod_y'] })
  const discount = (id: string, coupon_id: string, more = {}) =>
    insert('discounts', { id, coupon_id, starts_at: '2025-01-01T00:00:00Z', ...more })
  await discount('d_half', 'half')
  await discount('d_ten', 'ten', { ends_at: '2099-01-01T00:00:00Z' })
  await discount('d_over', 'ten', { ends_at: '2026-01-01T00:00:00Z' })
  await discount('d_once', 'quarter')
  await discount('d_y', 'only y')
  const of = (...discount_ids: string[]) => ({ discount_ids })
  await subscribe('amount then half', { ...of('d_ten', 'd_half'), items: [{ price_id: 'p', quantity: 3 }] })
  await subscribe('half then amount', { ...of('d_half', 'd_ten'), items: [{ price_id: 'p', quantity: 3 }] })
  await subscribe('item and subscription', {
    ...of('d_half'),
    items: [{ price_id: 'p', ...of('d_half') }, { price_id: 'p' }],
  })
  await subscribe('limited', { ...of('d_y'), items: [{ price_id: 'y' }] })
  await subscribe('not limited to it', { ...of('d_y'), items: [{ price_id: 'p' }] })
  await subscribe('once', { ...of('d_once'), items: [{ price_id: 'p' }] })
  await subscribe('over', { ...of('d_over'), items: [{ price_id: 'p' }] })
  await subscribe('spread', { ...of('d_ten'), items: [{ price_id: 'p' }, { price_id: 'p', quantity: 3 }] })
  await subscribe('year', { ...of('d_ten'), items: [{ price_id: 'y' }] })
  await subscribe('never below zero', { ...of('d_ten', 'd_ten'), items: [{ price_id: 'p' }] })
  await insert('customers', {
    id: 'cus_customer',
    raw: { discount: { id: 'di_c', source: { coupon: 'half' }, start: 1 } },
  })
  await subscribe('customer', { items: [{ price_id: 'p' }, { price_id: 'p', ...of('d_once') }] })
  await subscribe('by coupon', { coupon_id: 'half', items: [{ price_id: 'p' }] })
  await subscribe('z once then half', { ...of('d_once', 'd_half'), items: [{ price_id: 'p' }] })
  expect(
    await view(
      'item_mrr',
      'subscription_id, gross_mrr, forever_discount, repeating_discount, once_discount, mrr',
      'item_id',
    ),
  ).toEqual([
    ['amount then half', 3000, 1000, 1000, 0, 1000], // (3000 − 1000) / 2
    ['by coupon', 1000, 500, 0, 0, 500],
    ['customer', 1000, 500, 0, 0, 500],
    ['customer', 1000, 0, 0, 250, 1000], // it has a discount of its own
    ['half then amount', 3000, 1500, 1000, 0, 500], // 3000 / 2 − 1000
    ['item and subscription', 1000, 750, 0, 0, 250],
    ['item and subscription', 1000, 500, 0, 0, 500],
    ['limited', 1000, 100, 0, 0, 900],
    ['never below zero', 1000, 0, 1000, 0, 0],
    ['not limited to it', 1000, 0, 0, 0, 1000],
    ['once', 1000, 0, 0, 250, 1000],
    ['over', 1000, 0, 0, 0, 1000],
    ['spread', 1000, 0, 250, 0, 750], // 1000 × 1000 / 4000
    ['spread', 3000, 0, 750, 0, 2250],
    ['year', 1000, 0, 83.33333333333333, 0, 916.6666666666666], // (12000 − 1000) / 12
    ['z once then half', 1000, 500, 0, 125, 500], // 1000 / 2, and a quarter of what is left
  ])
})

test('an amount off is that of the subscription’s currency, and a discount begins and ends', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  const off = (id: string) => ({ id, amount_off: 400, currency: 'usd', duration: 'forever' })
  await insert('coupons', off('dollars'), off('listed'), { id: 'half', percent_off: '50', duration: 'forever' })
  await insert('coupon_options', { id: 'listed', currency_options: { eur: { amount_off: 300 } } })
  for (const coupon_id of ['dollars', 'listed', 'unknown']) {
    await insert('discounts', { id: `d_${coupon_id}`, coupon_id })
    await subscribe(coupon_id, { discount_ids: [`d_${coupon_id}`], items: [{ price_id: 'p' }] })
  }
  await insert('discounts', { id: 'd_later', coupon_id: 'half', starts_at: '2099-01-01T00:00:00Z' })
  await subscribe('later', { discount_ids: ['d_later'], items: [{ price_id: 'p' }] })
  await insert('customers', { id: 'cus_both', raw: { discount: { id: 'di_c', source: { coupon: 'half' }, start: 1 } } })
  await subscribe('both', { discount_ids: ['d_listed'], items: [{ price_id: 'p' }] })
  expect(await view('item_mrr', 'subscription_id, forever_discount, mrr', 'subscription_id')).toEqual([
    ['both', 300, 700], // the subscription has a discount, so that the customer's does not count
    ['dollars', 0, 1000],
    ['later', 0, 1000],
    ['listed', 300, 700],
    ['unknown', 0, 1000],
  ])
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
