import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { syncJobs } from '../../db/schema.ts'
import type { Source } from '../../sync/source.ts'
import type { JobAccount } from '../account.ts'
import type { Lease } from '../lease.ts'
import { resultsOf, type SyncJobResult } from '../state/result.ts'
import type { CommittedState } from './committed-state.ts'
import type { CountedMonth } from './countable-lists.ts'
import { type CountChecks, checkCounts, expectCounts } from './reconcile.ts'

interface Ending extends Omit<CommittedState, 'commits'> {
  readonly lease: Lease
  readonly sources: readonly Source[]
  readonly account: JobAccount
  result(resources: SyncJobResult['resources'], note: string | null): SyncJobResult
}

/** The result of a job whose last pages are in this transaction, with the count checks of what the transaction sees. */
export interface Conclusion {
  readonly result: SyncJobResult
  /** For the `returning` of the statement that stores the result: counts the rows, unless they are counted. */
  readonly counted: SQL<readonly CountedMonth[] | null>
  /** Stores another result if there are other rows than the lists have shown. */
  settle(counted: readonly CountedMonth[] | null): Promise<void>
}

/** A small job has a statement less: its result says that the copy is equal, and the statement that stores it counts the rows. */
export async function conclude(
  tx: Database,
  { lease, sources, account, result, checkpoint, progress }: Ending,
): Promise<Conclusion> {
  const resultWith = (checks: CountChecks) => result(resultsOf(progress, checks), checkpoint.note)
  const concluded = (checks: CountChecks) => ({
    result: resultWith(checks),
    counted: sql<null>`null`,
    settle: async () => {},
  })
  if (checkpoint.mode === 'incremental') return concluded({})
  const counting = {
    ...account,
    sources: sources.filter(({ name }) => progress[name] && !progress[name].skipped),
    tallies: checkpoint.tallies,
    history: checkpoint.history,
    counts: progress,
    jobId: lease.jobId,
  }
  const expected = expectCounts(counting)
  if (!expected) return concluded(await checkCounts(tx, counting))
  return {
    result: resultWith(expected.checks),
    counted: expected.counted,
    async settle(counted) {
      const checks = await expected.check(tx, counted ?? [])
      if (JSON.stringify(checks) === JSON.stringify(expected.checks)) return
      const stored = and(eq(syncJobs.tenantId, account.tenantId), eq(syncJobs.id, lease.jobId))
      await tx
        .update(syncJobs)
        .set({ result: resultWith(checks) })
        .where(stored)
    },
  }
}
