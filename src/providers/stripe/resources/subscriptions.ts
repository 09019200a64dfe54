import * as tables from '../../../db/schema.ts'
import {
  type Fields,
  fields,
  flag,
  integer,
  list,
  object,
  reference,
  second,
  text,
  unixSeconds,
} from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { discountsOf, firstCoupon } from '../discount.ts'
import { embeddedIn, embeddedList } from '../embedded.ts'
import { listPage } from '../list.ts'
import { nested, parentId } from '../nested.ts'
import { references } from '../readers.ts'
import { resource } from '../resource.ts'
import { discounts } from './discounts.ts'
import { embeddedPrices } from './prices.ts'

const itemsOf = (subscription: Item) => embeddedList(subscription, 'items')
const priceIn = (item: Item) => [item.at('price')]

const items = nested('subscription_items', {
  table: tables.subscriptionItems,
  parent: 'subscriptionId',
  owner: { about: ['subscriptionId'] },
  embedded: itemsOf,
  list: (stripe, subscription, query) => listPage(stripe, '/v1/subscription_items', query, { subscription }),
  embeddedItems: (item) => embeddedPrices(priceIn(item)),
  row: mapping<typeof tables.subscriptionItems>({
    subscriptionId: parentId,
    priceId: at(reference, 'price', 'plan'),
    productId: at(reference, 'price.product', 'plan.product'),
    quantity: integer,
    currentPeriodStart: unixSeconds,
    currentPeriodEnd: unixSeconds,
    discountIds: at(references, 'discounts'),
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('unitAmount', 'currency', 'updatedAt'),
  }),
})

export const subscriptions = resource('subscriptions', '/v1/subscriptions', {
  table: tables.subscriptions,
  owner: { customer: ['customerId'], owns: ['defaultPaymentMethodId', 'scheduleId'] },
  // Without `status` the list omits canceled subscriptions.
  parameters: { status: 'all' },
  nested: [items, discounts],
  embeddedItems: (subscription) => embeddedPrices(embeddedIn(itemsOf(subscription), priceIn)),
  row: mapping<typeof tables.subscriptions>({
    customerId: at(reference, 'customer'),
    status: text,
    currency: text,
    collectionMethod: text,
    currentPeriodStart: derived((subscription) => period(subscription, 'current_period_start', Math.min)),
    currentPeriodEnd: derived((subscription) => period(subscription, 'current_period_end', Math.max)),
    billingCycleAnchor: unixSeconds,
    startDate: unixSeconds,
    trialStart: unixSeconds,
    trialEnd: unixSeconds,
    cancelAt: unixSeconds,
    cancelAtPeriodEnd: flag,
    canceledAt: unixSeconds,
    endedAt: unixSeconds,
    cancellationReason: at(text, 'cancellation_details.reason'),
    cancellationFeedback: at(text, 'cancellation_details.feedback'),
    pauseBehavior: at(text, 'pause_collection.behavior'),
    pauseResumesAt: at(unixSeconds, 'pause_collection.resumes_at'),
    daysUntilDue: integer,
    defaultPaymentMethodId: at(reference, 'default_payment_method'),
    latestInvoiceId: at(reference, 'latest_invoice'),
    scheduleId: at(reference, 'schedule'),
    couponId: derived(firstCoupon),
    discountIds: derived(discountsOf),
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('orderId', 'locationId', 'updatedAt'),
  }),
})

export const subscriptionSchedules = resource('subscription_schedules', '/v1/subscription_schedules', {
  table: tables.subscriptionSchedules,
  owner: { customer: ['customerId'], about: ['subscriptionId', 'releasedSubscriptionId'] },
  row: mapping<typeof tables.subscriptionSchedules>({
    customerId: at(reference, 'customer'),
    subscriptionId: at(reference, 'subscription'),
    status: text,
    endBehavior: text,
    currentPhaseStart: at(unixSeconds, 'current_phase.start_date'),
    currentPhaseEnd: at(unixSeconds, 'current_phase.end_date'),
    releasedSubscriptionId: at(reference, 'released_subscription'),
    canceledAt: unixSeconds,
    completedAt: unixSeconds,
    releasedAt: unixSeconds,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

/** Since API 2025-03-31 each item has its own period. Before, all items shared the subscription's period. */
function period(
  subscription: Fields,
  field: 'current_period_start' | 'current_period_end',
  choose: (...seconds: number[]) => number,
): Date | null {
  const items = list(fields(subscription.items).data) ?? []
  const seconds = items.map((item) => second(fields(item)[field])).filter((second) => second !== null)
  return unixSeconds(seconds.length > 0 ? choose(...seconds) : subscription[field])
}
