import { dateTime, fields, text } from '../../../provider/fields.ts'
import { type Item, itemsIn, wholeNumber } from '../../../provider/item.ts'
import type { Lifecycle, LiveEvents } from '../../../provider/live.ts'

/** The first word of a topic → the resource of its object, and the name of the object in its id. */
const subjects: Readonly<Record<string, readonly [resource: string, kind: string]>> = {
  customers: ['customers', 'Customer'],
  orders: ['orders', 'Order'],
  products: ['products', 'Product'],
  disputes: ['disputes', 'ShopifyPaymentsDispute'],
  selling_plan_groups: ['selling_plan_groups', 'SellingPlanGroup'],
  subscription_contracts: ['subscriptions', 'SubscriptionContract'],
  subscription_billing_attempts: ['billing_attempts', 'SubscriptionBillingAttempt'],
}

/** Topics about objects that stand inside of an order: the order is fetched. */
const insideOrder: ReadonlySet<string> = new Set(['refunds', 'order_transactions', 'fulfillments'])

/**
 * An event of Shopify. Webhooks have objects as the REST API has them, and lists as GraphQL has them, so the object is
 * fetched by its global id. Its number may be beyond 2^53. shopify.dev/docs/api/webhooks
 */
export const read: LiveEvents['read'] = (event, { headers }) => {
  const topic = headers['x-shopify-topic'] ?? ''
  const lifecycle = lifecycleOf(topic, event)
  if (lifecycle) return lifecycle
  const [first = '', action = ''] = topic.split('/')
  const [resource, kind] = insideOrder.has(first) ? ['orders', 'Order'] : (subjects[first] ?? [])
  if (resource === undefined || kind === undefined) return null
  const {
    updated_at: updatedAt,
    admin_graphql_api_id: given,
    admin_graphql_api_order_id: ofOrder,
  } = fields(event.value())
  const number = wholeNumber(event.at(insideOrder.has(first) ? 'order_id' : 'id'))
  const made = number === null ? null : `gid://shopify/${kind}/${number}`
  const id = (insideOrder.has(first) ? text(ofOrder) : text(given)) ?? made
  const time = dateTime(headers['x-shopify-triggered-at']) ?? dateTime(updatedAt)
  if (id === null || time === null) return null
  return { resource, id, at: Math.floor(time.getTime() / 1_000), gone: action === 'delete', item: null }
}

const kinds: Readonly<Record<string, Lifecycle['kind']>> = {
  'app/uninstalled': 'deauthorized',
  'customers/redact': 'erase-customer',
  'customers/data_request': 'export-customer',
  'shop/redact': 'erase-account',
}

/** What a request about a person calls its orders. shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
const orderFields: Readonly<Record<string, string>> = {
  'customers/redact': 'orders_to_redact',
  'customers/data_request': 'orders_requested',
}

function lifecycleOf(topic: string, event: Item): Lifecycle | null {
  const kind = kinds[topic]
  if (!kind) return null
  const orders = orderFields[topic]
  if (orders === undefined) return { kind, customer: null }
  const objects = (itemsIn(event.at(orders)) ?? []).flatMap((order) => wholeNumber(order) ?? [])
  const ids = objects.map((number) => `gid://shopify/Order/${number}`).toSorted()
  const customer = customerOf(event.at('customer')) ?? ids[0]
  return customer === undefined ? null : { kind, customer, ...(ids.length > 0 && { objects: ids }) }
}

/** The id of a customer, or the address of one who has no id. */
function customerOf(customer: Item): string | null {
  const number = wholeNumber(customer.at('id'))
  if (number !== null) return `gid://shopify/Customer/${number}`
  const address = text(fields(customer.value()).email)?.trim().toLowerCase()
  return address ? `email:${address}` : null
}
