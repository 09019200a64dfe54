import { type SQL, sql } from 'drizzle-orm'
import type { TenantDatabase } from '../db/open.ts'
import { syncCursors, syncEventCounts, syncJobs } from '../db/schema.ts'
import type { Reader } from './scope.ts'

/** Jobs that one transaction removes. */
const portion = 1_000

/** Tenants that have a job as old as that, in the order of their ids. */
export const tenantsWithOldJobs = (reader: Reader, olderThan: number) =>
  tenantsWith(
    reader,
    syncJobs,
    sql`exists (select from ${syncJobs} as job where job.tenant_id = tenants.id and ${isOld(olderThan)})`,
  )

/** The same of the hours in which live events were counted. */
export const tenantsWithOldCounts = (reader: Reader, olderThan: number) =>
  tenantsWith(
    reader,
    syncEventCounts,
    sql`exists (select from ${syncEventCounts} as counts where counts.tenant_id = tenants.id and ${isOldHour(olderThan)})`,
  )

/** Each tenant is found by the index of tenants, in one step. */
async function tenantsWith(
  { read }: Reader,
  table: typeof syncJobs | typeof syncEventCounts,
  condition: SQL,
): Promise<readonly string[]> {
  const { rows } = await read((tx) =>
    tx.execute<{ tenant: string }>(sql`
      with recursive tenants (id) as (
        (select tenant_id from ${table} order by tenant_id limit 1)
        union all
        select (select tenant_id from ${table} where tenant_id > tenants.id order by tenant_id limit 1)
        from tenants where tenants.id is not null
      )
      select id as tenant from tenants where id is not null and ${condition}`),
  )
  return rows.map(({ tenant }) => tenant)
}

interface Pruning {
  readonly tenantId: string
  /** Seconds. */
  readonly olderThan: number
  readonly dryRun: boolean
}

/**
 * Removes the tenant's jobs that ended longer ago, in portions. Kept are open jobs, the last completed job of each account
 * and kind, which tells the age of its last success, and the jobs that its cursors name.
 * @returns how many went; for a dry run how many would go
 */
export async function pruneJobs(db: TenantDatabase, { tenantId, olderThan, dryRun }: Pruning): Promise<number> {
  const kept = await db.read((tx) => tx.execute<{ id: string }>(keptJobs(tenantId)))
  // A job that completes meanwhile is newer than the kept ones.
  const ids = sql.param(kept.rows.map(({ id }) => id))
  const old = sql`job.tenant_id = ${tenantId}::uuid and ${isOld(olderThan)} and job.id <> all(${ids}::uuid[])`
  if (dryRun) {
    const count = sql`select count(*)::int as count from ${syncJobs} as job where ${old}`
    const { rows } = await db.read((tx) => tx.execute<{ count: number }>(count))
    return rows[0]?.count ?? 0
  }
  // An ended job may be taken up again meanwhile: the outer condition looks at the row as it is then.
  const remove = sql`delete from ${syncJobs} as job where ${old}
    and job.id = any(array(select job.id from ${syncJobs} as job where ${old} order by job.created_at limit ${portion}))`
  let removed = 0
  for (let rows = portion; rows === portion; removed += rows)
    rows = (await db.within((tx) => tx.execute(remove))).rowCount ?? 0
  return removed
}

/** Removes the counts of live events of hours longer ago. @returns how many rows went; for a dry run how many would go */
export async function pruneEventCounts(db: TenantDatabase, { tenantId, olderThan, dryRun }: Pruning): Promise<number> {
  const old = sql`counts.tenant_id = ${tenantId}::uuid and ${isOldHour(olderThan)}`
  if (!dryRun) {
    const { rowCount } = await db.within((tx) => tx.execute(sql`delete from ${syncEventCounts} as counts where ${old}`))
    return rowCount ?? 0
  }
  const count = sql`select count(*)::int as count from ${syncEventCounts} as counts where ${old}`
  const { rows } = await db.read((tx) => tx.execute<{ count: number }>(count))
  return rows[0]?.count ?? 0
}

const isOldHour = (seconds: number) => sql`counts.hour < now() - make_interval(secs => ${seconds})`

/** A job is not seen later than it ends, so that the index of its first sight finds it. */
const isOld = (seconds: number) => {
  const before = sql`now() - make_interval(secs => ${seconds})`
  return sql`job.created_at < ${before} and job.finished_at < ${before}`
}

const keptJobs = (tenantId: string) => sql`
  (select distinct on (provider, account, sync_type) id from ${syncJobs}
    where tenant_id = ${tenantId}::uuid and status = 'completed'
    order by provider, account, sync_type, finished_at desc)
  union
  select job_id from ${syncCursors} where tenant_id = ${tenantId}::uuid`
