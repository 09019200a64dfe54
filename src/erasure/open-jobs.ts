import { and, eq, isNotNull, ne, sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { syncJobs } from '../db/schema.ts'
import { SyncError } from '../errors.ts'
import { notification } from '../job/commit/notify.ts'
import type { Account } from '../job/commit/rejects.ts'
import { type Checkpoint, readCheckpoint } from '../job/state/checkpoint.ts'
import { discountItems, type ListedItem, removeIds } from './discount.ts'

/** Takes a job from its worker: what that commits from now on changes nothing, and the job's own message brings it back. */
const revoked = {
  status: 'paused',
  leaseOwner: null,
  leaseUntil: null,
  fence: sql`${syncJobs.fence} + 1`,
  stalled: 0,
  updatedAt: sql`now()`,
} as const

const of = ({ tenantId, provider }: Account) => and(eq(syncJobs.tenantId, tenantId), eq(syncJobs.provider, provider))

/** Takes the account's running job from its worker, once a commit in the making is through. Returns the job's id. */
export async function revokeLease(db: Database, account: Account): Promise<readonly string[]> {
  const rows = await db
    .update(syncJobs)
    .set(revoked)
    .where(and(of(account), eq(syncJobs.status, 'running')))
    .returning({ id: syncJobs.id, notified: notification })
  return rows.map(({ id }) => id)
}

/** Takes erased items out of what the account's open jobs have listed so far; `except` is the job that does so. */
export async function discountFromOpenJobs(
  db: Database,
  account: Account,
  items: readonly ListedItem[],
  except?: string,
): Promise<void> {
  const ids = new Set(items.map(({ id }) => id))
  const jobs = await db
    .select({ id: syncJobs.id, status: syncJobs.status, checkpoint: syncJobs.checkpoint })
    .from(syncJobs)
    .where(and(of(account), isNotNull(syncJobs.checkpoint), except ? ne(syncJobs.id, except) : undefined))
    .orderBy(syncJobs.id)
    .for('update')
  for (const { id, status, checkpoint } of jobs) {
    const before = readable(checkpoint)
    const after = before && removeIds(discountItems(before, items), ids)
    if (!after || JSON.stringify(after) === JSON.stringify(before)) continue
    await db
      .update(syncJobs)
      .set({ checkpoint: after, ...(status === 'running' && revoked) })
      .where(eq(syncJobs.id, id))
  }
}

/** Null where another version wrote it: no worker of this one goes on from it either. */
function readable(checkpoint: unknown): Checkpoint | null {
  try {
    return readCheckpoint(checkpoint)
  } catch (error) {
    if (error instanceof SyncError) return null
    throw error
  }
}
