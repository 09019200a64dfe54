import * as tables from '../../../db/schema.ts'
import {
  type Fields,
  fields,
  flag,
  instant,
  integer,
  object,
  reference,
  second,
  text,
} from '../../../provider/fields.ts'
import { at, derived, mapping } from '../../../provider/mapping.ts'
import { discountsOf, firstCoupon } from '../discount.ts'
import { embedded, heldBy } from '../embedded.ts'
import { listPage } from '../list.ts'
import { nested, parentId } from '../nested.ts'
import { resource } from '../resource.ts'
import { foundPrices } from './prices.ts'

const itemsOf = (subscription: unknown) => embedded(subscription, 'items')
const priceOf = (item: unknown) => [{ item: fields(item).price, path: ['price'] }]

const items = nested('subscription_items', {
  table: tables.subscriptionItems,
  parent: 'subscriptionId',
  owner: { about: ['subscriptionId'] },
  embedded: itemsOf,
  list: (stripe, subscription, query) =>
    listPage(stripe, '/v1/subscription_items', query, { parameters: { subscription } }),
  harvest: (item) => foundPrices(priceOf(item)),
  ...mapping<typeof tables.subscriptionItems>({
    subscriptionId: parentId,
    priceId: at(reference, 'price', 'plan'),
    productId: at(reference, 'price.product', 'plan.product'),
    quantity: integer,
    currentPeriodStart: instant,
    currentPeriodEnd: instant,
    metadata: object,
    createdAt: at(instant, 'created'),
  }),
})

export const subscriptions = resource('subscriptions', '/v1/subscriptions', {
  table: tables.subscriptions,
  owner: { customer: ['customerId'], owns: ['defaultPaymentMethodId', 'scheduleId'] },
  // Without it, canceled ones are left out.
  parameters: { status: 'all' },
  nested: [items],
  harvest: (subscription) => foundPrices(heldBy(itemsOf(subscription), priceOf)),
  ...mapping<typeof tables.subscriptions>({
    customerId: at(reference, 'customer'),
    status: text,
    currency: text,
    collectionMethod: text,
    currentPeriodStart: derived((subscription) => period(subscription, 'current_period_start', Math.min)),
    currentPeriodEnd: derived((subscription) => period(subscription, 'current_period_end', Math.max)),
    billingCycleAnchor: instant,
    startDate: instant,
    trialStart: instant,
    trialEnd: instant,
    cancelAt: instant,
    cancelAtPeriodEnd: flag,
    canceledAt: instant,
    endedAt: instant,
    cancellationReason: at(text, 'cancellation_details.reason'),
    cancellationFeedback: at(text, 'cancellation_details.feedback'),
    pauseBehavior: at(text, 'pause_collection.behavior'),
    pauseResumesAt: at(instant, 'pause_collection.resumes_at'),
    daysUntilDue: integer,
    defaultPaymentMethodId: at(reference, 'default_payment_method'),
    latestInvoiceId: at(reference, 'latest_invoice'),
    scheduleId: at(reference, 'schedule'),
    couponId: derived(firstCoupon),
    discountIds: derived(discountsOf),
    livemode: flag,
    metadata: object,
    createdAt: at(instant, 'created'),
  }),
})

export const subscriptionSchedules = resource('subscription_schedules', '/v1/subscription_schedules', {
  table: tables.subscriptionSchedules,
  owner: { customer: ['customerId'], about: ['subscriptionId', 'releasedSubscriptionId'] },
  ...mapping<typeof tables.subscriptionSchedules>({
    customerId: at(reference, 'customer'),
    subscriptionId: at(reference, 'subscription'),
    status: text,
    endBehavior: text,
    currentPhaseStart: at(instant, 'current_phase.start_date'),
    currentPhaseEnd: at(instant, 'current_phase.end_date'),
    releasedSubscriptionId: at(reference, 'released_subscription'),
    canceledAt: instant,
    completedAt: instant,
    releasedAt: instant,
    livemode: flag,
    metadata: object,
    createdAt: at(instant, 'created'),
  }),
})

/** Since API 2025-03-31 each item has a period of its own; before, the subscription had one for all. */
function period(
  subscription: Fields,
  field: 'current_period_start' | 'current_period_end',
  choose: (...seconds: number[]) => number,
): Date | null {
  const ofItems = (itemsOf(subscription)?.items ?? [])
    .map((item) => second(fields(item)[field]))
    .filter((one) => one !== null)
  return instant(ofItems.length > 0 ? choose(...ofItems) : subscription[field])
}
