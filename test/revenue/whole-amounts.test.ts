import { expect, test } from 'vitest'
import { openBilled, period } from './billed.ts'

/* Where the past that invoices tell meets the MRR of now, computed by hand. Amounts are in cents. */

const year = { period_start: '2026-01-01T00:00:00Z', period_end: '2027-01-01T00:00:00Z' }
const january = period('01-01', '02-01')
/** Seen by a job in June. */
const seen = { observed_at: '2026-06-01T00:00:00Z' }
const changes = 'customer_id, day::text, kind, mrr_before, mrr_after, amount'

test('a discount that an invoice rounded to a cent is no change of MRR when the first job ends', async () => {
  const { price, subscribe, insert, bill, past, view } = await openBilled()
  await price('yearly', { unit_amount: 10000, interval: 'year' })
  await price('monthly', { unit_amount: 999 })
  await price('weekly', { unit_amount: 333, interval: 'week' })
  await insert('coupons', { id: 'fifth', percent_off: '20', duration: 'forever' })
  await insert('discounts', { id: 'd', coupon_id: 'fifth' })
  const discounted = { discount_ids: ['d'], ...seen }
  const off = (amount: number) => ({
    discount_amount: amount,
    raw: { discount_amounts: [{ discount: 'd', amount }] },
  })
  for (const id of ['yearly', 'monthly', 'weekly']) await subscribe(id, { ...discounted, items: [{ price_id: id }] })
  await bill('yearly', {}, { ...year, price_id: 'yearly', amount: 10000, ...off(2000) })
  await bill('monthly', {}, { ...january, price_id: 'monthly', amount: 999, ...off(200) })
  await bill('weekly', {}, { ...period('01-01', '01-08'), price_id: 'weekly', amount: 333, ...off(67) })
  expect(await past()).toEqual([
    ['monthly', 'active', 999, 799.2, '01-01 '], // 999 × 0.8, where the line has 999 − 200
    ['weekly', 'active', 1443, 1154.4, '01-01 '], // 333 × 0.8 × 52 / 12, where the line has (333 − 67) × 52 / 12 = 1152.67
    ['yearly', 'active', 833.3333333333334, 666.6666666666666, '01-01 '], // 10000 × 0.8 / 12
  ])
  expect(await view('mrr_changes', changes, 'customer_id, day')).toEqual([
    ['cus_monthly', '2026-01-01', 'new', 0, 799, 799],
    ['cus_weekly', '2026-01-01', 'new', 0, 1154, 1154],
    ['cus_yearly', '2026-01-01', 'new', 0, 667, 667],
  ])
})

test('tiers that are billed as a line each are one amount, whose discounts were rounded line by line', async () => {
  const { price, subscribe, insert, bill, past, view } = await openBilled()
  await price('t', { billing_scheme: 'tiered', tiers_mode: 'graduated' })
  await insert(
    'price_tiers',
    { id: 't:1', price_id: 't', position: 1, up_to: 5, unit_amount: 100, flat_amount: 50 },
    { id: 't:2', price_id: 't', position: 2, up_to: null, unit_amount: 80 },
  )
  await insert('coupons', { id: 'third', percent_off: '33', duration: 'forever' })
  await insert('discounts', { id: 'd', coupon_id: 'third' })
  const line = (quantity: number, amount: number, off: number) => ({
    ...january,
    price_id: 't',
    quantity,
    amount,
    discount_amount: off,
    raw: { discount_amounts: [{ discount: 'd', amount: off }] },
  })
  await subscribe('s', { discount_ids: ['d'], items: [{ price_id: 't', quantity: 6, ...seen }], ...seen })
  await bill('s', {}, line(5, 550, 182), line(1, 80, 26))
  expect(await past()).toEqual([['s', 'active', 630, 422.1, '01-01 ']]) // 630 × 0.67, where the lines have 368 + 54
  expect(await view('mrr_changes', changes)).toEqual([['cus_s', '2026-01-01', 'new', 0, 422, 422]])
})

