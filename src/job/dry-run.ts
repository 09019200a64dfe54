import { atTheEdge, withRetry } from '../db/retry.ts'
import { estimate } from '../sync/estimate/estimate.ts'
import { rateLimited } from '../sync/rate-limited.ts'
import { complete } from './finish.ts'
import { chooseResources } from './plan.ts'
import type { JobDeps, Session } from './session.ts'
import type { SyncJobResult } from './state/result.ts'
import { readStoredLists } from './stored-lists.ts'

/**
 * Estimates what the job would find and cost, and stores nothing but its result. It takes no account's lease. The result; null
 * if time ran out, and the next delivery begins anew.
 * @throws SyncError
 */
export async function dryRun(session: Session, deps: JobDeps): Promise<SyncJobResult | null> {
  const { request, deadline, db, lease, databaseNow } = session
  const { clock } = deps
  const provider = await deps.provider(request.providerName)
  const names = chooseResources(provider, request).map(({ name }) => name)
  const { tenantId, account: named } = request
  const account = provider.connect({ tenantId, accessToken: await deps.secrets.open(request), account: named })
  const limits = { clock, waiting: deadline.drainSignal, finishing: deadline.abortSignal, latest: databaseNow }
  const reading = rateLimited(account, names, limits)
  try {
    const now = Math.floor(databaseNow() / 1_000)
    const { name: providerName } = provider
    const resources = provider.resources.filter(({ name }) => names.includes(name))
    const stored = (accountName: string) =>
      readStoredLists(db, { tenantId, provider: providerName, account: accountName }, resources)
    const estimated = await estimate({ account, reading, names, clock, now, stored }, deadline.abortSignal)
    session.update({ requests: session.counts.requests + reading.requests() })
    const result = session.result({
      status: 'completed',
      note: 'a dry run: nothing was stored, and the estimate says what a full job will find',
      resources: {},
      estimate: estimated,
      error: null,
    })
    await withRetry(() => complete(db, lease, result), { policy: atTheEdge, clock })
    return result
  } catch (error) {
    if (error === deadline.drainSignal.reason || error === deadline.abortSignal.reason) return null
    throw error
  } finally {
    account.close()
    deadline.abort()
  }
}
