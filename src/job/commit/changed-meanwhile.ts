import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from '../../db/account-key.ts'
import type { Database } from '../../db/open.ts'
import { syncEventCounts, syncJobs } from '../../db/schema.ts'
import type { ResourceCounts } from '../state/progress.ts'

/** `from … as row where …`: rows that were written since the job began. */
export interface ChangedRows {
  readonly live: SQL
  readonly deleted: SQL
}

interface ChangedMeanwhile extends AccountKey {
  readonly jobId: string
  readonly lists: readonly { readonly name: string; changed(began: SQL): ChangedRows }[]
  /** What the job itself has written. */
  readonly counts: Readonly<Record<string, ResourceCounts>>
}

/**
 * How many rows of each list live events have written since the job began: those that were written, without those that the
 * job wrote itself. Only a list that differs is counted again, and only if events came: it reads each of its rows.
 */
export async function countChangedMeanwhile(
  db: Database,
  { tenantId, provider, account, jobId, lists, counts }: ChangedMeanwhile,
): Promise<ReadonlyMap<string, number>> {
  const began = sql`(select job.started_at from ${syncJobs} as job where job.tenant_id = ${tenantId}::uuid
    and job.provider = ${provider} and job.id = ${jobId}::uuid)`
  const came = await db.execute<{ came: boolean }>(sql`
    select exists (select from ${syncEventCounts} as counted where counted.tenant_id = ${tenantId}::uuid
      and counted.provider = ${provider} and counted.account = ${account}
      and counted.hour >= date_trunc('hour', ${began}, 'UTC')) as came`)
  if (!came.rows[0]?.came) return new Map()
  const selects = lists.map(({ name, changed }) => {
    const { live, deleted } = changed(began)
    return sql`select ${name}::text as name, (select count(*)::int ${live}) as live, (select count(*)::int ${deleted}) as deleted`
  })
  const { rows } = await db.execute<{ name: string; live: number; deleted: number }>(
    sql.join(selects, sql` union all `),
  )
  return new Map(
    rows.map(({ name, live, deleted }) => {
      const { created = 0, updated = 0, deleted: marked = 0 } = counts[name] ?? {}
      return [name, Math.max(0, live - created - updated) + Math.max(0, deleted - marked)]
    }),
  )
}
