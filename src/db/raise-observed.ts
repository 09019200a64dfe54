import { sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import type { Database } from './open.ts'
import type { SyncedTable } from './schema.ts'
import type { StampedRow } from './stamped-row.ts'
import { keyOf } from './upsert.ts'

interface Raising extends AccountKey {
  readonly table: SyncedTable
  /** Rows that `upsert` has just been given: a stored row with an earlier time is the same. */
  readonly rows: readonly StampedRow[]
}

/** Gives stored rows the later time at which an equal snapshot was seen, so that a snapshot from between cannot replace them. */
export async function raiseObserved(
  db: Database,
  { table, rows, tenantId, provider, account }: Raising,
): Promise<void> {
  const keys = keyOf(table)
  const seen = rows.map(({ row, observedAt }) => [keys.map((key) => row[key]), observedAt])
  const same = keys.map((key, at) => sql`old.${columnOf(table, key)} = key ->> ${sql.raw(`${at}`)}`)
  // `offset 0` makes Postgres look up each row by its key, even in a table that was never analysed. No condition names `stored`
  // and `seen` together: in a small table Postgres would look up all of `seen` for each stored row.
  await db.execute(sql`
    update ${table} as stored set observed_at = greatest(stored.observed_at, seen_at) from (
      select v -> 0 as key, max((v ->> 1)::timestamptz) as seen_at from jsonb_array_elements(${JSON.stringify(seen)}::jsonb) as v group by 1
    ) as seen cross join lateral (
      select old.ctid as place from ${table} as old where old.tenant_id = ${tenantId}::uuid and old.provider = ${provider} and old.account = ${account}
        and ${sql.join(same, sql` and `)} and old.observed_at < seen_at offset 0
    ) as earlier where stored.ctid = place`)
}
