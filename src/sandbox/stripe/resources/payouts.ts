import type Stripe from 'stripe'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { ledgerNumber, payoutAt } from './ledger.ts'
import { day } from './subscription-facts.ts'

export const payouts: Resource = {
  path: '/v1/payouts',
  object: 'payout',
  idPrefix: 'po_',
  createdField: 'created',
  count: (customers) => Math.ceil(customers / 10),
  generate,
  filters: {
    status: (payout, value) => payout.status === value,
    destination: (payout, value) => payout.destination === value,
  },
  expandable: {
    balance_transaction: (payout, live) => ({
      balance_transaction: live.balance_transactions.retrieve(String(payout.balance_transaction)) ?? null,
    }),
    destination: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const { amount, currency } = payoutAt(dataset, n)
  return {
    id,
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: created + 2 * day,
    automatic: random() % 5 > 0,
    balance_transaction: dataset.ref('balance_transactions', ledgerNumber(dataset, 'payouts', n)),
    created,
    currency,
    description: 'STRIPE PAYOUT',
    destination: 'ba_sandbox',
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: created + 2 * day < dataset.now ? 'paid' : 'in_transit',
    trace_id: null,
    type: 'bank_account',
  } satisfies Wire<Stripe.Payout>
}
