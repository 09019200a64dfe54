import type Stripe from 'stripe'
import { randomText } from '../../server/ids.ts'
import { pick } from '../../server/random.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt } from './charge-facts.ts'
import { customerId } from './subscription-facts.ts'

/** Charges of invoices. `refunds` is there only if it is expanded, with the first ten. */
export const charges: Resource = {
  path: '/v1/charges',
  object: 'charge',
  idPrefix: 'ch_',
  createdField: 'created',
  relation: {
    parent: 'invoices',
    pattern: [1, 1, 1, 1, 1, 0],
    delay: (index, draw) => index * 86_400 + (draw % 3 ? 3_600 : 0),
  },
  generate,
  filters: {
    customer: (charge, value) => charge.customer === value,
    payment_intent: (charge, value) => charge.payment_intent === value,
    transfer_group: (charge, value) => charge.transfer_group === value,
  },
  expandable: {
    balance_transaction: (charge, live) => ({
      balance_transaction: live.balance_transactions.retrieve(String(charge.balance_transaction)) ?? null,
    }),
    customer: (charge, live) => ({ customer: live.customers.retrieve(String(charge.customer)) ?? null }),
    payment_intent: (charge, live) => ({
      payment_intent: live.payment_intents.retrieve(String(charge.payment_intent)) ?? null,
    }),
    refunds: (charge, live) => {
      const refunds = live.refunds.related('charges', charge.id)
      const url = `/v1/charges/${charge.id}/refunds`
      return { refunds: { object: 'list', data: refunds.slice(0, 10), has_more: refunds.length > 10, url } }
    },
    review: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const { amount, currency, customer, failed, refunded, disputed } = chargeAt(dataset, n)
  const last4 = String(random() % 10_000).padStart(4, '0')
  return {
    id,
    object: 'charge',
    amount,
    amount_captured: failed ? 0 : amount,
    amount_refunded: refunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: failed ? null : dataset.ref('balance_transactions', n),
    billing_details: {
      address: { city: null, country: 'DE', line1: null, line2: null, postal_code: null, state: null },
      email: null,
      name: null,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: 'SANDBOX GMBH',
    captured: !failed,
    created,
    currency,
    customer: customerId(dataset, customer),
    description: 'Subscription creation – 定期購入',
    disputed,
    failure_balance_transaction: null,
    failure_code: failed ? 'card_declined' : null,
    failure_message: failed ? 'Your card has insufficient funds.' : null,
    fraud_details: {},
    livemode,
    metadata: {},
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: failed ? 'declined_by_network' : 'approved_by_network',
      reason: failed ? 'insufficient_funds' : null,
      risk_level: 'normal',
      risk_score: random() % 65,
      seller_message: failed ? 'The bank declined.' : 'Payment complete.',
      type: failed ? 'issuer_declined' : 'authorized',
    },
    paid: !failed,
    payment_intent: dataset.ref('payment_intents', n),
    payment_method: `pm_${randomText(random, 24)}`,
    payment_method_details: {
      card: {
        amount_authorized: failed ? null : amount,
        authorization_code: null,
        brand: pick(random, ['visa', 'mastercard', 'amex']),
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
        country: 'DE',
        electronic_commerce_indicator: null,
        exp_month: 1 + (random() % 12),
        exp_year: 2027 + (random() % 8),
        fingerprint: randomText(random, 16),
        funding: 'credit',
        installments: null,
        last4,
        mandate: null,
        network: 'visa',
        network_transaction_id: null,
        regulated_status: 'unregulated',
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
      },
      type: 'card',
    },
    receipt_email: null,
    receipt_number: null,
    receipt_url: failed ? null : `https://pay.stripe.com/receipts/payment/${id}`,
    refunded: refunded > 0 && refunded === amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: failed ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  } satisfies Wire<Stripe.Charge>
}
