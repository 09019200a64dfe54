import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* The rules of ../shared/facts/subscription-metrics.md for what is billed now, an account each. Amounts are in cents. */

test('a package that is begun counts if packages are rounded up, and none does of nothing', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('up', { unit_amount: 1000, divide_by: 10, round: 'up' })
  // As a row has it that was stored before the column was there.
  await price('down', { unit_amount: 1000, divide_by: 10, raw: { transform_quantity: { round: 'down' } } })
  await price('volume', { billing_scheme: 'tiered', tiers_mode: 'volume', interval: 'year' })
  await insert(
    'price_tiers',
    { id: 'v:2', price_id: 'volume', position: 2, up_to: null, unit_amount: 600, flat_amount: 1200 },
    { id: 'v:1', price_id: 'volume', position: 1, up_to: 10, unit_amount: 1200 },
  )
  for (const name of ['up', 'down'])
    for (const quantity of [0, 9, 10, 11])
      await subscribe(`${name} ${quantity}`, { items: [{ price_id: name, quantity }] })
  for (const quantity of [0, 10, 11])
    await subscribe(`volume ${quantity}`, { items: [{ price_id: 'volume', quantity }] })
  expect(await view('item_mrr', 'subscription_id, mrr', 'subscription_id collate "C"')).toEqual([
    ['down 0', 0],
    ['down 10', 1000],
    ['down 11', 1000],
    ['down 9', 0],
    ['up 0', 0],
    ['up 10', 1000],
    ['up 11', 2000],
    ['up 9', 1000],
    ['volume 0', 0],
    ['volume 10', 1000], // 10 × 1200 / 12
    ['volume 11', 650], // (11 × 600 + 1200) / 12: all units at the last tier
  ])
})

test('a discount lowers what one interval costs, before the month is made of it', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('week', { unit_amount: 1000, interval: 'week' })
  await price('a', { unit_amount: 400 })
  await price('b', { unit_amount: 1000 })
  await price('gross', { unit_amount: 1190, tax_behavior: 'inclusive' })
  await insert(
    'coupons',
    { id: 'four', amount_off: 400, currency: 'eur', duration: 'repeating' },
    { id: 'five', amount_off: 500, currency: 'eur', duration: 'forever', applies_to: { products: ['prod_a'] } },
    { id: 'half', percent_off: '50', duration: 'forever' },
    { id: 'all', percent_off: '100', duration: 'forever' },
  )
  await insert(
    'discounts',
    { id: 'd_four', coupon_id: 'four', starts_at: '2020-01-01T00:00:00Z', ends_at: '2099-01-01T00:00:00Z' },
    { id: 'd_ended', coupon_id: 'four', starts_at: '2020-01-01T00:00:00Z', ends_at: '2020-04-01T00:00:00Z' },
    { id: 'd_five', coupon_id: 'five' },
    { id: 'd_half', coupon_id: 'half' },
    { id: 'd_all', coupon_id: 'all' },
    { id: 'd_removed', coupon_id: 'half', deleted_at: '2026-01-01T00:00:00Z' },
  )
  const restricted = (discount: string, ...prices: readonly string[]) => ({
    discount_ids: [discount],
    items: prices.map((price_id) => ({ price_id })),
  })
  await subscribe('all', restricted('d_all', 'b'))
  await subscribe('ended', restricted('d_ended', 'week'))
  await subscribe('limited', restricted('d_five', 'a', 'b'))
  await subscribe('removed', restricted('d_removed', 'b'))
  await subscribe('taxed', restricted('d_half', 'gross'))
  await subscribe('weekly', restricted('d_four', 'week'))
  await insert('invoice_lines', {
    id: 'il_1',
    invoice_id: 'in_1',
    subscription_id: 'taxed',
    subscription_item_id: 'si_taxed_0',
    amount: 1190,
    discount_amount: 595,
    inclusive_tax_amount: 95,
    period_start: '2026-01-01T00:00:00Z',
  })
  expect(
    await view(
      'item_mrr',
      'subscription_id, round(gross_mrr, 2) as gross, round(forever_discount + repeating_discount, 2) as off, mrr',
      'item_id',
    ),
  ).toEqual([
    ['all', 1000, 1000, 0],
    ['ended', 4333.33, 0, 4333.333333333333], // 1000 × 52 / 12
    ['limited', 400, 400, 0], // 500 off, but never below 0
    ['limited', 1000, 0, 1000], // and not of another product
    ['removed', 1000, 0, 1000],
    ['taxed', 1000, 500, 500], // 1190 × (595 − 95) / 595, and half of it
    ['weekly', 4333.33, 1733.33, 2600], // (1000 − 400) × 52 / 12
  ])
})

