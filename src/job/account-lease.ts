import { and, eq, lt, ne, sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import type { AccountKey, ProviderKey } from '../db/account-key.ts'
import { codeOf, constraintOf } from '../db/errors.ts'
import type { TenantDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { syncAccounts, syncJobs } from '../db/schema.ts'
import { SyncError } from '../errors.ts'
import { modeOf } from '../provider/account-name.ts'
import { notification } from './commit/notify.ts'
import { fenced, isHeldBy, type Lease, leaseExtension, released } from './lease.ts'

/** The unique index that lets one job of an account run at a time. */
const oneRunning = 'sync_jobs_one_running'

interface Taking {
  readonly lease: Lease
  readonly providerKey: ProviderKey
  readonly account: string
  /** The hash to recognise the key by; null if the credentials name the account. */
  readonly credential: string | null
  /** Second since 1970; null if the provider did not say. */
  readonly began: number | null
}

interface Deps {
  readonly db: TenantDatabase
  readonly clock: Clock
}

/**
 * Takes the account's lease for the job and records the account. Only one job of an account runs at a time; a job whose
 * worker died is paused, and its own message brings it back.
 * @throws SyncError `account_busy` if another job holds the account, `fenced` if the job is another worker's now
 */
export async function takeAccount(taking: Taking, { db, clock }: Deps, signal: AbortSignal): Promise<void> {
  const { account, providerKey, lease } = taking
  const take = () => {
    let tries = 0
    // If the answer to a COMMIT was lost, the account may be taken already.
    const again = async () => (tries++ > 0 && (await holdsAccount(db, taking))) || (await takeOnce(db, taking))
    return withRetry(again, { policy: whileWorking, clock, signal })
  }
  if (await take()) return
  await withRetry(() => freeAccount(db, { ...providerKey, account, jobId: lease.jobId }), {
    policy: whileWorking,
    clock,
    signal,
  })
  if (await take()) return
  throw await busy(db, taking)
}

/**
 * Whether the account was free. One statement, so that a small job has two round trips less: the job's row takes the account,
 * and the account is recorded. The row is written by an INSERT that always conflicts, because it names the tenant before
 * Postgres looks at a row; an UPDATE may look first. It is locked, so that a row that is just deleted is not inserted again.
 */
async function takeOnce(db: TenantDatabase, { lease, providerKey, account, credential, began }: Taking) {
  const beganAt = began === null ? null : new Date(began * 1_000).toISOString()
  const { leaseUntil, updatedAt } = leaseExtension(lease)
  try {
    const { rowCount } = await db.alone((statement, tenant) =>
      statement.execute(sql`
        with taken as (
          insert into ${syncJobs}
          select job.* from (select ${tenant} as tenant_id offset 0) as owner
          cross join lateral (
            select * from ${syncJobs} where ${syncJobs.tenantId} = owner.tenant_id and ${isHeldBy(lease)} offset 0 for update
          ) as job
          on conflict (tenant_id, provider, id)
            do update set account = ${account}, lease_until = ${leaseUntil}, updated_at = ${updatedAt} where ${isHeldBy(lease)}
          returning ${syncJobs.tenantId} as tenant_id, ${notification} as notified
        )
        insert into ${syncAccounts} as known (tenant_id, provider, account, mode, credential, began_at)
        select tenant_id, ${providerKey.provider}, ${account}, ${modeOf(account)}, ${credential}::text, ${beganAt}::timestamptz from taken
        on conflict (tenant_id, provider, account) do update set
          credential = coalesce(excluded.credential, known.credential),
          began_at = coalesce(known.began_at, excluded.began_at),
          last_seen_at = now()`),
    )
    if (rowCount === 0) throw fenced()
    return true
  } catch (error) {
    if (codeOf(error) === '23505' && constraintOf(error) === oneRunning) return false
    throw error
  }
}

async function holdsAccount(db: TenantDatabase, { lease, account }: Taking): Promise<boolean> {
  const isTaken = and(isHeldBy(lease), eq(syncJobs.account, account))
  const rows = await db.read((tx) => tx.select({ id: syncJobs.id }).from(syncJobs).where(isTaken))
  return rows.length > 0
}

/** Pauses a job of the account whose worker gave no sign of life; its own message brings it back. */
export async function freeAccount(
  db: TenantDatabase,
  { jobId, ...account }: AccountKey & { readonly jobId: string },
): Promise<boolean> {
  const dead = and(runningOf(account), ne(syncJobs.id, jobId), lt(syncJobs.leaseUntil, sql`now()`))
  const freed = await db.within((tx) =>
    tx
      .update(syncJobs)
      .set({ ...released, status: 'paused' })
      .where(dead)
      .returning({ id: syncJobs.id, notified: notification }),
  )
  return freed.length > 0
}

/** Seconds until the lease of the account's running job ends; 1 if none is running. */
export async function secondsUntilFree(db: TenantDatabase, account: AccountKey): Promise<number> {
  const [rival] = await db.read((tx) => tx.select({ left: secondsLeft }).from(syncJobs).where(runningOf(account)))
  return rival?.left ?? 1
}

/** Seconds until the job's lease ends, at least 1. */
export const secondsLeft = sql<number>`greatest(1, coalesce(extract(epoch from ${syncJobs.leaseUntil} - now()), 1))::float8`

const runningOf = ({ tenantId, provider, account }: AccountKey) =>
  and(
    eq(syncJobs.tenantId, tenantId),
    eq(syncJobs.provider, provider),
    eq(syncJobs.account, account),
    eq(syncJobs.status, 'running'),
  )

async function busy(db: TenantDatabase, { providerKey, account }: Taking): Promise<SyncError> {
  const seconds = await secondsUntilFree(db, { ...providerKey, account })
  return new SyncError(
    'busy',
    'account_busy',
    `job: another job of account ${account} is running. The worker sends the message again, and its job runs after that.`,
    {
      retryAfter: seconds * 1_000,
    },
  )
}

/** Gives a claimed job back, because another job holds its account. The next claim knows the account. Its checkpoint stays, and the claim counts for nothing. */
export async function standBack(db: TenantDatabase, lease: Lease, account: string | null): Promise<void> {
  await db.within((tx) =>
    tx
      .update(syncJobs)
      .set({
        ...released,
        account,
        status: sql`case when ${syncJobs.checkpoint} is null then 'pending' else 'paused' end`,
        startedAt: sql`case when ${syncJobs.commits} = 0 then null else ${syncJobs.startedAt} end`,
        deliveries: sql`greatest(0, ${syncJobs.deliveries} - 1)`,
        stalled: sql`greatest(0, ${syncJobs.stalled} - 1)`,
      })
      .where(isHeldBy(lease))
      .returning({ id: syncJobs.id, notified: notification }),
  )
}
