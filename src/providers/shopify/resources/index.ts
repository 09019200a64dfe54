import type { ShopifyResource } from '../resource.ts'
import { customers } from './customers.ts'
import { orders } from './orders.ts'
import { products } from './products.ts'
import { sellingPlanGroups } from './selling-plans.ts'
import { balanceTransactions, disputes, payouts } from './shopify-payments.ts'
import { billingAttempts, subscriptions } from './subscriptions.ts'

/** In the order in which progress and results show them. */
export const resources: readonly ShopifyResource[] = [
  customers,
  products,
  sellingPlanGroups,
  subscriptions,
  billingAttempts,
  orders,
  disputes,
  payouts,
  balanceTransactions,
]