test('a price or a quantity that no line has shows as a change, however small', async () => {
  const { price, subscribe, bill, past, view } = await openBilled()
  await price('old', { unit_amount: 1000 })
  await price('new', { unit_amount_decimal: '1000.5' })
  await subscribe('price', { items: [{ price_id: 'new', ...seen }], ...seen })
  await subscribe('quantity', { items: [{ price_id: 'old', quantity: 2, ...seen }], ...seen })
  for (const id of ['price', 'quantity']) await bill(id, {}, { ...january, price_id: 'old', amount: 1000 })
  await past()
  expect(await view('mrr_changes', changes, 'customer_id, day')).toEqual([
    ['cus_price', '2026-01-01', 'new', 0, 1000, 1000],
    ['cus_price', '2026-06-01', 'expansion', 1000, 1001, 1], // half a cent, rounded
    ['cus_quantity', '2026-01-01', 'new', 0, 1000, 1000],
    ['cus_quantity', '2026-06-01', 'expansion', 1000, 2000, 1000],
  ])
})

test('a status or a price of the same amount that no invoice has begins when it was seen', async () => {
  const { price, subscribe, bill, past, query, view } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('same', { unit_amount: 1000 })
  await subscribe('price', { items: [{ price_id: 'same', ...seen }], ...seen })
  await subscribe('status', { status: 'past_due', items: [{ price_id: 'p', ...seen }], ...seen })
  for (const id of ['price', 'status']) await bill(id, {}, { ...january, amount: 1000 })
  await past()
  const rows = await query<Record<string, unknown>>(
    `select subscription_id as s, price_id, state, source, to_char(valid_from at time zone 'UTC', 'MM-DD') as since
      from mrr_history order by subscription_id, valid_from`,
  )
  expect(rows.map(Object.values)).toEqual([
    ['price', 'p', 'active', 'invoice', '01-01'],
    ['price', 'same', 'active', 'sync', '06-01'],
    ['status', 'p', 'active', 'invoice', '01-01'],
    ['status', 'p', 'past_due', 'sync', '06-01'],
  ])
  expect(await view('mrr_changes', 'customer_id, kind, amount', 'customer_id')).toEqual([
    ['cus_price', 'new', 1000],
    ['cus_status', 'new', 1000],
  ])
})

test('a discount that ends within a year that is paid ends then', async () => {
  const { price, subscribe, insert, bill, past, view } = await openBilled()
  await price('p', { unit_amount: 12000, interval: 'year' })
  await price('large', { unit_amount: 24000, interval: 'year' })
  await insert(
    'coupons',
    { id: 'fifth', percent_off: '20', duration: 'repeating' },
    { id: 'ten', amount_off: 600, currency: 'eur', duration: 'repeating' },
    { id: 'once', amount_off: 1200, currency: 'eur', duration: 'once' },
  )
  const ends = (at: string) => ({ ends_at: `2026-${at}T00:00:00Z` })
  await insert(
    'discounts',
    { id: 'd_fifth', coupon_id: 'fifth', ...ends('04-01') },
    { id: 'd_ten', coupon_id: 'ten', ...ends('05-01') },
    { id: 'd_once', coupon_id: 'once', ...ends('03-01') },
  )
  const parts = [
    { discount: 'd_fifth', amount: 2400 },
    { discount: 'd_ten', amount: 600 },
    { discount: 'd_once', amount: 1200 },
  ]
  const line = { ...year, amount: 12000, discount_amount: 4200, raw: { discount_amounts: parts } }
  await subscribe('stays', { items: [{ price_id: 'p' }], ...seen })
  await subscribe('grows', { items: [{ price_id: 'large' }], ...seen })
  for (const id of ['stays', 'grows']) await bill(id, {}, line)
  // A larger plan from 15 April on: what ends after that was the discount of the line before.
  const grown = { period_start: '2026-04-15T00:00:00Z', period_end: '2027-01-01T00:00:00Z', proration: true }
  await bill('grows', {}, { ...grown, amount: -8580 }, { ...grown, price_id: 'large', amount: 17162 })
  expect(await past()).toEqual([
    ['grows', 'active', 1000, 750, '01-01 04-01'], // (12000 − 2400 − 600) / 12: what is used once lowers nothing
    ['grows', 'active', 1000, 950, '04-01 04-15'], // (12000 − 600) / 12
    ['grows', 'active', 2000, 2000, '04-15 '], // 24000 / 12
    ['stays', 'active', 1000, 750, '01-01 04-01'],
    ['stays', 'active', 1000, 950, '04-01 05-01'],
    ['stays', 'active', 1000, 1000, '05-01 '],
  ])
  expect(await view('mrr_months', 'month, opening, new, expansion, contraction, closing', 'month limit 5')).toEqual([
    ['2026-01', 0, 1500, 0, 0, 1500],
    ['2026-02', 1500, 0, 0, 0, 1500],
    ['2026-03', 1500, 0, 0, 0, 1500],
    ['2026-04', 1500, 0, 1450, 0, 2950], // 200 + 200 on the first, 1050 on the 15th
    ['2026-05', 2950, 0, 50, 0, 3000],
  ])
})

