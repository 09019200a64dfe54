import { databaseFailure } from '../db/errors.ts'
import { changesRevenue, sourcesOfRevenue } from './changes-revenue.ts'
import { watchTime } from './deadline.ts'
import type { Delivery, Session } from './session.ts'

/** What is left of the delivery when its job has ended. */
type TimeAfter = Pick<Delivery, 'remainingMs' | 'shutdown'>

/**
 * Computes the MRR of what a job, or live events before it, have changed, after the last commit. The job has ended well, and stays so if this fails: the
 * next job of the account does it.
 */
export async function refreshRevenue(session: Session, time: TimeAfter): Promise<void> {
  const { request, counts, log } = session
  if (counts.account === null) return
  const account = { tenantId: request.tenantId, provider: request.providerName, account: counts.account }
  // Reading has ended, and its deadline with it.
  const deadline = watchTime({ invocation: time.remainingMs, job: Number.POSITIVE_INFINITY }, time.shutdown)
  try {
    // Loaded for such jobs only.
    const { isOutdated, refreshHistory } = await import('../revenue/history.ts')
    if (changesRevenue(session) || (await session.db.read((tx) => isOutdated(tx, account, [...sourcesOfRevenue]))))
      await refreshHistory(session.db, account, deadline.drainSignal)
  } catch (cause) {
    const error = databaseFailure(cause)
    log.warn(
      `the job is done, and its MRR is not computed yet. The next job of the account computes it. ${error.message}`,
      { event: 'mrr_not_computed', code: error.code },
      error,
    )
  } finally {
    deadline.close()
  }
}
