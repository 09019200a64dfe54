import type { States } from '../../provider/states.ts'

/** The status of a transaction of an order. */
const transaction = {
  PENDING: 'pending',
  AWAITING_RESPONSE: 'pending',
  // Shopify does not know whether money was taken.
  UNKNOWN: 'pending',
  SUCCESS: 'succeeded',
  FAILURE: 'failed',
  ERROR: 'failed',
} as const

export const states = {
  subscription: { ACTIVE: 'active', PAUSED: 'paused', FAILED: 'unpaid', CANCELLED: 'canceled', EXPIRED: 'ended' },
  order: {
    PENDING: 'open',
    AUTHORIZED: 'open',
    PARTIALLY_PAID: 'open',
    PAID: 'paid',
    VOIDED: 'void',
    EXPIRED: 'void',
    PARTIALLY_REFUNDED: 'refunded',
    REFUNDED: 'refunded',
  },
  payment: transaction,
  refund: transaction,
  payout: { SCHEDULED: 'pending', IN_TRANSIT: 'pending', PAID: 'succeeded', FAILED: 'failed', CANCELED: 'canceled' },
  dispute: {
    NEEDS_RESPONSE: 'needs_response',
    UNDER_REVIEW: 'under_review',
    WON: 'won',
    LOST: 'lost',
    ACCEPTED: 'lost',
    CHARGE_REFUNDED: 'closed',
    PREVENTED: 'closed',
  },
} as const satisfies States

/** The GraphQL API writes capitals, the older API small letters. */
export const balances = {
  CHARGE: 'charged',
  charge: 'charged',
  REFUND: 'refunded',
  refund: 'refunded',
  DISPUTE: 'disputed',
  dispute: 'disputed',
  // Adjustments, by their type.
  CHARGEBACK_FEE: 'fees',
  CHARGEBACK_FEE_REFUND: 'fees',
  STRIPE_FEE: 'fees',
} as const satisfies States['balance']
