import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { instant, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Subscriptions in every status, canceled ones too. */
export const subscriptions = syncedTable(
  'subscriptions',
  {
    customerId: text('customer_id'),
    /** Stripe: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid or paused. */
    status: text('status'),
    currency: text('currency'),
    collectionMethod: text('collection_method'),
    /** The earliest of its items, where they have periods of their own. */
    currentPeriodStart: instant('current_period_start'),
    /** The latest of its items, where they have periods of their own. */
    currentPeriodEnd: instant('current_period_end'),
    billingCycleAnchor: instant('billing_cycle_anchor'),
    startDate: instant('start_date'),
    trialStart: instant('trial_start'),
    trialEnd: instant('trial_end'),
    /** When it will end, if that is known. */
    cancelAt: instant('cancel_at'),
    cancelAtPeriodEnd: boolean('cancel_at_period_end'),
    /** When somebody canceled it; it may go on until ended_at. */
    canceledAt: instant('canceled_at'),
    endedAt: instant('ended_at'),
    cancellationReason: text('cancellation_reason'),
    cancellationFeedback: text('cancellation_feedback'),
    /** What becomes of its invoices while collection is paused; null while it is not. */
    pauseBehavior: text('pause_behavior'),
    pauseResumesAt: instant('pause_resumes_at'),
    daysUntilDue: whole('days_until_due'),
    defaultPaymentMethodId: text('default_payment_method_id'),
    latestInvoiceId: text('latest_invoice_id'),
    scheduleId: text('schedule_id'),
    /** The coupon of its first discount, where the payload says it. */
    couponId: text('coupon_id'),
    /** Ids of its discounts. */
    discountIds: jsonb('discount_ids'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['customerId'] },
)

/** What a subscription is made of: prices and quantities. */
export const subscriptionItems = syncedTable(
  'subscription_items',
  {
    subscriptionId: text('subscription_id'),
    priceId: text('price_id'),
    productId: text('product_id'),
    /** Null for metered prices. */
    quantity: whole('quantity'),
    currentPeriodStart: instant('current_period_start'),
    currentPeriodEnd: instant('current_period_end'),
    metadata: jsonb('metadata'),
  },
  { nested: true, by: ['subscriptionId'] },
)

/** Planned changes of subscriptions. */
export const subscriptionSchedules = syncedTable('subscription_schedules', {
  customerId: text('customer_id'),
  subscriptionId: text('subscription_id'),
  /** Stripe: not_started, active, completed, released or canceled. */
  status: text('status'),
  endBehavior: text('end_behavior'),
  currentPhaseStart: instant('current_phase_start'),
  currentPhaseEnd: instant('current_phase_end'),
  /** The subscription it let go. */
  releasedSubscriptionId: text('released_subscription_id'),
  canceledAt: instant('canceled_at'),
  completedAt: instant('completed_at'),
  releasedAt: instant('released_at'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})
