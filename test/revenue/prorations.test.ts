import { expect, test } from 'vitest'
import { openBilled, period } from './billed.ts'

/* The past of subscriptions that changed within a period, computed by hand. Amounts are in cents. */

/** Of the second half of February, with the amount of the part as the amount of a unit, as Stripe's invoice items have it. */
const part = (amount: number, more = {}) => ({
  ...period('02-15', '03-01'),
  proration: true,
  subscription_item_id: null,
  price_id: null,
  amount,
  unit_amount_decimal: String(amount),
  ...more,
})

test('a part of a period has the price’s amount, though the line names the part’s as that of a unit', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('large', { unit_amount: 2000 })
  await price('boxes', { unit_amount: 500, divide_by: 10, round: 'up' })
  for (const id of ['boxes', 'seats', 'upgrade']) {
    await gone(id)
    const item = { subscription_item_id: `si_${id}_0` }
    await insert('invoice_items', { id: `ii_${id}_off`, ...item, price_id: 'p' })
  }
  await insert('invoice_items', { id: 'ii_upgrade', subscription_item_id: 'si_upgrade_0', price_id: 'large' })
  await insert('invoice_items', { id: 'ii_seats', subscription_item_id: 'si_seats_0', price_id: 'p' })
  await insert('invoice_items', { id: 'ii_boxes', subscription_item_id: 'si_boxes_0', price_id: 'boxes' })
  for (const id of ['upgrade', 'seats', 'boxes'])
    await bill(id, {}, { ...period('02-01', '03-01'), amount: 1000, unit_amount_decimal: '1000' })
  await bill(
    'upgrade',
    {},
    part(-500, { invoice_item_id: 'ii_upgrade_off' }),
    part(1000, { invoice_item_id: 'ii_upgrade' }),
  )
  await bill(
    'seats',
    {},
    part(-500, { invoice_item_id: 'ii_seats_off' }),
    part(1500, { invoice_item_id: 'ii_seats', quantity: 3, unit_amount_decimal: '500' }),
  )
  await bill(
    'boxes',
    {},
    part(-500, { invoice_item_id: 'ii_boxes_off' }),
    part(750, { invoice_item_id: 'ii_boxes', quantity: 21, unit_amount_decimal: '35.714285714286' }),
  )
  expect(await past()).toEqual([
    ['boxes', 'active', 1000, 1000, '02-01 02-15'],
    ['boxes', 'active', 1500, 1500, '02-15 03-01'], // ceil(21 / 10) × 500
    ['seats', 'active', 1000, 1000, '02-01 02-15'],
    ['seats', 'active', 3000, 3000, '02-15 03-01'], // 3 × 1000
    ['upgrade', 'active', 1000, 1000, '02-01 02-15'],
    ['upgrade', 'active', 2000, 2000, '02-15 03-01'],
  ])
})

test('a line in another currency than its price has the option’s amount, else what the line comes to', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('listed', { unit_amount: 1000, currency: 'usd' })
  await price('inside', { unit_amount: 1000, currency: 'usd', currency_options: { eur: { unit_amount: 800 } } })
  await price('unknown', { unit_amount: 1000, currency: 'usd' })
  await insert('price_options', { id: 'listed', currency_options: { eur: { unit_amount_decimal: '900' } } })
  for (const price_id of ['inside', 'listed', 'unknown']) {
    await gone(price_id)
    await insert('invoice_items', { id: `ii_${price_id}`, subscription_item_id: `si_${price_id}_0`, price_id })
    await bill(price_id, {}, { ...period('02-01', '02-15'), price_id, amount: 700 })
    await bill(price_id, {}, part(350, { invoice_item_id: `ii_${price_id}` }))
  }
  expect(await past()).toEqual([
    ['inside', 'active', 800, 800, '02-01 03-01'],
    ['listed', 'active', 900, 900, '02-01 03-01'],
    ['unknown', 'active', 700, 700, '02-01 03-01'], // 700, and 350 × 28 / 14
  ])
})

