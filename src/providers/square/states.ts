import type { States } from '../../provider/states.ts'

export const states = {
  subscription: {
    PENDING: 'pending',
    ACTIVE: 'active',
    PAUSED: 'paused',
    CANCELED: 'canceled',
    DEACTIVATED: 'ended',
    COMPLETED: 'ended',
  },
  invoice: {
    DRAFT: 'draft',
    UNPAID: 'open',
    SCHEDULED: 'open',
    PARTIALLY_PAID: 'open',
    PAYMENT_PENDING: 'open',
    FAILED: 'open',
    PAID: 'paid',
    CANCELED: 'void',
    PARTIALLY_REFUNDED: 'refunded',
    REFUNDED: 'refunded',
  },
  order: { DRAFT: 'draft', OPEN: 'open', COMPLETED: 'paid', CANCELED: 'void' },
  // An approved payment is authorized, and its money is not taken yet.
  payment: {
    PENDING: 'pending',
    APPROVED: 'pending',
    COMPLETED: 'succeeded',
    FAILED: 'failed',
    CANCELED: 'canceled',
  },
  // PaymentRefund has COMPLETED, the refund of an order has APPROVED.
  refund: { PENDING: 'pending', COMPLETED: 'succeeded', APPROVED: 'succeeded', REJECTED: 'failed', FAILED: 'failed' },
  payout: { SENT: 'pending', PAID: 'succeeded', FAILED: 'failed' },
  dispute: {
    INQUIRY_EVIDENCE_REQUIRED: 'needs_response',
    EVIDENCE_REQUIRED: 'needs_response',
    INQUIRY_PROCESSING: 'under_review',
    PROCESSING: 'under_review',
    WON: 'won',
    LOST: 'lost',
    ACCEPTED: 'lost',
    INQUIRY_CLOSED: 'closed',
  },
} as const satisfies States

/** By the type of an entry. */
export const balances = {
  CHARGE: 'charged',
  REFUND: 'refunded',
  DISPUTE: 'disputed',
  DISPUTE_REVERSAL: 'disputed',
  FEE: 'fees',
} as const satisfies States['balance']
