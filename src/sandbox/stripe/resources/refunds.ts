import type Stripe from 'stripe'
import { pick } from '../../server/random.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt, refundAmount } from './charge-facts.ts'
import { ledgerNumber } from './ledger.ts'
import { day } from './subscription-facts.ts'

/** One charge in fifteen has a refund, and one in two hundred has eleven. */
export const refunds: Resource = {
  path: '/v1/refunds',
  object: 'refund',
  idPrefix: 're_',
  createdField: 'created',
  relation: {
    parent: 'charges',
    field: 'charge',
    pattern: [11, ...Array.from({ length: 199 }, (_, at) => (at % 15 === 7 ? 1 : 0))],
    delay: (index, draw) => index * day + (draw % (10 * day)),
  },
  generate,
  filters: {
    charge: (refund, value) => refund.charge === value,
    payment_intent: (refund, value) => refund.payment_intent === value,
  },
  expandable: {
    charge: (refund, live) => ({ charge: live.charges.retrieve(String(refund.charge)) ?? null }),
    balance_transaction: (refund, live) => ({
      balance_transaction: live.balance_transactions.retrieve(String(refund.balance_transaction)) ?? null,
    }),
    payment_intent: (refund, live) => ({
      payment_intent: live.payment_intents.retrieve(String(refund.payment_intent)) ?? null,
    }),
  },
  deleted: 'missing',
}

function generate({ n, id, created, random, dataset }: GenerationInput) {
  const charge = dataset.parent('refunds', n) ?? 0
  const [from, to] = dataset.children('refunds', charge)
  const { amount, currency } = chargeAt(dataset, charge)
  return {
    id,
    object: 'refund',
    amount: refundAmount(n, to - from, amount),
    balance_transaction: dataset.ref('balance_transactions', ledgerNumber(dataset, 'refunds', n)),
    charge: dataset.ref('charges', charge),
    created,
    currency,
    customer: null,
    customer_account: null,
    destination_details: {
      card: {
        reference: String(random()),
        reference_status: 'available',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    metadata: {},
    payment_intent: dataset.ref('payment_intents', charge),
    payment_method: null,
    reason: pick(random, ['requested_by_customer', 'duplicate', null]),
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  } satisfies Wire<Stripe.Refund>
}
