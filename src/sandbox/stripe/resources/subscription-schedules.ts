import type Stripe from 'stripe'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { customerId, day, itemAt, subscriptionAt } from './subscription-facts.ts'

export const subscriptionSchedules: Resource = {
  path: '/v1/subscription_schedules',
  object: 'subscription_schedule',
  idPrefix: 'sub_sched_',
  createdField: 'created',
  relation: {
    parent: 'subscriptions',
    field: 'subscription',
    pattern: [1, ...Array<number>(15).fill(0)],
    delay: (_, draw) => draw % day,
  },
  generate,
  filters: {
    customer: (schedule, value) => schedule.customer === value,
    scheduled: (schedule, value) => String(schedule.status === 'not_started') === value,
  },
  hidden: (schedule) => schedule.test_clock !== null,
  expandable: {
    customer: (schedule, live) => ({ customer: live.customers.retrieve(String(schedule.customer)) ?? null }),
    subscription: (schedule, live) => ({
      subscription: live.subscriptions.retrieve(String(schedule.subscription)) ?? null,
    }),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, dataset }: GenerationInput) {
  const facts = subscriptionAt(dataset, dataset.parent('subscription_schedules', n) ?? 0)
  const item = itemAt(dataset, facts.n, 0)
  const ended = facts.status === 'canceled' || facts.status === 'incomplete_expired'
  const phase = (start: number, quantity: number) => ({
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    currency: facts.currency,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    end_date: start + 180 * day,
    invoice_settings: null,
    items: [
      {
        billing_thresholds: null,
        discounts: [],
        metadata: {},
        plan: dataset.id('prices', item.price.n),
        price: dataset.id('prices', item.price.n),
        quantity,
        tax_rates: [],
      },
    ],
    metadata: {},
    on_behalf_of: null,
    proration_behavior: 'create_prorations',
    start_date: start,
    transfer_data: null,
    trial_end: null,
  })
  return {
    id,
    object: 'subscription_schedule',
    application: null,
    billing_mode: { flexible: null, type: 'classic' },
    canceled_at: ended ? created + 30 * day : null,
    completed_at: null,
    created,
    current_phase: ended ? null : { end_date: created + 180 * day, start_date: created },
    customer: customerId(dataset, facts.customer),
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: 'charge_automatically',
      default_payment_method: null,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: 'release',
    livemode,
    metadata: {},
    pause_schedules: [],
    phases: [phase(created, item.quantity), phase(created + 180 * day, item.quantity + 1)],
    released_at: null,
    released_subscription: null,
    status: ended ? 'canceled' : 'active',
    subscription: facts.id,
    test_clock: null,
  } satisfies Wire<Stripe.SubscriptionSchedule>
}
