import type { Session } from './session.ts'

/** What the MRR of a subscription is computed from. */
const sources: ReadonlySet<string> = new Set([
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

/** Whether a job that reads subscriptions has changed something that their MRR is computed from. */
export function changesRevenue({ counts }: Session): boolean {
  return (
    'subscriptions' in counts.progress &&
    Object.entries(counts.progress).some(
      ([name, { created, updated, deleted }]) => sources.has(name) && created + updated + deleted > 0,
    )
  )
}
