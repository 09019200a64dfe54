import { apps } from '../apps.ts'
import type { ListItem } from '../collection.ts'
import { numericPart } from '../gids.ts'
import type { Moment, SortKey } from '../moments.ts'
import type { ResourceName } from '../names.ts'
import type { SearchField } from '../search/compile.ts'
import { fieldOf, type ShopifyObject } from '../shopify-object.ts'
import { day } from '../timestamps.ts'

/** One list of the API: what it holds, and what of its sort keys and search fields the sandbox has. */
export interface ListDefinition {
  readonly resource: ResourceName
  readonly sortKeys: Readonly<Record<string, SortKey>>
  readonly fields: Readonly<Record<string, SearchField>>
  /** Whether the list shows an object to the app at all. */
  isShown?(item: ListItem, viewer: Viewer): boolean
}

export interface Viewer {
  /** In unix seconds. */
  readonly now: number
  readonly scopes: readonly string[]
  /** The fields that the search names. */
  readonly searched: ReadonlySet<string>
}

const moment = (name: Moment): SearchField => ({ kind: 'moment', moment: name })
const values = (valuesOf: (object: ShopifyObject) => readonly unknown[]): SearchField => ({ kind: 'values', valuesOf })
const value = (...names: readonly string[]) => values((object) => names.map((name) => object[name]))
const words = (name: string) => values((object) => (Array.isArray(object[name]) ? object[name] : []))
const numberIn = (name: string) => values((object) => [String(numericPart(String(fieldOf(object[name], 'id') ?? '')))])
const text = (name: string, inner: string) => values((object) => [fieldOf(object[name], inner)])
const id: SearchField = { kind: 'id' }

const createdAndUpdated = { id, created_at: moment('created'), updated_at: moment('updated') }
const byMoments = { ID: 'id', CREATED_AT: 'created', UPDATED_AT: 'updated' } as const

const customers: ListDefinition = {
  resource: 'customers',
  sortKeys: byMoments,
  fields: {
    ...createdAndUpdated,
    customer_date: moment('created'),
    email: value('email'),
    state: value('state'),
    first_name: value('firstName'),
    last_name: value('lastName'),
    tag: words('tags'),
    orders_count: value('numberOfOrders'),
  },
}

const orders: ListDefinition = {
  resource: 'orders',
  sortKeys: { ...byMoments, PROCESSED_AT: 'processed' },
  fields: {
    ...createdAndUpdated,
    processed_at: moment('processed'),
    customer_id: numberIn('customer'),
    email: value('email'),
    name: value('name'),
    financial_status: value('displayFinancialStatus'),
    fulfillment_status: value('displayFulfillmentStatus'),
    return_status: value('returnStatus'),
    source_name: value('sourceName'),
    status: values(({ closedAt, cancelledAt }) => [
      closedAt ? 'closed' : 'not_closed',
      cancelledAt ? 'cancelled' : closedAt ? '' : 'open',
    ]),
    tag: words('tags'),
    test: value('test'),
  },
  // The description of `orders` in the schema says so: only the last 60 days without this scope.
  isShown: (order, { now, scopes }) =>
    scopes.includes('read_all_orders') || (order.moment('created') ?? 0) >= now - 60 * day,
}

const products: ListDefinition = {
  resource: 'products',
  sortKeys: byMoments,
  fields: {
    ...createdAndUpdated,
    status: value('status'),
    title: value('title'),
    handle: value('handle'),
    vendor: value('vendor'),
    product_type: value('productType'),
    gift_card: value('isGiftCard'),
    tag: words('tags'),
  },
}

const productVariants: ListDefinition = {
  resource: 'productVariants',
  sortKeys: { ID: 'id' },
  fields: {
    id,
    updated_at: moment('updated'),
    sku: value('sku'),
    title: value('title'),
    taxable: value('taxable'),
    product_id: numberIn('product'),
    product_ids: numberIn('product'),
  },
}

const disputes: ListDefinition = {
  resource: 'disputes',
  sortKeys: {},
  fields: { id, initiated_at: moment('created'), status: value('status') },
}

const events: ListDefinition = {
  resource: 'events',
  sortKeys: { ID: 'id', CREATED_AT: 'created' },
  fields: {
    id,
    created_at: moment('created'),
    action: value('action'),
    subject_type: value('subjectType'),
    comments: values(() => ['true', 'false']),
  },
  // The description of `created_at` in the schema: event data is retained for a year.
  isShown: (event, { now }) => (event.moment('created') ?? 0) >= now - 365 * day,
}

const ofApp = (app: unknown) => (app === apps.billingSync.numeric ? [app, 'CURRENT', 'ALL'] : [app, 'ALL'])

/** Each list by the type and the field that it is asked for with. A count has the search of its list. */
export const lists: Readonly<Record<string, ListDefinition>> = {
  'QueryRoot.customers': customers,
  'QueryRoot.customersCount': customers,
  'QueryRoot.orders': orders,
  'QueryRoot.ordersCount': orders,
  'QueryRoot.products': products,
  'QueryRoot.productsCount': products,
  'QueryRoot.productVariants': productVariants,
  'QueryRoot.productVariantsCount': productVariants,
  'QueryRoot.events': events,
  'QueryRoot.eventsCount': events,
  'QueryRoot.disputes': disputes,
  'ShopifyPaymentsAccount.disputes': disputes,
  'QueryRoot.sellingPlanGroups': {
    resource: 'sellingPlanGroups',
    sortKeys: { ID: 'id', CREATED_AT: 'created' },
    fields: {
      id,
      created_at: moment('created'),
      name: value('name'),
      app_id: values(({ appId }) => ofApp(appId)),
    },
    // The table of the schema says that the default of `app_id` is `CURRENT`.
    isShown: (group, { searched }) => searched.has('app_id') || group.object().appId === apps.billingSync.numeric,
  },
  'QueryRoot.subscriptionContracts': {
    resource: 'subscriptionContracts',
    sortKeys: byMoments,
    fields: {
      ...createdAndUpdated,
      status: value('status'),
      customer_id: numberIn('customer'),
      last_billing_attempt_error_type: value('lastBillingAttemptErrorType'),
    },
    isShown: (contract) => fieldOf(contract.object().app, 'id') === apps.billingSync.id,
  },
  'QueryRoot.subscriptionBillingAttempts': {
    resource: 'subscriptionBillingAttempts',
    sortKeys: { ID: 'id', CREATED_AT: 'created' },
    fields: { id, created_at: moment('created') },
  },
  'ShopifyPaymentsAccount.payouts': {
    resource: 'payouts',
    sortKeys: { ID: 'id', ISSUED_AT: 'created' },
    fields: { id, issued_at: moment('created'), status: value('status'), currency: text('net', 'currencyCode') },
  },
  'ShopifyPaymentsAccount.balanceTransactions': {
    resource: 'balanceTransactions',
    sortKeys: { ID: 'id', PROCESSED_AT: 'processed' },
    fields: {
      id,
      processed_at: moment('processed'),
      currency: text('amount', 'currencyCode'),
      payout_status: text('associatedPayout', 'status'),
      payments_transfer_id: numberIn('associatedPayout'),
      transaction_type: value('type'),
    },
  },
}
