import { sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { syncAccounts, syncCursors, syncJobs, syncSchedules } from '../db/schema.ts'
import { syncedTables } from '../db/synced-tables.ts'
import type { Reader } from './scope.ts'

/** What is known of an account of a tenant at a provider. Times are UTC, ISO 8601; ages are in seconds. */
export interface AccountState {
  readonly tenantId: string
  readonly provider: string
  /** With its mode; `unknown` for rows of 0.1.0. */
  readonly account: string
  readonly mode: string | null
  readonly firstSeenAt: string
  readonly lastSeenAt: string
  readonly lastFullAt: string | null
  readonly lastFullAge: number | null
  readonly lastIncrementalAt: string | null
  readonly lastIncrementalAge: number | null
  /** The oldest cursor of the resources that the provider does not refuse: an incremental job goes on from there. */
  readonly cursor: string | null
  /** Since when no live event has come, though jobs of a schedule found new objects. Null if events come or none are routed here. */
  readonly eventsSilentSince: string | null
  readonly lastJob: LastJob | null
}

interface LastJob {
  readonly jobId: string
  readonly status: string
  readonly error: { readonly code: string; readonly message: string } | null
}

interface AccountFilter {
  readonly tenantId?: string | undefined
  readonly provider?: string | undefined
  readonly account?: string | undefined
}

/** Accounts whose last success is oldest come first. Each is looked up by indexes alone. */
export async function findAccounts(
  { read }: Reader,
  { tenantId, provider, account }: AccountFilter,
  limit: number,
): Promise<readonly AccountState[]> {
  const { rows } = await read((tx) =>
    tx.execute<AccountState & Record<string, unknown>>(sql`
      select known.tenant_id as "tenantId", known.provider, known.account, known.mode,
        ${utc(sql`known.first_seen_at`)} as "firstSeenAt", ${utc(sql`known.last_seen_at`)} as "lastSeenAt",
        ${utc(sql`whole.at`)} as "lastFullAt", ${age(sql`whole.at`)} as "lastFullAge",
        ${utc(sql`news.at`)} as "lastIncrementalAt", ${age(sql`news.at`)} as "lastIncrementalAge",
        ${utc(sql`position.at`)} as "cursor", ${utc(sql`silence.began`)} as "eventsSilentSince",
        last.job as "lastJob"
      from ${syncAccounts} as known
      cross join lateral (${lastSuccess('full')}) as whole
      cross join lateral (${lastSuccess('incremental')}) as news
      cross join lateral (
        select min(cursor) filter (where refused_at is null) as at from ${syncCursors} as cursor
        where cursor.tenant_id = known.tenant_id and cursor.provider = known.provider and cursor.account = known.account
      ) as position
      cross join lateral (
        select min(schedule.events_silent_since) as began from ${syncSchedules} as schedule
        join ${syncJobs} as job on job.tenant_id = schedule.tenant_id and job.provider = schedule.provider and job.id = schedule.last_job_id
        where schedule.tenant_id = known.tenant_id and schedule.provider = known.provider and schedule.paused_at is null
          and job.account = known.account
      ) as silence
      left join lateral (
        select jsonb_build_object('jobId', job.id, 'status', job.status, 'error',
          case when job.waiting_for is not null and job.finished_at is null then job.waiting_for else job.error end) as job
        from ${syncJobs} as job
        where job.tenant_id = known.tenant_id and job.provider = known.provider
          and (job.account = known.account or job.account is null)
        order by job.created_at desc limit 1
      ) as last on true
      where ${tenantId === undefined ? sql`true` : sql`known.tenant_id = ${tenantId}::uuid`}
        and ${provider === undefined ? sql`true` : sql`known.provider = ${provider}`}
        and ${account === undefined ? sql`true` : sql`known.account = ${account}`}
      order by greatest(whole.at, news.at) nulls first, 1, 2, 3 limit ${limit}`),
  )
  return rows
}

const lastSuccess = (syncType: 'full' | 'incremental') => sql`
  select max(job.finished_at) as at from ${syncJobs} as job
  where job.tenant_id = known.tenant_id and job.provider = known.provider and job.account = known.account
    and job.sync_type = ${sql.raw(`'${syncType}'`)} and job.status = 'completed'
    and coalesce(job.options->>'dryRun', 'false') <> 'true'`

type Fragment = ReturnType<typeof sql>
const utc = (at: Fragment) => sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
const age = (at: Fragment) => sql`floor(extract(epoch from now() - ${at}))::float8`

/** Live rows by table, for the tables that have some. It reads the account's rows: seconds for a large account. */
export async function countRows(
  { read }: Reader,
  { tenantId, provider, account }: Required<{ [Key in keyof AccountFilter]: string }>,
): Promise<Readonly<Record<string, number>>> {
  const count = async (tx: Database) => {
    const counts: Record<string, number> = {}
    for (const [name, table] of syncedTables) {
      const { rows } = await tx.execute<{ live: number }>(sql`
        select count(*)::float8 as live from ${table}
        where tenant_id = ${tenantId}::uuid and provider = ${provider} and account = ${account} and deleted_at is null`)
      if (rows[0]?.live) counts[name] = rows[0].live
    }
    return counts
  }
  return read(count)
}
