import { providerObjects as table } from '../../../db/schema.ts'
import type { Nested } from '../../../provider/contract.ts'
import { dateTime } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { ShopifyConnection } from '../connection.ts'
import { pageOf, parentIn } from '../list.ts'
import { createdAt, resource } from '../resource.ts'
import { embeddedIn } from './order-lines.ts'
import { owner } from './provider-objects.ts'

const plansInGroup = 10
const plansAtOnce = 80

const plan = /* GraphQL */ `fragment plan on SellingPlan {
  id name category createdAt options
  billingPolicy { ... on SellingPlanRecurringBillingPolicy { interval intervalCount minCycles maxCycles } }
  pricingPolicies {
    ... on SellingPlanFixedPricingPolicy {
      adjustmentType
      adjustmentValue {
        ... on MoneyV2 { amount currencyCode }
        ... on SellingPlanPricingPolicyPercentageValue { percentage }
      }
    }
  }
}`

const group = /* GraphQL */ `fragment group on SellingPlanGroup {
  id name merchantCode description appId createdAt options summary
  sellingPlans(first: ${plansInGroup}) { nodes { ...plan } pageInfo { hasNextPage endCursor } }
}
${plan}`

const plansDocument = /* GraphQL */ `query sellingPlans($id: ID!, $first: Int!, $after: String) {
  sellingPlanGroup(id: $id) {
    id sellingPlans(first: $first, after: $after) { nodes { ...plan } pageInfo { hasNextPage endCursor } }
  }
}
${plan}`

const plans: Nested<ShopifyConnection, typeof table> = {
  name: 'selling_plans',
  table,
  parent: 'parentId',
  owner,
  embedded: (item) => embeddedIn(item, 'sellingPlans'),
  async list(shopify, id, { cursor, limit }) {
    const variables = { id, after: cursor, first: Math.min(limit, plansAtOnce) }
    const answer = await shopify.query({ document: plansDocument, variables, scope: 'read_products' })
    parentIn(answer, 'sellingPlanGroup')
    return pageOf(answer, ['sellingPlanGroup', 'sellingPlans'])
  },
  row: mapping<typeof table>({
    resource: derived(() => 'selling_plans'),
    object: derived(() => 'SellingPlan'),
    parentId: derived(() => null),
    createdAt: at(dateTime, 'createdAt'),
    ...absent('livemode', 'updatedAt'),
  }),
}

/** Groups of selling plans of all apps, with their plans. No list tells of their changes, so that every job reads them all. */
export const sellingPlanGroups = resource<typeof table>(
  {
    name: 'selling_plan_groups',
    table,
    owner,
    createdFilter: createdAt,
    unsettled: 'every row',
    nested: [plans],
    row: mapping<typeof table>({
      resource: derived(() => 'selling_plan_groups'),
      object: derived(() => 'SellingPlanGroup'),
      createdAt: at(dateTime, 'createdAt'),
      ...absent('parentId', 'livemode', 'updatedAt'),
    }),
  },
  {
    document: /* GraphQL */ `query sellingPlanGroups($first: Int!, $after: String, $query: String) {
  sellingPlanGroups(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
    nodes { ...group }
    pageInfo { hasNextPage endCursor }
  }
}
${group}`,
    path: ['sellingPlanGroups'],
    scope: 'read_products',
    // By default only the groups of the app itself are listed.
    always: 'app_id:ALL',
    terms: { created: 'created_at' },
    objectQuery: {
      document: /* GraphQL */ `query sellingPlanGroup($id: ID!) { sellingPlanGroup(id: $id) { ...group } }
${group}`,
      field: 'sellingPlanGroup',
    },
  },
)
