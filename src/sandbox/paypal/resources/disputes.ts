import type { Dataset } from '../dataset.ts'
import { slots } from '../ledger/line-kinds.ts'
import { payerAt } from '../ledger/payers.ts'
import { payerNumber } from '../ledger/transaction.ts'
import { money } from '../money.ts'
import type { Fields } from '../paypal-object.ts'
import { day, millisecondTime } from '../timestamps.ts'

/** The dispute with the payment that it is about, which the list leaves out. */
export function disputeAt(n: number, data: Dataset): Fields {
  const { stories } = data
  const line = stories.numberOf(n * 5, slots.disputed)
  const hasLine = n * 5 < stories.spread && line < stories.count
  const paid = hasLine ? stories.time(line) : data.now - 4 * day
  const amount = hasLine ? money(stories.amount(line), stories.currency(line)) : money(1_000, 'USD')
  const created = Math.min(paid + 3 * day, data.now) - 0.25
  const state = states[n % states.length] ?? states[0]
  const updated = Math.min(created + (n % 40) * day, data.now - 0.125)
  return {
    dispute_id: data.id('disputes', n),
    create_time: millisecondTime(created),
    update_time: millisecondTime(Math.max(created, updated)),
    disputed_transactions: [
      disputedPayment({
        id: hasLine ? stories.transactionId(line) : 'UNKNOWN0000000000',
        time: millisecondTime(Math.floor(paid)),
        amount,
        buyer: hasLine ? asciiOf(payerAt(data.seed, payerNumber(line, { ...data })).surname) : 'Smith',
        merchant: data.merchant,
      }),
    ],
    reason: reasons[n % reasons.length],
    status: state.status,
    dispute_state: state.state,
    dispute_amount: amount,
    ...(state.status === 'RESOLVED' ? { dispute_outcome: outcomeOf(n, amount) } : {}),
    dispute_life_cycle_stage: n % 3 === 0 ? 'CHARGEBACK' : 'INQUIRY',
    dispute_channel: n % 3 === 0 ? 'EXTERNAL' : 'INTERNAL',
    ...(state.status === 'RESOLVED' ? {} : { seller_response_due_date: millisecondTime(created + 10 * day) }),
  }
}

interface DisputedPayment {
  readonly id: string
  readonly time: string
  readonly amount: Fields | object
  readonly buyer: string
  readonly merchant: string
}

export function disputedPayment({ id, time, amount, buyer, merchant }: DisputedPayment): Fields {
  return {
    buyer_transaction_id: `B${id.slice(1)}`,
    seller_transaction_id: id,
    create_time: time,
    transaction_status: 'COMPLETED',
    gross_amount: amount,
    buyer: { name: buyer },
    seller: { email: 'merchant@example.com', merchant_id: merchant, name: 'Sandbox' },
  }
}

export const outcomeOf = (n: number, amount: unknown): Fields =>
  n % 2 === 0
    ? { outcome_code: 'RESOLVED_SELLER_FAVOUR' }
    : { outcome_code: 'RESOLVED_BUYER_FAVOUR', amount_refunded: amount }

/** Names of buyers have no special characters by the specification. */
const asciiOf = (name: string) => name.replace(/[~!@#$%^*()_{}:|\t\n/]/g, '')

export const states = [
  { status: 'WAITING_FOR_SELLER_RESPONSE', state: 'REQUIRED_ACTION' },
  { status: 'RESOLVED', state: 'RESOLVED' },
  { status: 'OPEN', state: 'OPEN_INQUIRIES' },
  { status: 'UNDER_REVIEW', state: 'UNDER_PAYPAL_REVIEW' },
  { status: 'WAITING_FOR_BUYER_RESPONSE', state: 'REQUIRED_OTHER_PARTY_ACTION' },
  { status: 'RESOLVED', state: 'APPEALABLE' },
] as const

const reasons = [
  'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
  'MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED',
  'UNAUTHORISED',
  'CREDIT_NOT_PROCESSED',
  'DUPLICATE_TRANSACTION',
  'INCORRECT_AMOUNT',
  'CANCELED_RECURRING_BILLING',
] as const
