import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncEventCounts } from '../db/schema.ts'
import type { LiveCounts } from './live-event.ts'

/** One row an hour would serialise all writers of the account. */
const shards = 8

export interface Lag {
  readonly lagMsSum: number
  readonly lagMsMax: number
}

/** Adds to the counts of the hour. The last statement of its transaction, so that the row is locked for a moment only. */
export async function countEvents(
  db: Database,
  { tenantId, provider, account }: AccountKey,
  { lagMsSum, lagMsMax, ...counts }: LiveCounts & Lag,
): Promise<void> {
  const sums = Object.entries({ ...counts, lag_ms_sum: lagMsSum })
  const names = sql.join(
    sums.map(([name]) => sql.identifier(name)),
    sql`, `,
  )
  const values = sql.join(
    sums.map(([, value]): SQL => sql`${Math.round(value)}::bigint`),
    sql`, `,
  )
  const added = sql.join(
    sums.map(
      ([name]) => sql`${sql.identifier(name)} = counted.${sql.identifier(name)} + excluded.${sql.identifier(name)}`,
    ),
    sql`, `,
  )
  const shard = Math.floor(Math.random() * shards)
  await db.execute(sql`
    insert into ${syncEventCounts} as counted (tenant_id, provider, account, hour, shard, lag_ms_max, ${names})
    values (${tenantId}::uuid, ${provider}, ${account}, date_trunc('hour', now(), 'UTC'), ${shard}::smallint, ${Math.min(Math.round(lagMsMax), 2_147_483_647)}::int, ${values})
    on conflict (tenant_id, provider, account, hour, shard) do update set lag_ms_max = greatest(counted.lag_ms_max, excluded.lag_ms_max), ${added}`)
}
