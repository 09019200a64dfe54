import { and, eq, isNotNull, isNull, ne, or, sql } from 'drizzle-orm'
import { type AccountKey, everyAccount } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncJobs } from '../db/schema.ts'
import { SyncError } from '../errors.ts'
import { notification } from '../job/commit/notify.ts'
import type { Checkpoint } from '../job/state/checkpoint.ts'
import { readCheckpoint } from '../job/state/stored-checkpoint.ts'
import { discountItems, type ListedItem, removeIds } from './discount.ts'

/** The worker's next commit changes nothing, and the job's own message starts it again. */
const revoked = {
  status: 'paused',
  leaseOwner: null,
  leaseUntil: null,
  fence: sql`${syncJobs.fence} + 1`,
  stalled: 0,
  updatedAt: sql`now()`,
} as const

/** The jobs of an account or of every account. A job whose account is not known yet may turn out to be of any. */
const isOf = ({ tenantId, provider, account }: AccountKey) =>
  and(
    eq(syncJobs.tenantId, tenantId),
    eq(syncJobs.provider, provider),
    account === everyAccount ? undefined : or(eq(syncJobs.account, account), isNull(syncJobs.account)),
  )

/** Revokes the leases of the account's running jobs, after a commit in progress. Returns the jobs' ids. */
export async function revokeLease(db: Database, account: AccountKey): Promise<readonly string[]> {
  const rows = await db
    .update(syncJobs)
    .set(revoked)
    .where(and(isOf(account), eq(syncJobs.status, 'running')))
    .returning({ id: syncJobs.id, notified: notification })
  return rows.map(({ id }) => id)
}

/** The running jobs of a tenant, or of one of its accounts. */
export async function runningJobs(
  db: Database,
  { tenantId, provider, account }: Pick<AccountKey, 'tenantId'> & Partial<AccountKey>,
): Promise<readonly string[]> {
  const rows = await db
    .select({ id: syncJobs.id })
    .from(syncJobs)
    .where(
      and(
        eq(syncJobs.tenantId, tenantId),
        provider === undefined ? undefined : eq(syncJobs.provider, provider),
        account === undefined ? undefined : eq(syncJobs.account, account),
        eq(syncJobs.status, 'running'),
      ),
    )
  return rows.map(({ id }) => id)
}

/** Removes erased items from the checkpoints of the account's open jobs; `except` is the job that commits this itself. */
export async function discountFromOpenJobs(
  db: Database,
  account: AccountKey,
  items: readonly ListedItem[],
  except?: string,
): Promise<void> {
  const ids = new Set(items.map(({ id }) => id))
  const jobs = await db
    .select({ id: syncJobs.id, status: syncJobs.status, checkpoint: syncJobs.checkpoint })
    .from(syncJobs)
    .where(and(isOf(account), isNotNull(syncJobs.checkpoint), except ? ne(syncJobs.id, except) : undefined))
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

/** Null if another version of the worker wrote it: no worker of this version resumes from it either. */
function readable(checkpoint: unknown): Checkpoint | null {
  try {
    return readCheckpoint(checkpoint)
  } catch (error) {
    if (error instanceof SyncError) return null
    throw error
  }
}
