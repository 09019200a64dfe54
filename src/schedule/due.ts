import { and, asc, getTableColumns, isNotNull, isNull, lt, notInArray, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { finalStatuses, syncJobs, syncSchedules } from '../db/schema.ts'
import type { Schedule } from './beat.ts'
import { monthSeconds } from './cadence.ts'
import type { SentJob } from './learn.ts'
import { heardOf, readHeard, type StoredHeard } from './silence.ts'

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
    or(isNull(syncSchedules.lastStatus), notInArray(syncSchedules.lastStatus, [...finalStatuses])),
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
export async function findLastJob(tx: Database, schedule: Schedule): Promise<SentJob | null> {
  const { tenantId, provider, lastJobId } = schedule
  if (lastJobId === null) return null
  // The lateral side runs once the tenant is set. Row-level security shows it the tenant's jobs.
  const { rows } = await tx.execute<StoredJob & Record<string, unknown>>(sql`
    with tenant as materialized (select set_config('app.tenant_id', ${tenantId}, true)::uuid as id)
    select job.* from tenant cross join lateral (
      select status, requests::int as requests, error ->> 'code' as code, error ->> 'message' as message,
        error ->> 'retryable' = 'true' as retryable, floor(extract(epoch from finished_at) * 1000)::float8 as finished,
        ${othersPerMonth(schedule)} as others, ${heardOf(schedule)} as heard
      from ${syncJobs} as job where tenant_id = tenant.id and provider = ${provider} and id = ${lastJobId}::uuid offset 0
    ) as job`)
  const [job] = rows
  if (!job) return null
  const { status, requests, code, message, retryable, finished, others, heard } = job
  return {
    status,
    requests,
    mayRecover: retryable === true || resumable.has(code),
    error: code === null ? null : { code, message: message ?? '' },
    finishedAt: finished === null ? null : new Date(finished),
    othersPerMonth: others,
    heard: readHeard(heard),
  }
}

interface StoredJob {
  readonly status: string
  readonly requests: number
  readonly code: string | null
  readonly message: string | null
  readonly retryable: boolean | null
  readonly finished: number | null
  readonly others: number
  readonly heard: StoredHeard | null
}

/** Requests in 30 days of the account's other active schedules, by the median of their last jobs. Asked where it decides something. */
function othersPerMonth({ tenantId, id, provider, account, reference, auto }: Schedule): SQL {
  if (!auto) return sql`0`
  return sql`(select coalesce(sum(${monthSeconds}::float8 / every_seconds
      * (select percentile_disc(0.5) within group (order by requests) from unnest(recent_requests) as requests)), 0)
    from ${syncSchedules} where tenant_id = ${tenantId}::uuid and id <> ${id}::uuid and paused_at is null
      and provider = ${provider} and account is not distinct from ${account} and reference is not distinct from ${reference})`
}

/** Writes schedules that this transaction has locked, in one statement. */
export async function store(tx: Database, schedules: readonly Schedule[]): Promise<void> {
  if (schedules.length === 0) return
  await tx.execute(sql`
    update ${syncSchedules} as schedule set next_at = changed."nextAt", every_seconds = changed."everySeconds", paused_at = changed."pausedAt",
      paused_because = changed."pausedBecause", rejects = changed.rejects, last_job_id = changed."lastJobId",
      last_sent_at = changed."lastSentAt", last_status = changed."lastStatus", last_success_at = changed."lastSuccessAt",
      recent_requests = changed."recentRequests", events_silent_since = changed."eventsSilentSince"
    from jsonb_to_recordset(${JSON.stringify(schedules)}::jsonb) as changed (
      "tenantId" uuid, id uuid, "nextAt" timestamptz, "everySeconds" integer, "pausedAt" timestamptz, "pausedBecause" text, rejects integer,
      "lastJobId" uuid, "lastSentAt" timestamptz, "lastStatus" text, "lastSuccessAt" timestamptz, "recentRequests" integer[], "eventsSilentSince" timestamptz)
    where schedule.tenant_id = changed."tenantId" and schedule.id = changed.id`)
}

/** The time of the database, which all that tick share. */
export async function databaseTime(tx: Database): Promise<Date> {
  const now: SQL<number> = sql`floor(extract(epoch from now()) * 1000)::float8`
  const { rows } = await tx.execute<{ now: number }>(sql`select ${now} as now`)
  return new Date(rows[0]?.now ?? Number.NaN)
}
