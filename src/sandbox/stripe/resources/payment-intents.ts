import type Stripe from 'stripe'
import { randomText } from '../../server/ids.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt } from './charge-facts.ts'
import { customerId } from './subscription-facts.ts'

/** A payment intent for each charge. A payment intent without a charge was abandoned. */
export const paymentIntents: Resource = {
  path: '/v1/payment_intents',
  object: 'payment_intent',
  idPrefix: 'pi_',
  createdField: 'created',
  relation: { parent: 'invoices', pattern: [1, 1, 1, 1, 1, 0], delay: () => 0 },
  generate,
  filters: { customer: (intent, value) => intent.customer === value },
  expandable: {
    customer: (intent, live) => ({ customer: live.customers.retrieve(String(intent.customer)) ?? null }),
    latest_charge: (intent, live) => ({ latest_charge: live.charges.retrieve(String(intent.latest_charge)) ?? null }),
    payment_method: () => ({}),
    review: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const { amount, currency, customer, failed } = chargeAt(dataset, n)
  const charge = dataset.ref('charges', n)
  const paid = charge !== null && !failed
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: paid ? amount : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: charge === null ? created + 86_400 : null,
    cancellation_reason: charge === null ? 'abandoned' : null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${randomText(random, 25)}`,
    confirmation_method: 'automatic',
    created,
    currency,
    customer: customerId(dataset, customer),
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: charge,
    livemode,
    managed_payments: { enabled: false },
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: `pm_${randomText(random, 24)}`,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: charge === null ? 'canceled' : paid ? 'succeeded' : 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  } satisfies Wire<Stripe.PaymentIntent>
}
