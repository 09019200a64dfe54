import type { Fields } from '../../src/provider/fields.ts'

/*
 * A Stripe account small enough to be computed by hand: items as the API sends them, by the name of our resource.
 */

const day = 86_400
export const now = Math.floor(Date.now() / 1_000)
const monthBegan = Math.floor(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth()) / 1_000)
const may = Date.UTC(2026, 4, 10) / 1_000
const june = Date.UTC(2026, 5, 10) / 1_000

const price = (id: string, product: string, unit: string, recurring: object, more: object = {}) => {
  const usual = { interval: 'month', interval_count: 1, usage_type: 'licensed' }
  const whole = unit.includes('.') ? null : Number(unit)
  const amounts = { unit_amount: whole, unit_amount_decimal: unit, currency: 'eur' }
  return { id, object: 'price', product, ...amounts, recurring: { ...usual, ...recurring }, ...more }
}
const prices = {
  monthly: price('price_m', 'prod_pro', '1000', {}),
  yearly: price('price_y', 'prod_pro', '12000.6', { interval: 'year' }),
  quarterly: price('price_q', 'prod_pro', '3000', { interval_count: 3 }, { currency: 'usd' }),
  weekly: price('price_w', 'prod_team', '300', { interval: 'week' }),
  packs: price('price_p', 'prod_team', '500', {}, { transform_quantity: { divide_by: 10, round: 'up' } }),
  metered: price('price_u', 'prod_team', '7', { usage_type: 'metered' }),
}

const subscription = (id: string, customer: string, status: string, items: readonly [object, number?][], more = {}) => {
  const data = items.map(([price, quantity], at) => ({ id: `si_${id}_${at}`, price: price, quantity }))
  return { id, customer, status, items: { object: 'list', data, has_more: false }, ...more }
}

export const account: Readonly<Record<string, readonly Fields[]>> = {
  customers: ['a', 'b', 'c', 'd', 'e'].map((item) => ({ id: `cus_${item}`, email: `${item}@example.com` })),
  products: [
    { id: 'prod_pro', name: 'Pro' },
    { id: 'prod_team', name: 'Team' },
  ],
  prices: Object.values(prices),
  subscriptions: [
    subscription('sub_1', 'cus_a', 'active', [[prices.monthly, 2], [prices.packs, 20], [prices.metered]]),
    subscription('sub_2', 'cus_b', 'past_due', [[prices.yearly, 1]]),
    subscription('sub_3', 'cus_b', 'active', [[prices.quarterly, 1]]),
    subscription('sub_4', 'cus_c', 'trialing', [[prices.monthly, 50]]),
    subscription('sub_5', 'cus_a', 'active', [[prices.weekly, 1]]),
    subscription('sub_6', 'cus_b', 'active', [[prices.monthly, 9]], { pause_collection: { behavior: 'void' } }),
    subscription('sub_7', 'cus_d', 'canceled', [[prices.monthly, 1]], {
      ended_at: monthBegan + 1,
      cancellation_details: { reason: 'cancellation_requested', feedback: 'too_expensive' },
    }),
    subscription('sub_8', 'cus_d', 'canceled', [[prices.monthly, 1]], { ended_at: monthBegan - 1 }),
  ],
  payments: [
    {
      id: 'ch_1',
      customer: 'cus_a',
      status: 'succeeded',
      amount_captured: 3_000,
      amount_refunded: 0,
      currency: 'eur',
      created: may,
    },
    {
      id: 'ch_2',
      customer: 'cus_b',
      status: 'succeeded',
      amount_captured: 1_000,
      amount_refunded: 500,
      currency: 'eur',
      created: june,
    },
    {
      id: 'ch_3',
      customer: 'cus_b',
      status: 'succeeded',
      amount_captured: 9_007_199_254,
      amount_refunded: 0,
      currency: 'usd',
      created: june,
    },
    {
      id: 'ch_4',
      customer: 'cus_c',
      status: 'failed',
      amount: 700,
      amount_captured: 0,
      failure_code: 'card_declined',
      currency: 'eur',
      created: now - 29 * day,
    },
    {
      id: 'ch_5',
      customer: null,
      status: 'failed',
      amount: 900,
      amount_captured: 0,
      failure_code: null,
      currency: 'eur',
      created: now - day,
    },
    {
      id: 'ch_6',
      customer: 'cus_c',
      status: 'failed',
      amount: 800,
      amount_captured: 0,
      currency: 'eur',
      created: now - 31 * day,
    },
  ],
  refunds: [
    { id: 're_1', charge: 'ch_2', status: 'succeeded', amount: 500, currency: 'eur', created: june },
    { id: 're_2', charge: 'ch_1', status: 'failed', amount: 100, currency: 'eur', created: june },
  ],
  invoices: [
    {
      id: 'in_1',
      number: 'A-1',
      status: 'open',
      customer_name: 'Ann',
      amount_remaining: 500,
      currency: 'eur',
      due_date: now + day,
    },
    {
      id: 'in_2',
      number: 'A-2',
      status: 'open',
      customer_name: 'Bob',
      amount_remaining: 700,
      currency: 'eur',
      due_date: now - day,
    },
    { id: 'in_3', number: 'A-3', status: 'paid', amount_remaining: 0, currency: 'eur' },
    {
      id: 'in_4',
      number: 'A-4',
      status: 'open',
      customer_name: null,
      amount_remaining: 9,
      currency: 'usd',
      due_date: null,
    },
  ],
  disputes: [
    {
      id: 'dp_1',
      charge: 'ch_1',
      status: 'needs_response',
      reason: 'fraudulent',
      amount: 3_000,
      currency: 'eur',
      evidence_details: { due_by: june },
    },
    { id: 'dp_2', charge: 'ch_2', status: 'won', reason: 'general', amount: 1_000, currency: 'eur' },
  ],
  balance_transactions: [
    { id: 'txn_1', net: -5_000, currency: 'eur' },
    { id: 'txn_2', net: -900, currency: 'eur' },
    { id: 'txn_3', reporting_category: 'charge', amount: 3_000, fee: 117, net: 2_883, currency: 'eur', created: may },
    { id: 'txn_4', reporting_category: 'refund', amount: -500, fee: 0, net: -500, currency: 'eur', created: june },
  ],
  payouts: [
    { id: 'po_1', status: 'paid', amount: 5_000, currency: 'eur', balance_transaction: 'txn_1', arrival_date: may },
    { id: 'po_2', status: 'paid', amount: 1_000, currency: 'eur', balance_transaction: 'txn_2', arrival_date: june },
    {
      id: 'po_3',
      status: 'pending',
      amount: 2_000,
      currency: 'eur',
      balance_transaction: null,
      arrival_date: june + day,
    },
  ],
}
