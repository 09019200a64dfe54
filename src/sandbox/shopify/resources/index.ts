import type { ByResource } from '../names.ts'
import type { Resource } from '../resource.ts'
import { balanceTransactions } from './balance-transactions.ts'
import { customers } from './customers.ts'
import { disputes } from './disputes.ts'
import { events } from './events.ts'
import { orders } from './orders.ts'
import { payouts } from './payouts.ts'
import { productVariants } from './product-variants.ts'
import { products } from './products.ts'
import { sellingPlanGroups } from './selling-plan-groups.ts'
import { subscriptionBillingAttempts } from './subscription-billing-attempts.ts'
import { subscriptionContracts } from './subscription-contracts.ts'

export const resources: ByResource<Resource> = {
  customers,
  orders,
  products,
  productVariants,
  sellingPlanGroups,
  subscriptionContracts,
  subscriptionBillingAttempts,
  disputes,
  balanceTransactions,
  payouts,
  events,
}
