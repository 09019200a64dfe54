import { getTableColumns, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
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
  const columns: Readonly<Record<string, { readonly name: string }>> = getTableColumns(table)
  const same = keys.map(
    (key, at) => sql`stored.${sql.identifier(columns[key]?.name ?? key)} = seen ->> ${sql.raw(`${at}`)}`,
  )
  const seen = JSON.stringify(rows.map(({ row, observedAt }) => [...keys.map((key) => row[key]), observedAt]))
  await db.execute(sql`
    with later as materialized (
      select stored.ctid as place, (seen ->> ${sql.raw(`${keys.length}`)})::timestamptz as seen_at
      from jsonb_array_elements(${seen}::jsonb) as seen cross join lateral (
        select stored.ctid, stored.id, stored.observed_at from ${table} as stored
        where stored.tenant_id = ${tenantId}::uuid and stored.provider = ${provider} and stored.account = ${account}
          and ${sql.join(same, sql` and `)} offset 0
      ) as stored
      where stored.observed_at < (seen ->> ${sql.raw(`${keys.length}`)})::timestamptz
    ), latest as materialized (
      select place, max(seen_at) as seen_at from later group by place
    )
    update ${table} as stored set observed_at = latest.seen_at from latest
    where stored.ctid = latest.place and stored.observed_at < latest.seen_at`)
}
