import * as tables from '../../../db/schema.ts'
import type { Nested } from '../../../provider/contract.ts'
import { dateTime, integer, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { ShopifyConnection } from '../connection.ts'
import { pageOf, parentIn } from '../list.ts'
import { currency, money } from '../readers.ts'
import { createdAt, resource, updatedAt } from '../resource.ts'
import { embeddedIn } from './order-lines.ts'
import { owner } from './provider-objects.ts'

const scope = 'read_own_subscription_contracts'
const linesInContract = 4
const linesAtOnce = 120

const line = /* GraphQL */ `fragment line on SubscriptionLine {
  id productId variantId sellingPlanId sellingPlanName title variantTitle sku quantity taxable
  currentPrice { amount currencyCode }
  lineDiscountedPrice { amount currencyCode }
  discountAllocations {
    amount { amount currencyCode }
    discount { ... on SubscriptionManualDiscount { recurringCycleLimit usageCount } }
  }
}`

/** Variables of the fields that an app may be denied: see Withheld. */
const optional = '$customer: Boolean! = true, $originOrder: Boolean! = true'

const contract = /* GraphQL */ `fragment contract on SubscriptionContract {
  id createdAt updatedAt status currencyCode nextBillingDate lastPaymentStatus lastBillingAttemptErrorType revisionId note
  customer @include(if: $customer) { id }
  originOrder @include(if: $originOrder) { id }
  billingPolicy { interval intervalCount minCycles maxCycles }
  deliveryPrice { amount currencyCode }
  lines(first: ${linesInContract}) { nodes { ...line } pageInfo { hasNextPage endCursor } }
}
${line}`

const linesDocument = /* GraphQL */ `query contractLines($id: ID!, $first: Int!, $after: String) {
  subscriptionContract(id: $id) {
    id lines(first: $first, after: $after) { nodes { ...line } pageInfo { hasNextPage endCursor } }
  }
}
${line}`

const items: Nested<ShopifyConnection, typeof tables.subscriptionItems> = {
  name: 'subscription_items',
  table: tables.subscriptionItems,
  parent: 'subscriptionId',
  owner: { about: ['subscriptionId'] },
  embedded: (item) => embeddedIn(item, 'lines'),
  async list(shopify, id, { cursor, limit }) {
    const variables = { id, after: cursor, first: Math.min(limit, linesAtOnce) }
    const answer = await shopify.query({ document: linesDocument, variables, scope })
    parentIn(answer, 'subscriptionContract')
    return pageOf(answer, ['subscriptionContract', 'lines'])
  },
  row: mapping<typeof tables.subscriptionItems>({
    subscriptionId: derived(() => null),
    priceId: at(reference, 'variantId'),
    productId: at(reference, 'productId'),
    quantity: integer,
    unitAmount: at(money, 'currentPrice'),
    currency: at(currency, 'currentPrice.currencyCode'),
    metadata: derived((item) => metadataOf(item, 'title', 'variantTitle', 'sku', 'sellingPlanId', 'sellingPlanName')),
    createdAt: derived(() => null),
    ...absent('discountIds', 'currentPeriodStart', 'currentPeriodEnd', 'updatedAt'),
  }),
}

/** Subscription contracts with their lines. Shopify shows an app its own contracts only. */
export const subscriptions = resource<typeof tables.subscriptions>(
  {
    name: 'subscriptions',
    table: tables.subscriptions,
    owner: { customer: ['customerId'] },
    createdFilter: createdAt,
    updatedFilter: updatedAt,
    nested: [items],
    row: mapping<typeof tables.subscriptions>({
      customerId: at(reference, 'customer.id'),
      status: text,
      currency: at(currency, 'currencyCode'),
      startDate: at(dateTime, 'createdAt'),
      currentPeriodEnd: at(dateTime, 'nextBillingDate'),
      orderId: at(reference, 'originOrder.id'),
      metadata: derived((item) =>
        metadataOf(
          item,
          'billingPolicy',
          'deliveryPrice',
          'lastPaymentStatus',
          'lastBillingAttemptErrorType',
          'revisionId',
          'note',
        ),
      ),
      createdAt: at(dateTime, 'createdAt'),
      updatedAt: at(dateTime, 'updatedAt'),
      ...absent(
        'collectionMethod',
        'currentPeriodStart',
        'billingCycleAnchor',
        'trialStart',
        'trialEnd',
        'cancelAt',
        'cancelAtPeriodEnd',
        'canceledAt',
        'endedAt',
        'cancellationReason',
        'cancellationFeedback',
        'pauseBehavior',
        'pauseResumesAt',
        'daysUntilDue',
        'defaultPaymentMethodId',
        'latestInvoiceId',
        'scheduleId',
        'locationId',
        'couponId',
        'discountIds',
        'livemode',
      ),
    }),
  },
  {
    document: /* GraphQL */ `query subscriptionContracts($first: Int!, $after: String, $query: String, $by: SubscriptionContractsSortKeys!, ${optional}) {
  subscriptionContracts(first: $first, after: $after, query: $query, sortKey: $by, reverse: true) {
    nodes { ...contract }
    pageInfo { hasNextPage endCursor }
  }
}
${contract}`,
    path: ['subscriptionContracts'],
    scope,
    terms: { created: 'created_at', updated: 'updated_at' },
    sortKeys: true,
    objectQuery: {
      document: /* GraphQL */ `query subscriptionContract($id: ID!, ${optional}) { subscriptionContract(id: $id) { ...contract } }
${contract}`,
      field: 'subscriptionContract',
    },
  },
)

const attempt = /* GraphQL */ `fragment attempt on SubscriptionBillingAttempt {
  id createdAt completedAt originTime idempotencyKey
  state { __typename }
  subscriptionContract { id }
}`

/** Attempts to bill a contract. One that is not completed is asked for again by its id. */
export const billingAttempts = resource<typeof tables.providerObjects>(
  {
    name: 'billing_attempts',
    table: tables.providerObjects,
    owner,
    createdFilter: createdAt,
    unsettled: { by: { field: 'completedAt' }, values: [null] },
    row: mapping<typeof tables.providerObjects>({
      resource: derived(() => 'billing_attempts'),
      object: derived(() => 'SubscriptionBillingAttempt'),
      createdAt: at(dateTime, 'createdAt'),
      ...absent('parentId', 'livemode', 'updatedAt'),
    }),
  },
  {
    document: /* GraphQL */ `query subscriptionBillingAttempts($first: Int!, $after: String, $query: String) {
  subscriptionBillingAttempts(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
    nodes { ...attempt }
    pageInfo { hasNextPage endCursor }
  }
}
${attempt}`,
    path: ['subscriptionBillingAttempts'],
    scope,
    terms: { created: 'created_at' },
    objectQuery: {
      document: /* GraphQL */ `query subscriptionBillingAttempt($id: ID!) { subscriptionBillingAttempt(id: $id) { ...attempt } }
${attempt}`,
      field: 'subscriptionBillingAttempt',
    },
  },
)
