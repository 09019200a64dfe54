import { expect, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'
import {
  coupon,
  customer,
  discount,
  invoice,
  invoiceItem,
  line,
  price,
  seconds,
  serve,
  subscription,
} from './stripe-payloads.ts'

/* An account of Stripe whose payloads are written by hand, as a job reads it. Amounts are in cents. */

const prices = {
  p: price('p', 1000),
  large: price('large', 2000),
  yearly: price('yearly', 12000, { recurring: { interval: 'year' } }),
  tiers: price('tiers', null, { tiers_mode: 'graduated' }),
  boxes: price('boxes', 500, { transform_quantity: { divide_by: 10, round: 'down' } }),
  gross: price('gross', 1190, { tax_behavior: 'inclusive' }),
  dollars: price('dollars', 1000, { currency: 'usd' }),
  archived: price('archived', 700, { active: false }),
  used: price('used', 10, { recurring: { usage_type: 'metered' } }),
}
const { p, ...others } = prices
/** Made for one subscription: no list has it. */
const inline = price('inline', 333)

const subscriptions = [
  subscription('archived', [{ price: others.archived }, { price: others.used, quantity: null }]),
  subscription('boxes', [{ price: others.boxes, quantity: 25 }]),
  subscription('canceling', [{ price: p }], { cancel_at_period_end: true, canceled_at: seconds('2026-02-01') }),
  subscription('coupon gone', [{ price: p }], { discounts: ['di_gone'] }),
  subscription('customer', [{ price: p }]),
  subscription('dollars', [{ price: others.dollars }]),
  subscription('gross', [{ price: others.gross }]),
  subscription('inline', [{ price: inline, quantity: 3 }]),
  subscription(
    'items',
    [
      { price: p, discounts: ['di_item'] },
      { price: p, quantity: 2 },
    ],
    { discounts: ['di_all'] },
  ),
  subscription('paused', [{ price: p }], { pause_collection: { behavior: 'void', resumes_at: null } }),
  subscription('repeating', [{ price: others.yearly }], { discounts: ['di_repeating'] }),
  subscription('tiers', [{ price: others.tiers, quantity: 7 }]),
  subscription('trial', [{ price: p }], { status: 'trialing', trial_end: seconds('2099-01-01') }),
  subscription('upgrade', [{ price: others.large }]),
]

const january = [seconds('2026-01-01'), seconds('2026-02-01')] as const
const half = [seconds('2026-01-16', '12:00:00'), seconds('2026-02-01')] as const
const february = [seconds('2026-02-01'), seconds('2026-03-01')] as const
const upgrade = { subscription: 'upgrade', item: 'si_upgrade_0' }
const invoices = [
  invoice('1', 'upgrade', january[0], [line(upgrade, 'p', january, 1000)]),
  invoice('2', 'upgrade', half[0], [
    line({ subscription: 'upgrade', invoiceItem: 'ii_off' }, 'p', half, -500),
    line({ subscription: 'upgrade', invoiceItem: 'ii_on' }, 'large', half, 1000),
  ]),
  invoice('3', 'upgrade', february[0], [line(upgrade, 'large', february, 2000)]),
  invoice('4', 'gross', january[0], [
    line({ subscription: 'gross', item: 'si_gross_0' }, 'gross', january, 1190, {
      taxes: [{ amount: 190, tax_behavior: 'inclusive', type: 'tax_rate_details' }],
    }),
  ]),
]

const gone = coupon('gone', { percent_off: 30 })
const expanded = {
  'coupon gone': { discounts: [discount('di_gone', gone)] },
  items: {
    discounts: [discount('di_all', 'hundred')],
    items: {
      data: [
        { id: 'si_items_0', discounts: [discount('di_item', 'half', { subscription_item: 'si_items_0' })] },
        { id: 'si_items_1', discounts: [] },
      ],
    },
  },
  repeating: { discounts: [discount('di_repeating', 'fifth', { end: seconds('2099-01-01') })] },
  hundred: { applies_to: { products: ['prod_p'] } },
  dollars: { currency_options: { eur: { unit_amount: 900, unit_amount_decimal: '900' } } },
  tiers: {
    tiers: [
      { up_to: 5, unit_amount: 100, unit_amount_decimal: '100', flat_amount: 300, flat_amount_decimal: '300' },
      { up_to: null, unit_amount: null, unit_amount_decimal: '80.5', flat_amount: null, flat_amount_decimal: null },
    ],
  },
}

async function openSynced() {
  const url = await serve({
    lists: {
      customers: subscriptions.map(({ id }) =>
        customer(`cus_${id}`, { discount: id === 'customer' ? discount('di_c', 'half') : null }),
      ),
      prices: Object.values(prices),
      coupons: [
        coupon('half', { percent_off: 50 }),
        coupon('hundred', { amount_off: 100, currency: 'eur' }),
        coupon('fifth', { percent_off: 20, duration: 'repeating' }),
      ],
      subscriptions,
      invoices,
      invoiceitems: [invoiceItem('ii_off', 'upgrade', 'p', -500), invoiceItem('ii_on', 'upgrade', 'large', 1000)],
    },
    expanded,
  })
  const { deliver, query } = await setup({ sandbox: { customers: 0 }, settings: { Stripe__ApiBase: url } })
  const resources = [
    'customers',
    'prices',
    'price_options',
    'coupons',
    'coupon_options',
    'subscriptions',
    'invoices',
    'invoice_items',
  ]
  await deliver(jobRequest({ additionalData: { resources } }))
  expect(await query('select status, error from sync_jobs')).toEqual([{ status: 'completed', error: null }])
  return { query }
}

test('what a job reads of payloads written by hand is what their prices, discounts and taxes come to', async () => {
  const { query } = await openSynced()
  const items = await query(
    `select item_id, state, mrr::float8, (forever_discount + repeating_discount)::float8 as off from metrics.item_mrr order by item_id`,
  )
  expect(items.map(Object.values)).toEqual([
    ['si_archived_0', 'active', 700, 0],
    ['si_archived_1', 'active', null, null], // metered
    ['si_boxes_0', 'active', 1000, 0], // floor(25 / 10) × 500
    ['si_canceling_0', 'active', 1000, 0],
    ['si_coupon gone_0', 'active', 700, 300],
    ['si_customer_0', 'active', 500, 500],
    ['si_dollars_0', 'active', 900, 0],
    ['si_gross_0', 'active', 1000, 0], // 1190 × (1190 − 190) / 1190
    ['si_inline_0', 'active', 999, 0],
    ['si_items_0', 'active', 480, 520], // 1000 / 2, and 100 × 500 / 2500
    ['si_items_1', 'active', 1920, 80],
    ['si_paused_0', 'paused', 1000, 0],
    ['si_repeating_0', 'active', 800, 200], // 12000 / 12, and a fifth
    ['si_tiers_0', 'active', 961, 0], // 5 × 100 + 300 + 2 × 80.5
    ['si_trial_0', 'trialing', 1000, 0],
    ['si_upgrade_0', 'active', 2000, 0],
  ])
  // 700 + 1000 + 1000 + 700 + 500 + 900 + 1000 + 999 + 480 + 1920 + 800 + 961 + 2000
  const now = await query(
    'select mrr::int, canceling_mrr::int, paused_mrr::int, trialing_mrr::int, customers::int, unpriced_items::int from metrics.mrr',
  )
  expect(now.map(Object.values)).toEqual([[12960, 1000, 1000, 1000, 12, 0]])
  const closing = await query(
    `select closing::int, customers_closing::int from metrics.mrr_months order by month desc limit 1`,
  )
  expect(closing).toEqual([{ closing: 12960, customers_closing: 12 }])
  const past = await query(
    `select day::text, kind, mrr_before::int, mrr_after::int from metrics.mrr_changes where customer_id = 'cus_upgrade' order by day`,
  )
  expect(past.map(Object.values)).toEqual([
    ['2026-01-01', 'new', 0, 1000],
    ['2026-01-16', 'expansion', 1000, 2000],
  ])
})
