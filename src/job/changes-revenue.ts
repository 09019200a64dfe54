import type { Session } from './session.ts'

/** What the MRR of a subscription is computed from. */
export const sourcesOfRevenue: ReadonlySet<string> = new Set([
  'subscriptions',
  'subscription_items',
  'discounts',
  'prices',
  'price_options',
  'price_tiers',
  'coupons',
  'coupon_options',
  'customers',
  'invoice_lines',
])

/** Whether a job reads subscriptions. */
export const readsRevenue = ({ counts }: Session): boolean => counts.resources.includes('subscriptions')

/** Whether such a job has changed something that the MRR of subscriptions is computed from. */
export function changesRevenue({ counts }: Session): boolean {
  return Object.entries(counts.progress).some(
    ([name, { created, updated, deleted }]) => sourcesOfRevenue.has(name) && created + updated + deleted > 0,
  )
}
