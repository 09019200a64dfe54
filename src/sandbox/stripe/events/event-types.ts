import type { StripeObject } from '../resource.ts'
import type { ResourceName } from '../resources/names.ts'
import { byStatus, type ChangeEvents, changeEvents, type EventType } from './change-events.ts'
import { eventTypesByName } from './event-types-by-name.ts'

/** Resources that are not here make no events: balance transactions, shipping rates, file links. */
export const eventTypes: Readonly<Partial<Record<ResourceName, ChangeEvents>>> = {
  ...eventTypesByName,
  customers: changeEvents('customer.created', 'customer.updated', 'customer.deleted'),
  products: changeEvents('product.created', 'product.updated', 'product.deleted'),
  prices: {
    created: (price) => (price.recurring ? ['plan.created', 'price.created'] : ['price.created']),
    updated: (_, price) => (price.recurring ? ['plan.updated', 'price.updated'] : ['price.updated']),
    deleted: 'price.deleted',
  },
  coupons: changeEvents('coupon.created', 'coupon.updated', 'coupon.deleted'),
  promotion_codes: changeEvents('promotion_code.created', 'promotion_code.updated'),
  tax_rates: changeEvents('tax_rate.created', 'tax_rate.updated'),
  subscriptions: {
    created: () => ['customer.subscription.created'],
    updated: byStatus('customer.subscription.updated', {
      canceled: ['customer.subscription.deleted'],
      incomplete_expired: ['customer.subscription.updated'],
      paused: ['customer.subscription.updated', 'customer.subscription.paused'],
    }),
  },
  subscription_schedules: {
    created: () => ['subscription_schedule.created'],
    updated: byStatus('subscription_schedule.updated', {
      canceled: ['subscription_schedule.canceled', 'subscription_schedule.updated'],
      completed: ['subscription_schedule.completed', 'subscription_schedule.updated'],
      released: ['subscription_schedule.released', 'subscription_schedule.updated'],
    }),
  },
  invoices: {
    created: ({ status }) => ['invoice.created', ...(invoiceSteps[String(status)] ?? [])],
    updated: (before, after) => [
      'invoice.updated',
      ...(before.status === after.status ? [] : (invoiceSteps[String(after.status)] ?? [])),
      ...(grown(before, after, 'attempt_count') && after.status !== 'paid'
        ? (['invoice.payment_failed'] as const)
        : []),
    ],
    deleted: 'invoice.deleted',
  },
  // There is no invoiceitem.updated.
  invoiceitems: { created: () => ['invoiceitem.created'], deleted: 'invoiceitem.deleted' },
  invoice_payments: {
    created: ({ status }) => (status === 'paid' ? ['invoice_payment.paid'] : []),
    updated: (before, { status }) => (status === 'paid' && before.status !== 'paid' ? ['invoice_payment.paid'] : []),
  },
  charges: {
    created: ({ status }) => [
      status === 'failed' ? 'charge.failed' : status === 'pending' ? 'charge.pending' : 'charge.succeeded',
    ],
    updated: (before, after) => {
      if (grown(before, after, 'amount_refunded')) return ['charge.refunded', 'charge.updated']
      if (after.captured && !before.captured) return ['charge.captured', 'charge.updated']
      if (before.status !== after.status) return [after.status === 'failed' ? 'charge.failed' : 'charge.succeeded']
      return ['charge.updated']
    },
  },
  payment_intents: {
    created: ({ status }) => ['payment_intent.created', ...(intentSteps[String(status)] ?? [])],
    // There is no payment_intent.updated, so that other changes make no event.
    updated: (before, { status }) => (before.status === status ? [] : (intentSteps[String(status)] ?? [])),
  },
  refunds: {
    created: () => ['refund.created'],
    updated: byStatus(
      'refund.updated',
      { failed: ['refund.failed', 'refund.updated', 'charge.refund.updated'] },
      'charge.refund.updated',
    ),
  },
  disputes: {
    created: () => ['charge.dispute.created', 'charge.dispute.funds_withdrawn'],
    updated: byStatus('charge.dispute.updated', {
      won: ['charge.dispute.updated', 'charge.dispute.funds_reinstated', 'charge.dispute.closed'],
      lost: ['charge.dispute.updated', 'charge.dispute.closed'],
    }),
  },
  credit_notes: {
    created: () => ['credit_note.created'],
    updated: byStatus('credit_note.updated', { void: ['credit_note.voided', 'credit_note.updated'] }),
  },
  payouts: {
    created: () => ['payout.created'],
    updated: byStatus('payout.updated', {
      paid: ['payout.paid', 'payout.updated'],
      failed: ['payout.failed', 'payout.updated'],
      canceled: ['payout.canceled', 'payout.updated'],
    }),
  },
}

const invoiceSteps: Readonly<Record<string, readonly EventType[]>> = {
  open: ['invoice.finalized'],
  paid: ['invoice.paid', 'invoice.payment_succeeded'],
  void: ['invoice.voided'],
  uncollectible: ['invoice.marked_uncollectible'],
}
const intentSteps: Readonly<Record<string, readonly EventType[]>> = {
  succeeded: ['payment_intent.succeeded'],
  canceled: ['payment_intent.canceled'],
  processing: ['payment_intent.processing'],
  requires_action: ['payment_intent.requires_action'],
  requires_payment_method: ['payment_intent.payment_failed'],
  requires_capture: ['payment_intent.amount_capturable_updated'],
}

const grown = (before: StripeObject, after: StripeObject, field: string) => Number(after[field]) > Number(before[field])
