import type { AccountKey } from '../db/account-key.ts'
import { databaseFailure } from '../db/errors.ts'
import type { PageContent } from '../sync/rows.ts'
import type { ChangedObject } from './changed-objects.ts'
import type { LiveDeps } from './live-deps.ts'

/** What a subscription's MRR is computed from, and rows name with their subscription. */
const sources: ReadonlySet<string> = new Set(['subscription_items', 'discounts'])

/** Ids of what the MRR of subscriptions is computed from. */
export interface RevenueChange {
  readonly subscriptions: readonly string[]
  /** Subscriptions that were seen before their price or coupon have a wrong MRR until it arrives. */
  readonly prices: readonly string[]
  readonly coupons: readonly string[]
  /** A customer's discount counts for subscriptions without one of their own. */
  readonly customers: readonly string[]
}

/** What these objects may have changed about MRR. */
export function revenueChange(objects: readonly ChangedObject[], contents: readonly PageContent[]): RevenueChange {
  const idsOf = (name: string) => objects.flatMap(({ change: { resource, id } }) => (resource === name ? [id] : []))
  const subscriptions = [...new Set([...idsOf('subscriptions'), ...shownSubscriptions(contents)])]
  return { subscriptions, prices: idsOf('prices'), coupons: idsOf('coupons'), customers: idsOf('customers') }
}

/** The subscriptions that rows of `sources` name. */
function shownSubscriptions(contents: readonly PageContent[]): readonly string[] {
  const rows = contents.flatMap(({ rows }) => rows)
  return rows.flatMap(({ resource, row }) => {
    const { subscriptionId } = row as { readonly subscriptionId?: unknown }
    return sources.has(resource) && typeof subscriptionId === 'string' ? [subscriptionId] : []
  })
}

/**
 * Computes the MRR that has changed, after the rows are committed. A failure loses nothing: the next job of the account sees
 * that events came after its last computation. It also computes what this leaves out: a price or coupon of a subscription that
 * was seen days ago.
 */
export async function refreshMrr(
  account: AccountKey,
  change: RevenueChange,
  { tenant, log }: Pick<LiveDeps, 'tenant' | 'log'>,
): Promise<void> {
  if (Object.values(change).every((ids) => ids.length === 0)) return
  try {
    // Loaded for such events only.
    const { computeMrr, discountedSubscriptionsOf, recentSubscriptionsWith } = await import('../revenue/history.ts')
    await tenant(account.tenantId).within(async (tx) => {
      const completed = await recentSubscriptionsWith(tx, account, change)
      const ofCustomers = await discountedSubscriptionsOf(tx, account, change.customers)
      await computeMrr(tx, account, [...new Set([...change.subscriptions, ...completed, ...ofCustomers])])
    })
  } catch (cause) {
    const error = databaseFailure(cause)
    log.warn(
      `events are committed, and the MRR of their subscriptions is not computed yet. The next job of the account computes it. ${error.message}`,
      { event: 'mrr_not_computed', code: error.code, tenantId: account.tenantId },
      error,
    )
  }
}
