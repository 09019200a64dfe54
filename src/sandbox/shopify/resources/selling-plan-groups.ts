import { apps } from '../apps.ts'
import { nestedGid } from '../gids.ts'
import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { timestamp } from '../timestamps.ts'

/** Two in three are of other apps, or of none. One in seven has more plans than a page of thirty. */
export const sellingPlanGroups: Resource = {
  type: 'SellingPlanGroup',
  count: (orders) => Math.max(6, Math.floor(orders / 100)),
  moments: { created: { field: 'createdAt', at: created } },
  generate(n, data) {
    const id = data.id('sellingPlanGroups', n)
    const plans = n % 7 === 3 ? 40 : 1 + (n % 3)
    return {
      name: `Abonnement ${n} – spare 10 %`,
      merchantCode: `group-${n}`,
      description: n % 2 === 0 ? null : 'Deliver & save',
      appId: [apps.billingSync.numeric, apps.other.numeric, null][n % 3],
      createdAt: timestamp(created(n, data)),
      options: ['Delivery every'],
      position: n,
      summary: `${plans} plans`,
      sellingPlans: Array.from({ length: plans }, (_, index) => planOf(id, n, index, data)),
    }
  },
}

function planOf(group: string, n: number, index: number, data: Dataset) {
  const createdAt = timestamp(created(n, data))
  const isPercentage = index % 2 === 0
  return {
    id: nestedGid('SellingPlan', group, index),
    __typename: 'SellingPlan',
    name: `Every ${index + 1} months`,
    category: n % 5 === 4 ? 'PRE_ORDER' : 'SUBSCRIPTION',
    description: null,
    createdAt,
    options: [`${index + 1} month`],
    position: index,
    billingPolicy:
      n % 5 === 4
        ? { __typename: 'SellingPlanFixedBillingPolicy', createdAt }
        : {
            __typename: 'SellingPlanRecurringBillingPolicy',
            interval: (['MONTH', 'WEEK', 'YEAR', 'DAY'] as const)[n % 4],
            intervalCount: index + 1,
            minCycles: index === 0 ? null : 2,
            maxCycles: null,
            anchors: [],
            createdAt,
          },
    pricingPolicies: [
      {
        __typename: 'SellingPlanFixedPricingPolicy',
        adjustmentType: isPercentage ? 'PERCENTAGE' : 'FIXED_AMOUNT',
        adjustmentValue: isPercentage
          ? { __typename: 'SellingPlanPricingPolicyPercentageValue', percentage: 10 }
          : { __typename: 'MoneyV2', ...money(500, data.shop.currency) },
        createdAt,
      },
    ],
  }
}

function created(n: number, data: Dataset): number {
  return data.moment('sellingPlanGroups', n)
}
