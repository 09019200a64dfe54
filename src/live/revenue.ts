import type { AccountKey } from '../db/account-key.ts'
import { databaseFailure } from '../db/errors.ts'
import type { PageContent } from '../sync/rows.ts'
import type { ChangedObject } from './changed-objects.ts'
import type { LiveDeps } from './live-deps.ts'

/** What a subscription's MRR is computed from and an event names with its subscription. Jobs see to prices, coupons and the like. */
const sources: ReadonlySet<string> = new Set(['subscription_items', 'discounts'])

/** The subscriptions whose MRR these objects may have changed. */
export function subscriptionsOf(
  objects: readonly ChangedObject[],
  contents: readonly PageContent[],
): readonly string[] {
  const named = objects.flatMap(({ change: { resource, id } }) => (resource === 'subscriptions' ? [id] : []))
  const rows = contents.flatMap(({ rows }) => rows)
  const shown = rows.flatMap(({ resource, row }) => {
    const { subscriptionId } = row as { readonly subscriptionId?: unknown }
    return sources.has(resource) && typeof subscriptionId === 'string' ? [subscriptionId] : []
  })
  return [...new Set([...named, ...shown])]
}

/**
 * Computes the MRR of these subscriptions, after the rows are committed. A failure loses nothing: the next job of the
 * account sees that events came after its last computation.
 */
export async function refreshMrr(
  account: AccountKey,
  subscriptions: readonly string[],
  { tenant, log }: Pick<LiveDeps, 'tenant' | 'log'>,
): Promise<void> {
  if (subscriptions.length === 0) return
  try {
    // Loaded for such events only.
    const { computeMrr } = await import('../revenue/history.ts')
    await tenant(account.tenantId).within((tx) => computeMrr(tx, account, subscriptions))
  } catch (cause) {
    const error = databaseFailure(cause)
    log.warn(
      `events are committed, and the MRR of their subscriptions is not computed yet. The next job of the account computes it. ${error.message}`,
      { event: 'mrr_not_computed', code: error.code, tenantId: account.tenantId },
      error,
    )
  }
}
