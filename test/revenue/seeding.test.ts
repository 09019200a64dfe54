import { expect, test } from 'vitest'
import { openBilled, period } from './billed.ts'

/* What the lines of invoices say of the past, computed by hand. Amounts are in cents. */

type Row = Readonly<Record<string, unknown>>

const january = period('01-01', '02-01')

test('the amount is of whole packages, of all lines of a tiered price, and for a whole interval', async () => {
  const { price, gone, bill, past } = await openBilled()
  await price('up', { unit_amount: 500, divide_by: 10, round: 'up' })
  await price('down', { unit_amount: 500, divide_by: 10, round: 'down' })
  await price('tiers', { billing_scheme: 'tiered', tiers_mode: 'graduated' })
  await price('p', { unit_amount: 1000 })
  await price('yearly', { unit_amount: 12006, interval: 'year' })
  await price('used', { unit_amount: 1000, usage_type: 'metered' })
  for (const id of ['up', 'down', 'tiers', 'part of tiers', 'part', 'yearly', 'used']) await gone(id)
  await bill('up', {}, { ...january, price_id: 'up', quantity: 21, amount: 1500 })
  await bill('down', {}, { ...january, price_id: 'down', quantity: 21, amount: 1000 })
  const tier = { ...january, price_id: 'tiers' }
  await bill('tiers', {}, { ...tier, quantity: 5, amount: 550 }, { ...tier, quantity: 1, amount: 80 })
  const half = { ...period('02-15', '03-01'), proration: true }
  await bill('part of tiers', {}, { ...half, price_id: 'tiers', quantity: 8, amount: 400 })
  await bill('part', {}, { ...half, amount: 500 })
  const year = { period_start: '2025-03-01T00:00:00Z', period_end: '2026-03-01T00:00:00Z' }
  await bill('yearly', {}, { ...year, price_id: 'yearly', amount: 12006 })
  await bill('used', {}, { ...january, price_id: 'used', amount: 1000 })
  expect(await past()).toEqual([
    ['down', 'active', 1000, 1000, '01-01 02-01'], // floor(21 / 10) × 500
    ['part', 'active', 1000, 1000, '02-15 03-01'], // never the part of the month
    ['part of tiers', 'active', 800, 800, '02-15 03-01'], // 400 for 14 of 28 days
    ['tiers', 'active', 630, 630, '01-01 02-01'],
    ['up', 'active', 1500, 1500, '01-01 02-01'], // ceil(21 / 10) × 500
    ['yearly', 'active', 1000.5, 1000.5, '03-01 03-01'],
  ])
})

test('discounts that recur and a tax that the price contains are taken off', async () => {
  const { price, gone, insert, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('gross', { unit_amount: 1190 })
  await insert('coupons', { id: 'forever', duration: 'forever' }, { id: 'once', duration: 'once' })
  await insert('discounts', { id: 'd_forever', coupon_id: 'forever' }, { id: 'd_once', coupon_id: 'once' })
  for (const id of ['both', 'not itemized', 'taxed', 'taxed before', 'taxed on top']) await gone(id)
  const discount_amounts = [
    { discount: 'd_forever', amount: 200 },
    { discount: 'd_once', amount: 100 },
  ]
  await bill('both', {}, { ...january, amount: 1000, discount_amount: 300, raw: { discount_amounts } })
  await bill('not itemized', {}, { ...january, amount: 1000, discount_amount: 300 })
  const taxed = { ...january, price_id: 'gross', amount: 1190, tax_amount: 190 }
  await bill('taxed', {}, { ...taxed, inclusive_tax_amount: 190 })
  // As a row has it that was stored before the column was there.
  await bill('taxed before', {}, { ...taxed, raw: { tax_amounts: [{ amount: 190, inclusive: true }] } })
  await bill('taxed on top', {}, { ...taxed, inclusive_tax_amount: 0 })
  expect(await past()).toEqual([
    ['both', 'active', 1000, 800, '01-01 02-01'],
    ['not itemized', 'active', 1000, 700, '01-01 02-01'],
    ['taxed', 'active', 1000, 1000, '01-01 02-01'], // 1190 × (1190 − 190) / 1190
    ['taxed before', 'active', 1000, 1000, '01-01 02-01'],
    ['taxed on top', 'active', 1190, 1190, '01-01 02-01'],
  ])
})

test('drafts, void invoices and uncollectible ones that were never tried say nothing', async () => {
  const { price, gone, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  const invoices: Readonly<Record<string, Row>> = {
    draft: { status: 'draft' },
    open: { status: 'open' },
    tried: { status: 'uncollectible', attempted: true },
    'never tried': { status: 'uncollectible', attempted: false },
    void: { status: 'void' },
  }
  for (const [id, invoice] of Object.entries(invoices)) {
    await gone(id)
    await bill(id, invoice, { ...january, amount: 1000 })
  }
  expect(await past()).toEqual([
    ['open', 'active', 1000, 1000, '01-01 02-01'],
    ['tried', 'active', 1000, 1000, '01-01 02-01'],
  ])
})

test('an item lasts to its next line, the end of its line or that of its subscription, or until now', async () => {
  const { price, subscribe, gone, bill, past } = await openBilled()
  await price('p', { unit_amount: 1000 })
  await price('large', { unit_amount: 3000 })
  const items = [{ price_id: 'p' }]
  // Seen after all that.
  const stays = { items, observed_at: '2026-04-01T00:00:00Z' }
  await subscribe('active', stays)
  await gone('ends early', { ended_at: '2026-01-20T00:00:00Z' })
  await subscribe('credited', stays)
  await gone('later invoice')
  await subscribe('paused', { ...stays, pause_behavior: 'void' })
  await gone('swapped')
  await subscribe('tried', { ...stays, trial_start: '2026-01-01T00:00:00Z', trial_end: '2026-02-01T00:00:00Z' })
  const whole = { ...january, amount: 1000 }
  const credit = { ...period('01-10', '02-01'), proration: true, amount: -709 }
  for (const id of ['active', 'ends early', 'paused']) await bill(id, {}, whole)
  await bill('credited', {}, whole)
  await bill('credited', {}, credit)
  await bill('later invoice', { finalized_at: '2026-01-01T00:00:00Z' }, { ...january, price_id: 'large', amount: 3000 })
  await bill('later invoice', { finalized_at: '2026-01-02T00:00:00Z' }, whole)
  await bill('swapped', { finalized_at: '2026-01-10T00:00:00Z' }, { ...credit, price_id: 'large', amount: 2129 })
  await bill('swapped', { finalized_at: '2026-01-11T00:00:00Z' }, credit)
  // The line of a trial has the unit amount of the price.
  await bill('tried', {}, { ...january, amount: 0, unit_amount_decimal: '1000' })
  await bill('tried', {}, { ...period('02-01', '03-01'), amount: 1000 })
  expect(await past()).toEqual([
    ['active', 'active', 1000, 1000, '01-01 '],
    ['credited', 'active', 1000, 1000, '01-01 01-10'],
    ['ends early', 'active', 1000, 1000, '01-01 01-20'],
    ['later invoice', 'active', 1000, 1000, '01-01 02-01'],
    ['paused', 'active', 1000, 1000, '01-01 02-01'],
    ['swapped', 'active', 3000, 3000, '01-10 02-01'], // a charge before a credit
    ['tried', 'trialing', 0, 0, '01-01 02-01'],
    ['tried', 'active', 1000, 1000, '02-01 '],
  ])
})
