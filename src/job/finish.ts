import { and, eq, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import { backOff } from '../clock.ts'
import type { TenantDatabase } from '../db/open.ts'
import { syncJobs } from '../db/schema.ts'
import type { SyncError } from '../errors.ts'
import { completion } from './commit/completion.ts'
import { notification } from './commit/notify.ts'
import { fenced, isHeldBy, type Lease, released } from './lease.ts'
import { attemptsOver, patienceOver } from './outage.ts'
import type { Outcome } from './outcome.ts'
import type { SyncJobResult } from './state/result.ts'
import type { WaitColumns } from './waits.ts'

type Status = 'paused' | 'failed' | 'retrying' | 'completed'

/** Pauses a job that is out of time; its checkpoint is what the last commit left. */
export async function pause(
  db: TenantDatabase,
  lease: Lease,
  left: WaitColumns & { readonly requests: number },
): Promise<Outcome> {
  await update(db, lease, { ...released, ...left, status: 'paused', hop: sql`${syncJobs.hop} + 1` })
  return { kind: 'paused' }
}

/** Completes a job that committed nothing. */
export async function complete(db: TenantDatabase, lease: Lease, result: SyncJobResult): Promise<void> {
  await update(db, lease, { ...completion(result), requests: result.requests })
}

export interface Failure {
  readonly error: SyncError
  /** Failed attempts before this one. */
  readonly attempt: number
  readonly maxRetries: number
  readonly retryDelaySeconds: number
  readonly requests: number
  /** The wait for the end of the outage, if the error is one. It spends no attempt. */
  readonly outage: Outage | null
  readonly columns: WaitColumns
  result(error: SyncJobResult['error']): SyncJobResult
  random(): number
}

export interface Outage {
  readonly waitedMs: number
  readonly patienceMs: number
}

/** The longest a message is hidden between attempts, in seconds, whatever the provider asks for. */
const longestBackOff = 900

/** Seconds until the next attempt after `attempts` failed ones: random, growing, at least one. */
export const retryDelay = (
  attempts: number,
  { retryDelaySeconds, random }: Pick<Failure, 'retryDelaySeconds' | 'random'>,
) => Math.max(1, backOff(attempts, { base: retryDelaySeconds, cap: longestBackOff }, random))

/** The back-off of an outage grows with its age, as if an attempt had been made after each of its waits. */
function triesIn({ waitedMs }: Outage, { retryDelaySeconds }: Pick<Failure, 'retryDelaySeconds'>): number {
  return Math.log2(1 + waitedMs / 1_000 / Math.max(1, retryDelaySeconds))
}

/**
 * Stores a failure: `retrying` while its verdict and MaxRetries allow, or the patience for an outage, else `failed`. The
 * checkpoint stays either way.
 */
export async function fail(
  db: TenantDatabase,
  lease: Lease,
  { error, attempt, maxRetries, retryDelaySeconds, requests, outage, columns, result, random }: Failure,
): Promise<Outcome> {
  const retryable = error.verdict === 'retry'
  const isOver = outage ? outage.waitedMs >= outage.patienceMs : attempt >= maxRetries
  const final = !retryable || isOver
  const storedError = { code: error.code, message: final ? lastWords() : error.message, retryable }
  const retryAfter = Math.min(longestBackOff, (error.retryAfter || 0) / 1_000)
  const tries = outage ? triesIn(outage, { retryDelaySeconds }) : attempt
  const waitSeconds = final ? 0 : Math.max(retryDelay(tries, { retryDelaySeconds, random }), retryAfter)
  const attempts = retryable && !outage ? { attempt: attempt + 1 } : {}
  await update(db, lease, {
    ...released,
    ...attempts,
    ...columns,
    requests,
    error: storedError,
    ...(final
      ? { status: 'failed', result: result(storedError), finishedAt: sql`now()` }
      : { status: 'retrying', nextAttemptAt: sql`now() + make_interval(secs => ${waitSeconds})` }),
  })
  return { kind: 'failed', error, final, waitSeconds, stored: true }

  function lastWords(): string {
    if (outage) return patienceOver(error.message, outage.patienceMs / 60_000)
    return retryable ? attemptsOver(error.message, attempt + 1) : error.message
  }
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
