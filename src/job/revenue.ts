import { databaseFailure } from '../db/errors.ts'
import { refreshHistory } from '../revenue/history.ts'
import type { Session } from './session.ts'
import type { SyncJobResult } from './state/result.ts'

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

/**
 * Computes the MRR of what a job has changed, after its last commit. The job has ended well, and stays so if this fails: the
 * next job of the account does it.
 */
export async function refreshRevenue(session: Session, { resources }: SyncJobResult): Promise<void> {
  const { request, counts, deadline, log } = session
  const hasChanged = Object.entries(resources).some(
    ([name, { created, updated, deleted }]) => sources.has(name) && created + updated + deleted > 0,
  )
  if (counts.account === null || !('subscriptions' in resources) || !hasChanged) return
  const account = { tenantId: request.tenantId, provider: request.providerName, account: counts.account }
  try {
    await refreshHistory(session.db, account, deadline.abortSignal)
  } catch (cause) {
    const error = databaseFailure(cause)
    log.warn(
      `the job is done, and its MRR is not computed yet. The next job of the account computes it. ${error.message}`,
      { event: 'mrr_not_computed', code: error.code },
      error,
    )
  }
}
