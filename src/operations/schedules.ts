import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { TenantDatabase } from '../db/open.ts'
import { syncJobs, syncSchedules } from '../db/schema.ts'
import { dueAfter, type ScheduleKey } from '../schedule/beat.ts'
import { monthSeconds } from '../schedule/cadence.ts'
import { mostRejects } from '../schedule/learn.ts'
import type { Reader } from './scope.ts'

/** What is known of a schedule. Times are UTC, ISO 8601. */
export interface ScheduleState {
  readonly scheduleId: string
  readonly tenantId: string
  readonly provider: string
  /** Without its mode. */
  readonly account: string | null
  readonly reference: string | null
  readonly syncType: string
  readonly resources: readonly string[] | null
  readonly everySeconds: number
  /** Whether the tick chooses `everySeconds`. */
  readonly auto: boolean
  /** `refused`: paused because the jobs were refused, or the account was disconnected. `late`: due for five minutes, and not sent. */
  readonly state: 'active' | 'late' | 'paused' | 'refused'
  readonly pausedAt: string | null
  readonly pausedBecause: string | null
  readonly nextAt: string
  readonly lastSentAt: string | null
  /** The job that was sent last; its status is null before a worker has seen it. */
  readonly lastJob: { readonly jobId: string; readonly status: string | null } | null
  readonly lastSuccessAt: string | null
  /** Since when no live event of the account comes, though its jobs find new objects. Null if events come or none are routed. */
  readonly eventsSilentSince: string | null
  /** Requests to the provider in 30 days, by the median of the schedule's last ten jobs. Null before one has ended. */
  readonly requestsPerMonth: number | null
  /** The same of all active schedules with the same tenant, provider, account and reference. */
  readonly accountRequestsPerMonth: number | null
}

export interface ScheduleFilter {
  readonly ids?: readonly string[] | undefined
  readonly tenantId?: string | undefined
  readonly provider?: string | undefined
  readonly state?: ScheduleState['state'] | undefined
}

/** Schedules that need a person come first, then those that are due next. */
export async function findSchedules(
  { read }: Reader,
  { ids, tenantId, provider, state }: ScheduleFilter,
  limit: number,
): Promise<readonly ScheduleState[]> {
  const is = (column: string, value: string | undefined) =>
    value === undefined ? sql`true` : sql`${sql.identifier(column)} = ${value}`
  const named = ids === undefined ? sql`true` : sql`"scheduleId" = any(${sql.param(ids)}::uuid[])`
  const { rows } = await read((tx) =>
    tx.execute<ScheduleState & Record<string, unknown>>(sql`
      select "scheduleId", "tenantId", spending.provider, spending.account, reference, "syncType", resources, "everySeconds", auto, state,
        ${utc('paused_at')} as "pausedAt", "pausedBecause", ${utc('next_at')} as "nextAt", ${utc('last_sent_at')} as "lastSentAt",
        case when last_job_id is not null then jsonb_build_object('jobId', last_job_id, 'status', coalesce(job.status, last_status)) end
          as "lastJob",
        ${utc('last_success_at')} as "lastSuccessAt", ${utc('events_silent_since')} as "eventsSilentSince", round("requestsPerMonth")::float8 as "requestsPerMonth",
        round("accountRequestsPerMonth")::float8 as "accountRequestsPerMonth"
      from (
        select *, sum("requestsPerMonth") filter (where paused_at is null)
          over (partition by "tenantId", provider, account, reference) as "accountRequestsPerMonth"
        from (
          select id as "scheduleId", tenant_id as "tenantId", provider, account, reference, sync_type as "syncType",
            resources, every_seconds as "everySeconds", auto, paused_at, paused_because as "pausedBecause", next_at, last_sent_at,
            last_job_id, last_status, last_success_at, events_silent_since, ${stateOf} as state,
            (select percentile_disc(0.5) within group (order by requests) from unnest(recent_requests) as requests)
              * ${monthSeconds}::numeric / every_seconds as "requestsPerMonth"
          from ${syncSchedules}
        ) as schedule
      ) as spending
      left join ${syncJobs} as job
        on job.tenant_id = "tenantId" and job.provider = spending.provider and job.id = last_job_id
      where ${named} and ${is('tenantId', tenantId)} and ${is('state', state)}
        and ${provider === undefined ? sql`true` : sql`spending.provider = ${provider}`}
      order by state = 'refused' desc, state = 'late' desc, state = 'paused', next_at, "tenantId", "scheduleId"
      limit ${limit}`),
  )
  return rows
}

const stateOf = sql`case
  when paused_at is not null and rejects >= ${mostRejects} then 'refused' when paused_at is not null then 'paused'
  when next_at < now() - interval '5 minutes' then 'late' else 'active' end`

const utc = (column: string) => sql`to_char(${sql.identifier(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

/** Adds a schedule; its first job is due at its next time on the grid. @returns null if the account has such a schedule */
export async function addSchedule(
  db: TenantDatabase,
  key: ScheduleKey & { readonly auto?: boolean },
  now: Date,
): Promise<{ readonly scheduleId: string; readonly nextAt: Date } | null> {
  const added = { ...key, id: randomUUID(), nextAt: dueAfter(key, now) }
  const rows = await db.within((tx) =>
    tx.insert(syncSchedules).values(added).onConflictDoNothing().returning({ id: syncSchedules.id }),
  )
  return rows.length === 0 ? null : { scheduleId: added.id, nextAt: added.nextAt }
}

interface Named {
  readonly tenantId: string
  readonly scheduleId: string
}

/** @returns false if it was paused before */
export async function pauseSchedule(db: TenantDatabase, named: Named, because: string): Promise<boolean> {
  return changed(
    db,
    sql`update ${syncSchedules} set paused_at = now(), paused_because = ${because} where ${isNamed(named)} and paused_at is null`,
  )
}

/** Lets a schedule go on. What was missed is one job, which the next tick sends. @returns false if it was not paused */
export async function resumeSchedule(db: TenantDatabase, named: Named): Promise<boolean> {
  return changed(
    db,
    sql`update ${syncSchedules} set paused_at = null, paused_because = null, rejects = 0 where ${isNamed(named)} and paused_at is not null`,
  )
}

/** @returns false if there was none */
export async function removeSchedule(db: TenantDatabase, named: Named): Promise<boolean> {
  return changed(db, sql`delete from ${syncSchedules} where ${isNamed(named)}`)
}

const isNamed = ({ tenantId, scheduleId }: Named) => sql`tenant_id = ${tenantId}::uuid and id = ${scheduleId}::uuid`

async function changed(db: TenantDatabase, statement: ReturnType<typeof sql>): Promise<boolean> {
  return ((await db.within((tx) => tx.execute(statement))).rowCount ?? 0) > 0
}
