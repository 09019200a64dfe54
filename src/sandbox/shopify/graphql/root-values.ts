import { accountAge } from '../../server/density.ts'
import { apps } from '../apps.ts'
import { typeOf } from '../gids.ts'
import type { Fields, ShopifyObject } from '../shopify-object.ts'
import { timestamp } from '../timestamps.ts'
import type { Execution } from './execution.ts'
import { fieldError } from './field-error.ts'

type RootValue = (args: Fields, execution: Execution) => unknown

const byId =
  (type: string): RootValue =>
  ({ id }, execution) => {
    const object = load(id, execution)
    return object?.__typename === type ? object : null
  }

/** The root fields that are no lists, and the mutations. */
export const rootValues: Readonly<Record<string, RootValue>> = {
  shop: (_, { shop: { data } }) => ({
    __typename: 'Shop',
    id: 'gid://shopify/Shop/51000001',
    name: 'Sandbox & Söhne',
    email: 'owner@example.com',
    contactEmail: 'owner@example.com',
    createdAt: timestamp(Math.floor(data.now - accountAge)),
    updatedAt: timestamp(data.now),
    currencyCode: data.shop.currency,
    myshopifyDomain: data.shop.domain,
    url: `https://${data.shop.domain}`,
    ianaTimezone: 'Etc/UTC',
    timezoneOffset: '+0000',
    timezoneOffsetMinutes: 0,
    enabledPresentmentCurrencies: ['USD', 'EUR', 'GBP', 'JPY', 'KWD', 'CAD'],
    plan: { __typename: 'ShopPlan', publicDisplayName: 'Plus', shopifyPlus: true, partnerDevelopment: false },
  }),
  currentAppInstallation: (_, { scopes }) => ({
    __typename: 'AppInstallation',
    id: 'gid://shopify/AppInstallation/51000002',
    accessScopes: scopes.map((handle) => ({ __typename: 'AccessScope', handle, description: `May ${handle}` })),
    app: { __typename: 'App', id: apps.billingSync.id, title: apps.billingSync.title },
  }),
  shopifyPaymentsAccount: (_, { shopifyPayments, shop: { data } }) =>
    shopifyPayments
      ? {
          __typename: 'ShopifyPaymentsAccount',
          id: 'gid://shopify/ShopifyPaymentsAccount/51000003',
          activated: true,
          onboardable: false,
          country: 'US',
          defaultCurrency: data.shop.currency,
          balance: [],
        }
      : null,
  node: ({ id }, execution) => load(id, execution) ?? null,
  nodes: ({ ids }, execution) => {
    const given = Array.isArray(ids) ? ids : []
    // https://shopify.dev/docs/api/usage/limits: input arrays of 250 at most.
    if (given.length > 250)
      throw fieldError(
        `The input array size of ${given.length} is greater than the maximum allowed of 250.`,
        'MAX_INPUT_SIZE_EXCEEDED',
      )
    return given.map((id) => load(id, execution) ?? null)
  },
  bulkOperation: ({ id }, { bulkOperations }) => bulkOperations.find(String(id)) ?? null,
  currentBulkOperation: (_, { bulkOperations }) => bulkOperations.newest() ?? null,
  bulkOperationRunQuery: ({ query, groupObjects }, { bulkOperations }) =>
    bulkOperations.run(String(query), groupObjects === true),
  bulkOperationCancel: ({ id }, { bulkOperations }) => bulkOperations.cancel(String(id)),
  order: byId('Order'),
  customer: byId('Customer'),
  product: byId('Product'),
  productVariant: byId('ProductVariant'),
  sellingPlanGroup: byId('SellingPlanGroup'),
  subscriptionContract: byId('SubscriptionContract'),
  subscriptionBillingAttempt: byId('SubscriptionBillingAttempt'),
  dispute: byId('ShopifyPaymentsDispute'),
}

function load(id: unknown, execution: Execution): ShopifyObject | undefined {
  if (typeof id !== 'string' || typeOf(id) === undefined)
    throw fieldError(`Invalid global id '${String(id)}'`, 'argumentLiteralsIncompatible')
  return execution.load(id)
}
