import type Stripe from 'stripe'
import { randomText } from '../../server/ids.ts'
import { oneIn, pick } from '../../server/random.ts'
import type { GenerationInput, Resource, StripeObject } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { embeddedPrice } from './prices.ts'
import { customerId, day, itemAt, periodAt, subscriptionAt } from './subscription-facts.ts'
import { itemObject } from './subscription-items.ts'

/** Subscriptions with their items, of which a subscription embeds the first ten. */
export const subscriptions: Resource = {
  path: '/v1/subscriptions',
  object: 'subscription',
  idPrefix: 'sub_',
  createdField: 'created',
  relation: {
    parent: 'customers',
    field: 'customer',
    pattern: [1, 0, 2, 1, 0, 1, 0, 3, 0, 0],
    delay: (index, draw) => (draw % 3 === 0 ? 0 : draw % (20 * day)) + index * 90 * day,
  },
  generate,
  filters: {
    status: (subscription, value) =>
      value === 'all' ||
      subscription.status === value ||
      (value === 'ended' && ['canceled', 'incomplete_expired'].includes(String(subscription.status))),
    customer: (subscription, value) => subscription.customer === value,
    collection_method: (subscription, value) => subscription.collection_method === value,
    test_clock: (subscription, value) => subscription.test_clock === value,
    price: (subscription, value) => JSON.stringify(subscription.items).includes(`"price":{"id":"${value}"`),
  },
  hidden: (subscription, filters) =>
    (filters.status === undefined && subscription.status === 'canceled') ||
    (filters.test_clock === undefined && subscription.test_clock !== null),
  complete: (subscription) => subscription.test_clock === null,
  embedded: 'items',
  expandable: {
    customer: (subscription, live) => ({ customer: live.customers.retrieve(String(subscription.customer)) }),
    discounts: (subscription) => ({ discounts: discountsOf(subscription) }),
    items: () => ({}),
    latest_invoice: (subscription, live) => ({
      latest_invoice: live.invoices.retrieve(String(subscription.latest_invoice)) ?? null,
    }),
    schedule: () => ({}),
    default_payment_method: () => ({}),
    test_clock: () => ({}),
    pending_setup_intent: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const facts = subscriptionAt(dataset, n)
  const ended = facts.status === 'canceled' || facts.status === 'incomplete_expired'
  const period = periodAt(created, dataset.now - day)
  const endedAt = ended ? Math.min(created + (random() % (200 * day)), dataset.now - 1) : null
  const leaving = facts.status === 'active' && oneIn(random, 15)
  const trialEnd = facts.status === 'trialing' ? period.end : null
  const invoices = dataset.children('invoices', n)
  const schedules = dataset.children('subscription_schedules', n)
  const data = Array.from({ length: facts.items }, (_, index) => {
    const item = itemAt(dataset, n, index)
    const price = embeddedPrice(dataset, item.price.n, livemode)
    return itemObject({ id: item.id, subscription: id, created, period, quantity: item.quantity, price })
  })
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: created,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: leaving ? period.end : null,
    cancel_at_period_end: leaving,
    canceled_at: leaving ? period.start : endedAt,
    cancellation_details: {
      comment: ended ? '“Zu teuer” – だめ' : null,
      feedback: ended ? pick(random, ['too_expensive', 'unused', null]) : null,
      feedback_option: null,
      reason: ended || leaving ? 'cancellation_requested' : null,
    },
    collection_method: oneIn(random, 9) ? 'send_invoice' : 'charge_automatically',
    created,
    currency: facts.currency,
    customer: customerId(dataset, facts.customer),
    customer_account: null,
    days_until_due: null,
    default_payment_method: oneIn(random, 3) ? `pm_${randomText(random, 24)}` : null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: oneIn(random, 10) ? [`di_${randomText(random, 24)}`] : [],
    ended_at: endedAt,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: { object: 'list', data, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
    latest_invoice: invoices[1] > invoices[0] ? dataset.ref('invoices', invoices[1] - 1) : null,
    livemode,
    managed_payments: { enabled: false },
    metadata: oneIn(random, 4) ? { seats: String(random() % 200), channel: 'partner:süd' } : {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: oneIn(random, 40) ? { behavior: 'void', resumes_at: null } : null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: schedules[1] > schedules[0] ? dataset.ref('subscription_schedules', schedules[0]) : null,
    start_date: created,
    status: facts.status,
    test_clock: null,
    transfer_data: null,
    trial_end: trialEnd,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: trialEnd && period.start,
  } satisfies Wire<Stripe.Subscription>
}

/** The discounts of a subscription, as an expansion shows them. Every second ends by itself. */
export function discountsOf({ id, customer, created, discounts }: StripeObject) {
  const ids = Array.isArray(discounts) ? discounts : []
  return ids.map((discount) => {
    const start = Number(created)
    const ends = String(discount).charCodeAt(3) % 2 === 0
    return {
      id: String(discount),
      object: 'discount',
      checkout_session: null,
      customer: String(customer),
      customer_account: null,
      end: ends ? start + 400 * day : null,
      invoice: null,
      invoice_item: null,
      promotion_code: null,
      source: { coupon: 'WELCOME20', type: 'coupon' },
      start,
      subscription: String(id),
      subscription_item: null,
    } satisfies Wire<Stripe.Discount>
  })
}
