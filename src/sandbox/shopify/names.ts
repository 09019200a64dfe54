import { createdOnUse } from '../server/created-on-use.ts'

/** What the sandbox holds, by the name of its list in the API. The lines of orders are in the orders. */
export const resourceNames = [
  'customers',
  'orders',
  'products',
  'productVariants',
  'sellingPlanGroups',
  'subscriptionContracts',
  'subscriptionBillingAttempts',
  'disputes',
  'balanceTransactions',
  'payouts',
  'events',
] as const

export type ResourceName = (typeof resourceNames)[number]
export type ByResource<T> = Readonly<Record<ResourceName, T>>

/** A value for each resource, created on first use. */
export const byResource = <T>(create: (name: ResourceName) => T): ByResource<T> => createdOnUse(resourceNames, create)