test('all ends of discounts that are known are written ahead, and go where a discount goes on', async () => {
  const { price, subscribe, insert, query, tenant } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await insert(
    'coupons',
    { id: 'a', amount_off: 100, currency: 'eur', duration: 'repeating' },
    { id: 'b', amount_off: 200, currency: 'eur', duration: 'repeating' },
  )
  await insert(
    'discounts',
    { id: 'd_a', coupon_id: 'a', ends_at: '2098-01-01T00:00:00Z' },
    { id: 'd_b', coupon_id: 'b', ends_at: '2099-01-01T00:00:00Z' },
  )
  await subscribe('s', { discount_ids: ['d_a', 'd_b'], items: [{ price_id: 'p' }] })
  const rows = async () => {
    await query(`select refresh_mrr_history($1, 'stripe', 'acct_1')`, [tenant])
    const rows = await query<{ row: string }>(
      `select concat_ws(' ', mrr::int, extract(year from valid_from), extract(year from valid_to)) as row from mrr_history order by valid_from`,
    )
    return rows.map(({ row }) => row)
  }
  expect(await rows()).toEqual(['700 2026 2098', '800 2098 2099', '1000 2099'])
  await query(`update discounts set ends_at = null, synced_at = now() where id = 'd_b'`)
  await query(`update subscriptions set synced_at = now()`)
  expect(await rows()).toEqual(['700 2026 2098', '800 2098'])
})

test('a subscription whose first invoice is not paid has no past', async () => {
  const { price, subscribe, bill, past, view } = await openBilled()
  await price('p', { unit_amount: 1000 })
  for (const status of ['incomplete', 'incomplete_expired', 'past_due']) {
    await subscribe(status, { status, items: [{ price_id: 'p' }], ...seen })
    await bill(status, { status: 'open' }, { ...january, amount: 1000 })
  }
  expect(await past()).toEqual([['past_due', 'active', 1000, 1000, '01-01 06-01']])
  expect(await view('mrr_changes', changes)).toEqual([['cus_past_due', '2026-01-01', 'new', 0, 1000, 1000]])
})

test('a part of a period is measured in UTC, whatever the time zone of the session', async () => {
  const { price, gone, bill, query, tenant, db } = await openBilled()
  await price('t', { billing_scheme: 'tiered', tiers_mode: 'graduated' })
  await gone('s')
  // 14 of the 31 days from 15 March to 15 April. In Berlin the clocks go on by an hour on 29 March.
  await bill('s', {}, { ...period('04-01', '04-15'), price_id: 't', proration: true, amount: 1400 })
  await db.transaction(async (tx) => {
    await tx.execute(`set local timezone = 'Europe/Berlin'`)
    await tx.execute(`select refresh_mrr_history('${tenant}', 'stripe', 'acct_1')`)
  })
  expect(await query('select mrr::float8 from mrr_history')).toEqual([{ mrr: 3100 }]) // 1400 × 31 / 14
})
