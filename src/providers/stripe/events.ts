import type { Changes } from '../../provider/contract.ts'
import { fields, second, text } from '../../provider/fields.ts'
import { apiVersion, type StripeConnection } from './connection.ts'
import { listPage } from './list.ts'

/** The `object` of an event's object → its resource. */
const resources: Readonly<Record<string, string>> = {
  customer: 'customers',
  product: 'products',
  price: 'prices',
  coupon: 'coupons',
  promotion_code: 'promotion_codes',
  subscription: 'subscriptions',
  subscription_schedule: 'subscription_schedules',
  invoice: 'invoices',
  invoiceitem: 'invoice_items',
  invoice_payment: 'invoice_payments',
  charge: 'payments',
  payment_intent: 'payment_intents',
  refund: 'refunds',
  dispute: 'disputes',
  credit_note: 'credit_notes',
  payout: 'payouts',
  tax_rate: 'tax_rates',
  'checkout.session': 'checkout_sessions',
  setup_intent: 'setup_intents',
  payment_method: 'payment_methods',
  quote: 'quotes',
  transfer: 'transfers',
  application_fee: 'application_fees',
  topup: 'topups',
  review: 'reviews',
  'radar.early_fraud_warning': 'early_fraud_warnings',
  plan: 'plans',
  payment_link: 'payment_links',
  file: 'files',
  'test_helpers.test_clock': 'test_clocks',
}

/** Resources with events for only some changes: the creation of a checkout session has no event. */
const partlyAnnounced = new Set(['invoice_payments', 'checkout_sessions', 'payment_methods', 'quotes'])

/**
 * `/v1/events`, the feed of changes, kept for 30 days. Events keep their day's API shape. docs.stripe.com/api/events
 */
export const events: Changes<StripeConnection> = {
  keptDays: 30,
  announced: Object.values(resources).filter((name) => !partlyAnnounced.has(name)),
  list: (stripe, query) => listPage(stripe, '/v1/events', query),
  read(event) {
    const { type, created, api_version: version } = fields(event.value())
    const item = event.at('data', 'object')
    const object = fields(item.value())
    const id = text(object.id)
    const resource = resources[text(object.object) ?? '']
    const at = second(created)
    // The preview of the next invoice has an id, but no invoice exists under it.
    if (id === null || at === null || !resource || type === 'invoice.upcoming') return null
    // A canceled subscription still exists at Stripe.
    const gone = String(type).endsWith('.deleted') && resource !== 'subscriptions'
    return { resource, id, at, gone, item: gone || version === apiVersion ? item : null }
  },
}
