import { and, eq, isNull, sql } from 'drizzle-orm'
import type { TenantDatabase } from '../db/open.ts'
import { syncJobs } from '../db/schema.ts'
import { notification } from '../job/commit/notify.ts'
import { released } from '../job/lease.ts'

/**
 * Ends a job that has not ended. Its worker stops within a page, or within ten seconds while it waits. Rows that are
 * committed stay. @returns false if the job had ended
 */
export async function cancelJob(db: TenantDatabase, jobId: string): Promise<boolean> {
  const isOpen = and(eq(syncJobs.id, jobId), isNull(syncJobs.finishedAt))
  const rows = await db.within((tx) =>
    tx
      .update(syncJobs)
      .set({ ...released, status: 'cancelled', waitingFor: null, waitingSince: null, finishedAt: sql`now()` })
      .where(isOpen)
      .returning({ id: syncJobs.id, notified: notification }),
  )
  return rows.length > 0
}
