import { createdOnUse } from '../server/created-on-use.ts'
/** What the sandbox holds, in Square's words. Plans and variations are catalog objects, entries belong to a payout. */
export const resourceNames = [
  'customers',
  'payments',
  'refunds',
  'orders',
  'plans',
  'variations',
  'subscriptions',
  'invoices',
  'disputes',
  'payouts',
  'entries',
] as const

export type ResourceName = (typeof resourceNames)[number]
export type ByResource<T> = Readonly<Record<ResourceName, T>>

/** A value for each resource, created on first use. */
export const byResource = <T>(create: (name: ResourceName) => T): ByResource<T> => createdOnUse(resourceNames, create)
