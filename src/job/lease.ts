import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { TenantDatabase } from '../db/open.ts'
import { syncJobs } from '../db/schema.ts'
import { SyncError } from '../errors.ts'
import type { WaitColumns } from './waits.ts'

/** The right to write to a job. Every write names `fence`; a write with an older one changes nothing. */
export interface Lease {
  readonly jobId: string
  readonly fence: number
  readonly seconds: number
}

/** By the database's clock. */
export const leaseEnd = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`

/** The condition of every write to a claimed job. */
export function isHeldBy({ jobId, fence }: Lease): SQL | undefined {
  return and(eq(syncJobs.id, jobId), eq(syncJobs.fence, fence), eq(syncJobs.status, 'running'))
}

/** What a write by the lease's holder sets, besides its own columns. */
export function leaseExtension({ seconds }: Lease) {
  return { leaseUntil: leaseEnd(seconds), updatedAt: sql`now()` }
}

/** What a write sets that ends the lease, besides its own columns. */
export const released = { leaseOwner: null, leaseUntil: null, updatedAt: sql`now()` } as const

/** Gives a sign of life. @throws SyncError `fenced` when the job is another worker's now */
export async function renew(db: TenantDatabase, lease: Lease, columns: Partial<WaitColumns> = {}): Promise<void> {
  const rows = await db.within((tx) =>
    tx
      .update(syncJobs)
      .set({ ...leaseExtension(lease), ...columns })
      .where(isHeldBy(lease))
      .returning({ id: syncJobs.id }),
  )
  if (rows.length === 0) throw fenced()
}

/** Whether somebody ended the job, as by cancelling it, while it was worked on. */
export async function hasEnded(db: TenantDatabase, { jobId }: Lease): Promise<boolean> {
  const [job] = await db.read((tx) =>
    tx.select({ finishedAt: syncJobs.finishedAt }).from(syncJobs).where(eq(syncJobs.id, jobId)),
  )
  return (job?.finishedAt ?? null) !== null
}

export function fenced(): SyncError {
  return new SyncError('fenced', 'fenced', 'job: another worker has taken it over, and goes on with it.')
}

/** The longest between two signs of life, in milliseconds: as late may a cancelled job be noticed while it waits. */
const longestBeatMs = 10_000

/**
 * Renews the lease three times in its length or more, until the returned function is called. `onLost` is told when the job is
 * another worker's. A renewal that fails otherwise is left to the next one: the fence guards every write. Each renewal
 * also writes what the job waits for.
 */
export function startHeartbeat(
  { db, lease, waitColumns }: { readonly db: TenantDatabase; readonly lease: Lease; waitColumns(): WaitColumns },
  onLost: () => void,
): () => void {
  const beat = async () => {
    try {
      await renew(db, lease, waitColumns())
    } catch (error) {
      if (error instanceof SyncError && error.verdict === 'fenced') onLost()
    }
  }
  const timer = setInterval(beat, Math.min(longestBeatMs, (lease.seconds * 1_000) / 3))
  timer.unref()
  return () => clearInterval(timer)
}
