import type Stripe from 'stripe'
import { pick } from '../../server/random.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt } from './charge-facts.ts'
import { ledgerNumber, ledgerObject } from './ledger.ts'
import { day } from './subscription-facts.ts'

export const disputes: Resource = {
  path: '/v1/disputes',
  object: 'dispute',
  idPrefix: 'du_',
  createdField: 'created',
  relation: {
    parent: 'charges',
    field: 'charge',
    pattern: [0, 1, ...Array<number>(48).fill(0)],
    delay: (_, draw) => draw % (40 * day),
  },
  generate,
  filters: {
    charge: (dispute, value) => dispute.charge === value,
    payment_intent: (dispute, value) => dispute.payment_intent === value,
  },
  expandable: {
    charge: (dispute, live) => ({ charge: live.charges.retrieve(String(dispute.charge)) ?? null }),
    payment_intent: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const charge = dataset.parent('disputes', n) ?? 0
  const { amount, currency } = chargeAt(dataset, charge)
  const entry = ledgerNumber(dataset, 'disputes', n)
  const isBooked = entry < dataset.count('balance_transactions')
  const status = pick(random, ['needs_response', 'under_review', 'won', 'lost'] as const)
  return {
    id,
    object: 'dispute',
    amount,
    balance_transactions: isBooked ? [ledgerObject(dataset, entry)] : [],
    charge: dataset.id('charges', charge),
    created,
    currency,
    enhanced_eligibility_types: [],
    evidence,
    evidence_details: {
      due_by: created + 10 * day,
      enhanced_eligibility: {},
      has_evidence: status === 'under_review',
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: 'manual',
    is_charge_refundable: false,
    livemode,
    metadata: {},
    payment_intent: dataset.ref('payment_intents', charge),
    payment_method_details: {
      card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
      type: 'card',
    },
    reason: pick(random, ['fraudulent', 'product_not_received', 'general']),
    status,
  } satisfies Wire<Stripe.Dispute>
}

const evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
}