test('a customer’s discount does not count beside one of the subscription that is used once', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await insert('coupons', { id: 'once', percent_off: '50', duration: 'once' })
  await insert('discounts', { id: 'd_once', coupon_id: 'once' })
  // A coupon that was deleted before the first sync stands in the customer's payload alone.
  const discount = { id: 'di', coupon: { id: 'gone', percent_off: 40, duration: 'forever' }, start: 1 }
  await insert('customers', { id: 'cus_both', raw: { discount } }, { id: 'cus_customer', raw: { discount } })
  await insert('discounts', { id: 'd_customer', coupon_id: 'once', customer_id: 'cus_row' })
  await subscribe('both', { discount_ids: ['d_once'], items: [{ price_id: 'p' }] })
  await subscribe('customer', { items: [{ price_id: 'p' }] })
  await subscribe('row', { items: [{ price_id: 'p' }] })
  expect(await view('item_mrr', 'subscription_id, forever_discount, once_discount, mrr', 'item_id')).toEqual([
    ['both', 0, 500, 1000],
    ['customer', 400, 0, 600],
    ['row', 0, 500, 1000],
  ])
})

test('free subscriptions count as such, but their customers have no MRR', async () => {
  const { price, subscribe, view } = await openAccount()
  await price('free', { unit_amount: 0 })
  await price('p', { unit_amount: 1000 })
  await price('yen', { unit_amount: 1200, currency: 'jpy', interval: 'year' })
  await price('dinar', { unit_amount: 12345, currency: 'kwd', interval: 'month', interval_count: 3 })
  await subscribe('free', { items: [{ price_id: 'free' }] })
  await subscribe('one', { customer_id: 'c', items: [{ price_id: 'p' }, { price_id: 'free' }] })
  await subscribe('two', { customer_id: 'c', status: 'past_due', items: [{ price_id: 'p' }] })
  await subscribe('yen', { currency: 'jpy', items: [{ price_id: 'yen' }] })
  await subscribe('dinar', { currency: 'kwd', items: [{ price_id: 'dinar' }] })
  expect(await view('mrr', 'currency, mrr, subscriptions, customers, unpriced_items', 'currency')).toEqual([
    ['eur', 2000, 3, 1, 0],
    ['jpy', 100, 1, 1, 0], // yen
    ['kwd', 4115, 1, 1, 0], // 12.345 dinars / 3
  ])
})

test('the last unit of a tier reaches no other tier, and two years are 24 months', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('graduated', { billing_scheme: 'tiered', tiers_mode: 'graduated' })
  await insert(
    'price_tiers',
    { id: 'g:1', price_id: 'graduated', position: 1, up_to: 5, unit_amount: 100, flat_amount: 50 },
    { id: 'g:2', price_id: 'graduated', position: 2, up_to: null, unit_amount: 60, flat_amount: 7 },
  )
  await price('two years', { unit_amount: 24000, interval: 'year', interval_count: 2 })
  for (const quantity of [5, 6])
    await subscribe(`graduated ${quantity}`, { items: [{ price_id: 'graduated', quantity }] })
  await subscribe('two years', { items: [{ price_id: 'two years' }] })
  expect(await view('item_mrr', 'subscription_id, mrr', 'item_id')).toEqual([
    ['graduated 5', 550], // 5 × 100 + 50, without the 7 of the tier that is not reached
    ['graduated 6', 617], // 550 + 60 + 7
    ['two years', 1000],
  ])
})

test('a discount runs from the second of its start to the second before its end', async () => {
  const { query } = await openAccount()
  const discounts = [
    { level: 2, duration: 'repeating', percent: 10, starts: '2026-01-01T00:00:00Z', ends: '2026-04-01T00:00:00Z' },
  ]
  const taken = async (moment: string) => {
    const [row] = await query<{ taken: string }>(
      `select repeating[1]::int as taken from discounted_amounts(array[1000], array['prod'], $1, $2)`,
      [JSON.stringify(discounts), moment],
    )
    return row?.taken
  }
  expect(await taken('2025-12-31T23:59:59Z')).toBe(0)
  expect(await taken('2026-01-01T00:00:00Z')).toBe(100)
  expect(await taken('2026-03-31T23:59:59Z')).toBe(100)
  expect(await taken('2026-04-01T00:00:00Z')).toBe(0)
})
