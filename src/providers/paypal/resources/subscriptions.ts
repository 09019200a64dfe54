import * as tables from '../../../db/schema.ts'
import type { EmbeddedItems, Nested, Query } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { PayPalConnection } from '../connection.ts'
import { after, numberedPage, oneWindow, pageNumber, retrieveAt, rfc3339 } from '../list.ts'
import { currencyOf, customerIdOf, money } from '../readers.ts'
import type { PayPalResource } from '../resource.ts'

/** A whole number, which PayPal writes as text. */
const wholeText = (value: unknown) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : null)

const billing = (item: Fields) => fields(item.billing_info)

/** A subscription has one plan, which becomes its only item; the item has the subscription's id. */
const items: Nested<PayPalConnection, typeof tables.subscriptionItems> = {
  name: 'subscription_items',
  table: tables.subscriptionItems,
  parent: 'subscriptionId',
  owner: { about: ['subscriptionId'] },
  embedded: (subscription) => ({ items: [subscription], next: null }),
  list: () => Promise.reject(new Error('a subscription has its only item')),
  row: mapping<typeof tables.subscriptionItems>({
    subscriptionId: derived(() => null),
    priceId: at(reference, 'plan_id'),
    quantity: at(wholeText, 'quantity'),
    currentPeriodEnd: at(dateTime, 'billing_info.next_billing_time'),
    createdAt: at(dateTime, 'create_time'),
    updatedAt: at(dateTime, 'update_time'),
    ...absent('discountIds', 'unitAmount', 'currency', 'productId', 'currentPeriodStart', 'metadata'),
  }),
}

/** The list takes windows by creation and by the change of the status. Its pages have numbers, and no total. */
function parametersOf({ window, by, ...query }: Query) {
  const { from = 0, to = null } = window ?? {}
  const [begin, end] =
    by === 'updated' ? ['status_updated_after', 'status_updated_before'] : ['created_after', 'created_before']
  return {
    [begin]: after(from),
    ...(to !== null && { [end]: rfc3339(to) }),
    page: String(pageNumber(query)),
    page_size: String(query.limit),
  }
}

/** The subscriber, whom PayPal does not list. */
function embeddedItems(item: Item): EmbeddedItems {
  const subscriber = item.at('subscriber')
  const customer = customerIdOf(subscriber.value())
  const { update_time: updated, create_time: created } = fields(item.value())
  const seenAt = dateTime(updated) ?? dateTime(created)
  return customer === null ? {} : { customers: [{ item: subscriber.withId(customer), ...(seenAt && { seenAt }) }] }
}

const statusTime = (status: string) => (item: Fields) =>
  item.status === status ? dateTime(item.status_update_time) : null

/** The end of the trial is known only while it runs: then the next payment ends it. */
function isTrialing(item: Fields): boolean {
  return (list(billing(item).cycle_executions) ?? [])
    .map(fields)
    .some(
      ({ tenure_type: tenure, cycles_remaining: left }) => tenure === 'TRIAL' && typeof left === 'number' && left > 0,
    )
}

/** Subscriptions, which PayPal never deletes. */
export const subscriptions: PayPalResource<typeof tables.subscriptions> = {
  name: 'subscriptions',
  table: tables.subscriptions,
  owner: { customer: ['customerId'] },
  nested: [items],
  pageSize: 20,
  createdFilter: { field: 'create_time', read: dateTime, ...oneWindow },
  updatedFilter: { field: 'status_update_time', read: dateTime, ...oneWindow, lag: 86_400 },
  openRows: { by: { column: 'status' }, values: ['APPROVAL_PENDING', 'APPROVED', 'ACTIVE', 'SUSPENDED'] },
  list: async (paypal, query) =>
    numberedPage(await paypal.get('/v1/billing/subscriptions', parametersOf(query)), { query, name: 'subscriptions' }),
  retrieve: (paypal, id) => retrieveAt(paypal, `/v1/billing/subscriptions/${encodeURIComponent(id)}`),
  embeddedItems,
  row: mapping<typeof tables.subscriptions>({
    customerId: derived((item) => customerIdOf(item.subscriber)),
    status: text,
    currency: derived((item) => currencyOf(billing(item).outstanding_balance)),
    startDate: at(dateTime, 'start_time'),
    currentPeriodEnd: at(dateTime, 'billing_info.next_billing_time'),
    trialEnd: derived((item) => (isTrialing(item) ? dateTime(billing(item).next_billing_time) : null)),
    canceledAt: derived(statusTime('CANCELLED')),
    endedAt: derived(statusTime('EXPIRED')),
    metadata: derived((item) => {
      const { failed_payments_count: failed, outstanding_balance: owed } = billing(item)
      const all = { ...item, failed_payments_count: failed, outstanding_balance: money(owed) }
      return metadataOf(all, 'custom_id', 'failed_payments_count', 'outstanding_balance')
    }),
    createdAt: at(dateTime, 'create_time'),
    updatedAt: at(dateTime, 'update_time'),
    ...absent(
      'collectionMethod',
      'currentPeriodStart',
      'billingCycleAnchor',
      'trialStart',
      'cancelAt',
      'cancelAtPeriodEnd',
      'cancellationReason',
      'cancellationFeedback',
      'pauseBehavior',
      'pauseResumesAt',
      'daysUntilDue',
      'defaultPaymentMethodId',
      'latestInvoiceId',
      'scheduleId',
      'orderId',
      'locationId',
      'couponId',
      'discountIds',
      'livemode',
    ),
  }),
}
