import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Subscriptions in every status, including canceled subscriptions. */
export const subscriptions = syncedTable(
  'subscriptions',
  {
    customerId: text('customer_id'),
    /** Stripe: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid or paused. */
    status: text('status'),
    currency: text('currency'),
    collectionMethod: text('collection_method'),
    /** Start of the current period. The earliest start of the items, if the items have periods of their own. */
    currentPeriodStart: instant('current_period_start'),
    /** End of the current period. The latest end of the items, if the items have periods of their own. */
    currentPeriodEnd: instant('current_period_end'),
    billingCycleAnchor: instant('billing_cycle_anchor'),
    startDate: instant('start_date'),
    trialStart: instant('trial_start'),
    trialEnd: instant('trial_end'),
    /** Time at which the subscription will end, if known. */
    cancelAt: instant('cancel_at'),
    cancelAtPeriodEnd: boolean('cancel_at_period_end'),
    /** Time of the cancellation. The subscription may continue until ended_at. */
    canceledAt: instant('canceled_at'),
    endedAt: instant('ended_at'),
    cancellationReason: text('cancellation_reason'),
    cancellationFeedback: text('cancellation_feedback'),
    /** Stripe: what happens to invoices while collection is paused. Null if collection is not paused. */
    pauseBehavior: text('pause_behavior'),
    pauseResumesAt: instant('pause_resumes_at'),
    daysUntilDue: whole('days_until_due'),
    defaultPaymentMethodId: text('default_payment_method_id'),
    latestInvoiceId: text('latest_invoice_id'),
    scheduleId: text('schedule_id'),
    /** Id of the order that began the subscription. */
    orderId: text('order_id'),
    /** Id of the place that the subscription belongs to. */
    locationId: text('location_id'),
    /** Id of the coupon of the first discount, if the payload contains it. */
    couponId: text('coupon_id'),
    /** Ids of the discounts of the subscription. */
    discountIds: jsonb('discount_ids'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['customerId'] },
)

/** Items of subscriptions, each with a price and a quantity. */
export const subscriptionItems = syncedTable(
  'subscription_items',
  {
    subscriptionId: text('subscription_id'),
    priceId: text('price_id'),
    productId: text('product_id'),
    /** Quantity. Null for metered prices. */
    quantity: whole('quantity'),
    /** Amount of a unit in the minor unit of the currency, if the subscription has an amount of its own. Null if it is the price's. */
    unitAmount: money('unit_amount'),
    /** Currency of unit_amount. */
    currency: text('currency'),
    currentPeriodStart: instant('current_period_start'),
    currentPeriodEnd: instant('current_period_end'),
    /** Ids of the discounts of the item. */
    discountIds: jsonb('discount_ids'),
    metadata: jsonb('metadata'),
  },
  { nested: true, by: ['subscriptionId'], mappingVersion: 2 },
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
  /** Id of the subscription that the schedule released. */
  releasedSubscriptionId: text('released_subscription_id'),
  canceledAt: instant('canceled_at'),
  completedAt: instant('completed_at'),
  releasedAt: instant('released_at'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})
