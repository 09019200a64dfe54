import type { States } from '../../provider/states.ts'

/** The status of a transaction: denied, pending, success or reversed. */
const transaction = { P: 'pending', S: 'succeeded', D: 'failed', V: 'reversed' } as const

export const states = {
  subscription: {
    APPROVAL_PENDING: 'pending',
    APPROVED: 'pending',
    ACTIVE: 'active',
    SUSPENDED: 'paused',
    CANCELLED: 'canceled',
    EXPIRED: 'ended',
  },
  invoice: {
    DRAFT: 'draft',
    SENT: 'open',
    UNPAID: 'open',
    SCHEDULED: 'open',
    PARTIALLY_PAID: 'open',
    PAYMENT_PENDING: 'open',
    PAID: 'paid',
    MARKED_AS_PAID: 'paid',
    CANCELLED: 'void',
    PARTIALLY_REFUNDED: 'refunded',
    REFUNDED: 'refunded',
    MARKED_AS_REFUNDED: 'refunded',
  },
  payment: transaction,
  refund: transaction,
  payout: transaction,
  // The outcome of a resolved dispute is in its payload.
  dispute: {
    OPEN: 'needs_response',
    WAITING_FOR_SELLER_RESPONSE: 'needs_response',
    WAITING_FOR_BUYER_RESPONSE: 'under_review',
    UNDER_REVIEW: 'under_review',
    OTHER: 'under_review',
    RESOLVED: 'closed',
  },
} as const satisfies States

/** By the first characters of the event code, and by the code where it differs from the others. */
export const balances = {
  T00: 'charged',
  T01: 'fees',
  T11: 'refunded',
  T1107: 'refunded',
  T1108: 'fees',
  T1109: 'fees',
  T1106: 'disputed',
  // Money that is held while a dispute is looked into, and the end of that.
  T1110: 'disputed',
  T1111: 'disputed',
  T1201: 'disputed',
  T1202: 'disputed',
} as const satisfies States['balance']
