import type { States } from '../../provider/states.ts'

export const states = {
  subscription: {
    incomplete: 'pending',
    trialing: 'trialing',
    active: 'active',
    past_due: 'past_due',
    paused: 'paused',
    unpaid: 'unpaid',
    canceled: 'canceled',
    // Its first invoice was never paid. The status is terminal.
    incomplete_expired: 'never',
  },
  invoice: { draft: 'draft', open: 'open', paid: 'paid', void: 'void', uncollectible: 'uncollectible' },
  payment: { pending: 'pending', succeeded: 'succeeded', failed: 'failed' },
  refund: {
    pending: 'pending',
    requires_action: 'pending',
    succeeded: 'succeeded',
    failed: 'failed',
    canceled: 'canceled',
  },
  payout: { pending: 'pending', in_transit: 'pending', paid: 'succeeded', failed: 'failed', canceled: 'canceled' },
  dispute: {
    warning_needs_response: 'needs_response',
    needs_response: 'needs_response',
    appeal_needs_response: 'needs_response',
    warning_under_review: 'under_review',
    under_review: 'under_review',
    appeal_under_review: 'under_review',
    won: 'won',
    lost: 'lost',
    warning_closed: 'closed',
    prevented: 'closed',
    // In API versions before 2026.
    charge_refunded: 'closed',
  },
} as const satisfies States

/** By reporting category: the type of a partial capture's reversal is refund. Payouts, transfers and top-ups have no state. */
export const balances = {
  charge: 'charged',
  charge_failure: 'charged',
  partial_capture_reversal: 'charged',
  refund: 'refunded',
  refund_failure: 'refunded',
  dispute: 'disputed',
  dispute_reversal: 'disputed',
  fee: 'fees',
  network_cost: 'fees',
} as const satisfies States['balance']
