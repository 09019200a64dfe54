import { and, eq, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import { backOff } from '../clock.ts'
import type { TenantDatabase } from '../db/open.ts'
import { syncJobs } from '../db/schema.ts'
import type { SyncError } from '../errors.ts'
import { notification } from './commit/notify.ts'
import { fenced, isHeldBy, type Lease } from './lease.ts'
import type { Outcome } from './outcome.ts'
import type { SyncJobResult } from './state/result.ts'

type Status = 'paused' | 'failed' | 'retrying'

const released = { leaseOwner: null, leaseUntil: null, updatedAt: sql`now()` } as const

/** Pauses a job that is out of time; its checkpoint is what the last commit left. */
export async function pause(db: TenantDatabase, lease: Lease, requests: number): Promise<Outcome> {
  await update(db, lease, { ...released, status: 'paused', requests, hop: sql`${syncJobs.hop} + 1` })
  return { kind: 'paused' }
}

export interface Failure {
  readonly error: SyncError
  /** Failed attempts before this one. */
  readonly attempt: number
  readonly maxRetries: number
  readonly retryDelaySeconds: number
  readonly requests: number
  result(error: SyncJobResult['error']): SyncJobResult
  random(): number
}

/** The longest a message is hidden between attempts, in seconds, whatever the provider asks for. */
const longestBackOff = 900

/** Seconds until the next attempt after `attempts` failed ones: random, growing, at least one. */
export const retryDelay = (
  attempts: number,
  { retryDelaySeconds, random }: Pick<Failure, 'retryDelaySeconds' | 'random'>,
) => Math.max(1, backOff(attempts, { base: retryDelaySeconds, cap: longestBackOff }, random))

/** Stores a failure: `retrying` while its verdict and MaxRetries allow, else `failed`. The checkpoint stays either way. */
export async function fail(
  db: TenantDatabase,
  lease: Lease,
  { error, attempt, maxRetries, retryDelaySeconds, requests, result, random }: Failure,
): Promise<Outcome> {
  const retryable = error.verdict === 'retry'
  const final = !retryable || attempt >= maxRetries
  const stored = { code: error.code, message: error.message, retryable }
  const retryAfter = Math.min(longestBackOff, (error.retryAfter || 0) / 1_000)
  const waitSeconds = final ? 0 : Math.max(retryDelay(attempt, { retryDelaySeconds, random }), retryAfter)
  const attempts = retryable ? { attempt: attempt + 1 } : {}
  await update(db, lease, {
    ...released,
    ...attempts,
    requests,
    error: stored,
    ...(final
      ? { status: 'failed', result: result(stored), finishedAt: sql`now()` }
      : { status: 'retrying', nextAttemptAt: sql`now() + make_interval(secs => ${waitSeconds})` }),
  })
  return { kind: 'failed', error, final, waitSeconds, stored: true }
}

async function update(
  db: TenantDatabase,
  lease: Lease,
  set: PgUpdateSetSource<typeof syncJobs> & { readonly status: Status },
): Promise<void> {
  const rows = await db.within((tx) =>
    tx.update(syncJobs).set(set).where(isHeldBy(lease)).returning({ id: syncJobs.id, notified: notification }),
  )
  if (rows.length === 0 && !(await wasStored(db, lease, set.status))) throw fenced()
}

/** Whether it was written before, and only the answer was lost. */
async function wasStored(db: TenantDatabase, { jobId, fence }: Lease, status: Status): Promise<boolean> {
  const same = and(eq(syncJobs.id, jobId), eq(syncJobs.fence, fence), eq(syncJobs.status, status))
  const rows = await db.read((tx) => tx.select({ id: syncJobs.id }).from(syncJobs).where(same))
  return rows.length > 0
}
