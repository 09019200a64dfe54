import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* The rules for prices, an account each. Amounts are in cents. */

test('a price of days, weeks, a quarter or years becomes that of a month', async () => {
  const { price, subscribe, view } = await openAccount()
  const prices = {
    day: [100, 'day', 1],
    'ten days': [1000, 'day', 10],
    week: [700, 'week', 1],
    fortnight: [1500, 'week', 2],
    quarter: [10000, 'month', 3],
    'three years': [100000, 'year', 3],
  } as const
  for (const [id, [unit_amount, interval, interval_count]] of Object.entries(prices)) {
    await price(id, { unit_amount, interval, interval_count })
    await subscribe(id, { items: [{ price_id: id }] })
  }
  expect(await view('item_mrr', 'subscription_id, round(mrr, 2) as mrr', 'item_id')).toEqual([
    ['day', 3041.67], // 100 × 365 / 12
    ['fortnight', 3250], // 1500 × 52 / 12 / 2
    ['quarter', 3333.33], // 10000 / 3
    ['ten days', 3041.67], // 1000 × 365 / 12 / 10
    ['three years', 2777.78], // 100000 / 36
    ['week', 3033.33], // 700 × 52 / 12
  ])
  // 3041.667 + 3250 + 3333.333 + 3041.667 + 2777.778 + 3033.333
  expect(await view('mrr', 'mrr')).toEqual([[18478]])
})

test('thirds of three quarters are whole, though each third would be rounded down', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('quarter', { unit_amount: 10000, interval_count: 3 })
  for (const id of ['a', 'b', 'c']) await subscribe(id, { items: [{ price_id: 'quarter' }] })
  expect(await view('mrr', 'mrr')).toEqual([[10000]]) // 3 × 3333.33
})

/** docs.stripe.com, "Recurring pricing models": the flat fee of the first tier is billed also for a quantity of 0. */
test('the flat amount of the first tier counts also without a unit, in both modes', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  for (const mode of ['graduated', 'volume']) {
    await price(mode, { billing_scheme: 'tiered', tiers_mode: mode, interval: 'year' })
    await insert(
      'price_tiers',
      { id: `${mode}:1`, price_id: mode, position: 1, up_to: 5, unit_amount: 500, flat_amount: 12000 },
      { id: `${mode}:2`, price_id: mode, position: 2, up_to: null, unit_amount: 400, flat_amount: 24000 },
    )
    for (const quantity of [0, 5, 6]) await subscribe(`${mode} ${quantity}`, { items: [{ price_id: mode, quantity }] })
  }
  expect(await view('item_mrr', 'subscription_id, amount, mrr', 'item_id')).toEqual([
    ['graduated 0', 12000, 1000],
    ['graduated 5', 14500, 1208.3333333333333], // 12000 + 5 × 500
    ['graduated 6', 38900, 3241.6666666666665], // 14500 + 24000 + 400
    ['volume 0', 12000, 1000],
    ['volume 5', 14500, 1208.3333333333333],
    ['volume 6', 26400, 2200], // 6 × 400 + 24000
  ])
})

test('a quantity of 0 and metered usage alone are subscriptions without MRR', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await price('used', { unit_amount: 200, usage_type: 'metered' })
  await subscribe('none', { items: [{ price_id: 'p', quantity: 0 }] })
  await subscribe('with usage', { items: [{ price_id: 'p' }, { price_id: 'used', quantity: null }] })
  await subscribe('usage alone', { items: [{ price_id: 'used', quantity: null }] })
  expect(await view('mrr', 'mrr, subscriptions, customers, unpriced_items')).toEqual([[1000, 3, 1, 0]])
})

test('an amount off of one currency lowers an item in another by the coupon’s option alone', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000, currency: 'usd' })
  await insert('price_options', { id: 'p', currency_options: { eur: { unit_amount: 900 } } })
  const off = { amount_off: 500, currency: 'usd', duration: 'forever' }
  await insert('coupons', { id: 'dollars', ...off }, { id: 'both', ...off })
  await insert('coupon_options', { id: 'both', currency_options: { eur: { amount_off: 400 } } })
  for (const coupon_id of ['dollars', 'both']) {
    await insert('discounts', { id: `d_${coupon_id}`, coupon_id })
    for (const currency of ['eur', 'usd'])
      await subscribe(`${coupon_id} ${currency}`, {
        currency,
        discount_ids: [`d_${coupon_id}`],
        items: [{ price_id: 'p' }],
      })
  }
  expect(await view('item_mrr', 'subscription_id, gross_mrr, forever_discount, mrr', 'item_id')).toEqual([
    ['both eur', 900, 400, 500],
    ['both usd', 1000, 500, 500],
    ['dollars eur', 900, 0, 900],
    ['dollars usd', 1000, 500, 500],
  ])
})
