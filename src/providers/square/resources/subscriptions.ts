import * as tables from '../../../db/schema.ts'
import type { Nested } from '../../../provider/contract.ts'
import { dateTime, integer, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { SquareConnection } from '../connection.ts'
import { pageOf, retrieveAt } from '../list.ts'
import { currency, day } from '../readers.ts'
import type { SquareResource } from '../resource.ts'

/** A subscription has one plan, which becomes its only item; the item has the subscription's id. */
const items: Nested<SquareConnection, typeof tables.subscriptionItems> = {
  name: 'subscription_items',
  table: tables.subscriptionItems,
  parent: 'subscriptionId',
  owner: { about: ['subscriptionId'] },
  embedded: (subscription) => ({ items: [subscription], next: null }),
  list: () => Promise.reject(new Error('a subscription has its only item')),
  row: mapping<typeof tables.subscriptionItems>({
    subscriptionId: derived(() => null),
    priceId: at(reference, 'plan_variation_id'),
    quantity: derived(() => 1),
    unitAmount: at(integer, 'price_override_money.amount'),
    currency: at(currency, 'price_override_money.currency'),
    currentPeriodEnd: at(day, 'charged_through_date'),
    createdAt: at(dateTime, 'created_at'),
    ...absent('discountIds', 'productId', 'currentPeriodStart', 'metadata', 'updatedAt'),
  }),
}

/** Subscriptions of all locations. The search takes no time, so that every job reads the whole list. */
export const subscriptions: SquareResource<typeof tables.subscriptions> = {
  name: 'subscriptions',
  table: tables.subscriptions,
  owner: { customer: ['customerId'], owns: ['defaultPaymentMethodId'] },
  nested: [items],
  async list(square, { cursor, limit }) {
    const body = { include: ['actions'], limit, ...(cursor !== null && { cursor }) }
    return pageOf(await square.post('/v2/subscriptions/search', body), 'subscriptions')
  },
  retrieve: (square, id) =>
    retrieveAt(square, `/v2/subscriptions/${encodeURIComponent(id)}?include=actions`, 'subscription'),
  row: mapping<typeof tables.subscriptions>({
    customerId: at(reference, 'customer_id'),
    locationId: at(text, 'location_id'),
    status: text,
    currency: at(currency, 'price_override_money.currency'),
    startDate: at(day, 'start_date'),
    currentPeriodEnd: at(day, 'charged_through_date'),
    canceledAt: at(day, 'canceled_date'),
    endedAt: at(day, 'completed_date'),
    defaultPaymentMethodId: at(reference, 'card_id'),
    latestInvoiceId: derived(({ invoice_ids: ids }) => reference(list(ids)?.at(0))),
    metadata: derived((item) => metadataOf(item, 'source', 'timezone', 'tax_percentage', 'actions', 'phases')),
    createdAt: at(dateTime, 'created_at'),
    ...absent(
      'collectionMethod',
      'currentPeriodStart',
      'billingCycleAnchor',
      'trialStart',
      'trialEnd',
      'cancelAt',
      'cancelAtPeriodEnd',
      'cancellationReason',
      'cancellationFeedback',
      'pauseBehavior',
      'pauseResumesAt',
      'daysUntilDue',
      'scheduleId',
      'orderId',
      'couponId',
      'discountIds',
      'livemode',
      'updatedAt',
    ),
  }),
}