test('an upgrade and its downgrade within a month are both, and within a day neither', async () => {
  const { price, subscribe, insert, bill, past, view } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('large', { unit_amount: 1500 })
  const seen = { observed_at: '2026-06-01T00:00:00Z' }
  const back = { 'within a month': '2026-02-22T00:00:00Z', 'within a day': '2026-02-15T12:00:00Z' }
  for (const [id, period_start] of Object.entries(back)) {
    await subscribe(id, { ...seen, items: [{ price_id: 'p', ...seen }] })
    const item = { subscription_item_id: `si_${id}_0` }
    await insert('invoice_items', { id: `${id} p`, ...item, price_id: 'p' })
    await insert('invoice_items', { id: `${id} large`, ...item, price_id: 'large' })
    await bill(id, {}, { ...period('02-01', '03-01'), amount: 1000 })
    await bill(
      id,
      {},
      part(-500, { invoice_item_id: `${id} p` }),
      part(750, { invoice_item_id: `${id} large` }),
      part(-375, { invoice_item_id: `${id} large`, period_start }),
      part(250, { invoice_item_id: `${id} p`, period_start }),
      { ...period('03-01', '04-01'), amount: 1000 },
    )
  }
  await past()
  expect(await view('mrr_changes', 'customer_id, day::text, kind, mrr_before, mrr_after', 'customer_id, day')).toEqual([
    ['cus_within a day', '2026-02-01', 'new', 0, 1000],
    ['cus_within a month', '2026-02-01', 'new', 0, 1000],
    ['cus_within a month', '2026-02-15', 'expansion', 1000, 1500],
    ['cus_within a month', '2026-02-22', 'contraction', 1500, 1000],
  ])
  expect(
    (
      await view('mrr_months', 'month, opening, new, expansion, contraction, closing, gross_churn_rate, grr', 'month')
    )[0],
  ).toEqual(['2026-02', 0, 2000, 500, 500, 2000, null, null])
})

test('a part of a period has the discounts of the whole periods around it, which its line does not name', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('large', { unit_amount: 2000 })
  await insert('coupons', { id: 'forever', duration: 'forever' }, { id: 'once', duration: 'once' })
  await insert('discounts', { id: 'd_forever', coupon_id: 'forever' }, { id: 'd_once', coupon_id: 'once' })
  const off = (amount: number, discount = 'd_forever') => ({
    discount_amount: amount,
    raw: { discount_amounts: [{ amount, discount }] },
  })
  const upgrade = async (id: string, before: object, after?: object) => {
    await gone(id)
    await insert('invoice_items', { id: `ii_${id}`, subscription_item_id: `si_${id}_0`, price_id: 'large' })
    await bill(id, {}, { ...period('02-01', '03-01'), amount: 1000, ...before })
    await bill(id, {}, part(800, { invoice_item_id: `ii_${id}` }))
    if (after) await bill(id, {}, { ...period('03-01', '04-01'), price_id: 'large', amount: 2000, ...after })
  }
  await upgrade('amount off', off(200), off(200))
  await upgrade('begins later', {}, off(400))
  await upgrade('ended', off(200), {})
  await upgrade('last', off(200))
  await upgrade('once', off(200, 'd_once'), {})
  await upgrade('percent', off(200), off(400))
  expect(await past()).toEqual([
    ['amount off', 'active', 1000, 800, '02-01 02-15'],
    ['amount off', 'active', 2000, 1800, '02-15 04-01'],
    ['begins later', 'active', 1000, 1000, '02-01 02-15'],
    ['begins later', 'active', 2000, 2000, '02-15 03-01'],
    ['begins later', 'active', 2000, 1600, '03-01 04-01'],
    ['ended', 'active', 1000, 800, '02-01 02-15'],
    ['ended', 'active', 2000, 2000, '02-15 04-01'],
    ['last', 'active', 1000, 800, '02-01 02-15'],
    ['last', 'active', 2000, 1600, '02-15 03-01'], // as before: 800 / 1000
    ['once', 'active', 1000, 1000, '02-01 02-15'],
    ['once', 'active', 2000, 2000, '02-15 04-01'],
    ['percent', 'active', 1000, 800, '02-01 02-15'],
    ['percent', 'active', 2000, 1600, '02-15 04-01'],
  ])
})

test('a discount that has ended before a part of a period is none of its discounts', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 12000, interval: 'year' })
  await price('large', { unit_amount: 24000, interval: 'year' })
  await insert('coupons', { id: 'repeating', duration: 'repeating' })
  await gone('s', { ended_at: '2026-06-01T00:00:00Z' })
  await insert('discounts', { id: 'd', coupon_id: 'repeating', ends_at: '2026-02-01T00:00:00Z' })
  await insert('invoice_items', { id: 'ii', subscription_item_id: 'si_s_0', price_id: 'large' })
  const year = { period_start: '2026-01-01T00:00:00Z', period_end: '2027-01-01T00:00:00Z' }
  const off = { discount_amount: 2400, raw: { discount_amounts: [{ amount: 2400, discount: 'd' }] } }
  await bill('s', {}, { ...year, amount: 12000, ...off })
  await bill('s', {}, part(21041, { invoice_item_id: 'ii', period_end: year.period_end }))
  expect(await past()).toEqual([
    ['s', 'active', 1000, 800, '01-01 02-01'], // 12000 / 12, and 20 % off
    ['s', 'active', 1000, 1000, '02-01 02-15'],
    ['s', 'active', 2000, 2000, '02-15 06-01'],
  ])
})
