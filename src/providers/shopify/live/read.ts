import { dateTime, fields, text } from '../../../provider/fields.ts'
import { type Item, wholeNumber } from '../../../provider/item.ts'
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

function lifecycleOf(topic: string, event: Item): Lifecycle | null {
  const kind = kinds[topic]
  if (!kind) return null
  const number = topic.startsWith('customers/') ? wholeNumber(event.at('customer', 'id')) : null
  return { kind, customer: number === null ? null : `gid://shopify/Customer/${number}` }
}
