import { and, asc, eq, getTableColumns, isNotNull, isNull, lt, notInArray, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { syncJobs, syncSchedules } from '../db/schema.ts'
import type { Schedule } from './beat.ts'
import type { SentJob } from './learn.ts'

/** Any number that no other lock of this database has. */
const tickLock = 5_177_260_811

/** Whether this transaction is the one that sends, among the processes that tick. The lock ends with the transaction. */
export async function takeTurn(tx: Database): Promise<boolean> {
  const { rows } = await tx.execute<{ mine: boolean }>(
    sql`select pg_try_advisory_xact_lock(${tickLock}::bigint) as mine`,
  )
  return rows[0]?.mine ?? false
}

/** Active schedules that are due before `before`, those first that have waited longest. Others that tick do not get them. */
export function lockDue(tx: Database, before: Date, most: number): Promise<Schedule[]> {
  const isDue = and(isNull(syncSchedules.pausedAt), lt(syncSchedules.nextAt, before))
  return tx
    .select(getTableColumns(syncSchedules))
    .from(syncSchedules)
    .where(isDue)
    .orderBy(asc(syncSchedules.nextAt))
    .limit(most)
    .for('update', { skipLocked: true })
}

/** Schedules whose last job had not ended at the last look. In any order: each has its turn, even if there are many. */
export function lockUnsettled(tx: Database, most: number): Promise<Schedule[]> {
  const isUnsettled = and(
    isNotNull(syncSchedules.lastJobId),
    or(isNull(syncSchedules.lastStatus), notInArray(syncSchedules.lastStatus, ['completed', 'failed', 'cancelled'])),
  )
  return tx
    .select(getTableColumns(syncSchedules))
    .from(syncSchedules)
    .where(isUnsettled)
    .orderBy(sql`random()`)
    .limit(most)
    .for('update', { skipLocked: true })
}

/** As in job/claim.ts: with these codes the same request may succeed later, though the job has failed. */
const resumable: ReadonlySet<unknown> = new Set(['timeout', 'stalled'])

/** The schedule's last job. Null if no worker has seen it yet, or if its row is gone. */
export async function findLastJob(tx: Database, { tenantId, provider, lastJobId }: Schedule): Promise<SentJob | null> {
  if (lastJobId === null) return null
  // Row-level security shows the jobs of this tenant from here on.
  await tx.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`)
  const { rows } = await tx.execute<StoredJob & Record<string, unknown>>(sql`
    select status, requests::int as requests, error ->> 'code' as code, error ->> 'message' as message,
      error ->> 'retryable' = 'true' as retryable, floor(extract(epoch from finished_at) * 1000)::float8 as finished
    from ${syncJobs} where tenant_id = ${tenantId}::uuid and provider = ${provider} and id = ${lastJobId}::uuid`)
  const [job] = rows
  if (!job) return null
  const { status, requests, code, message, retryable, finished } = job
  return {
    status,
    requests,
    mayRecover: retryable === true || resumable.has(code),
    error: code === null ? null : { code, message: message ?? '' },
    finishedAt: finished === null ? null : new Date(finished),
  }
}

interface StoredJob {
  readonly status: string
  readonly requests: number
  readonly code: string | null
  readonly message: string | null
  readonly retryable: boolean | null
  readonly finished: number | null
}

/** Writes what has changed of a schedule that this transaction has locked. */
export async function store(
  tx: Database,
  { tenantId, id }: Pick<Schedule, 'tenantId' | 'id'>,
  changes: Partial<Schedule>,
): Promise<void> {
  await tx
    .update(syncSchedules)
    .set(changes)
    .where(and(eq(syncSchedules.tenantId, tenantId), eq(syncSchedules.id, id)))
}

/** The time of the database, which all that tick share. */
export async function databaseTime(tx: Database): Promise<Date> {
  const now: SQL<number> = sql`floor(extract(epoch from now()) * 1000)::float8`
  const { rows } = await tx.execute<{ now: number }>(sql`select ${now} as now`)
  return new Date(rows[0]?.now ?? Number.NaN)
}
