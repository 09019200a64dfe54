import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import { isLive, liveRows, ofResource, type ResourceTable } from './live.ts'
import type { Database } from './tenant.ts'

/* Rows that only the items of other resources show, and that none of these shows any more. */

/** A resource whose rows name rows of another one, by their ids in a column. */
export interface Naming extends ResourceTable {
  /** By its name in code. */
  readonly column: string
}

interface Unshown extends AccountKey {
  readonly resource: ResourceTable
  readonly namings: readonly Naming[]
  /** When the forced job began. It has written all that items show, so that a row from before was not shown. */
  readonly began: Date
  /** The second from which on a row counts, by its creation, or else by the time at which an item showed it. */
  readonly since: number
  /** Time of the lists that do not show the rows. */
  readonly observedAt: Date
}

/** Rows of one statement. */
const rowsAtOnce = 10_000

/**
 * Marks the rows as deleted that a forced job has not written and that no live row names. Their `observed_at` becomes that
 * of 1970: an item may show them again that is older than the one which showed them last. Returns how many.
 */
export async function markUnshown(
  tx: Database,
  { resource, namings, began, since, observedAt, ...account }: Unshown,
): Promise<number> {
  const dated = sql`coalesce(row.created_at, row.observed_at)`
  const byKey = sql`row.id collate "C"`
  let marked = 0
  for (let after = ''; ; ) {
    // A statement of its own: the next one sees what whoever held the locks has written.
    const { rows } = await tx.execute<{ id: string }>(sql`
      select row.id ${liveRows(resource, account)} and row.synced_at < ${began.toISOString()}::timestamptz
        and ${dated} >= ${new Date(since * 1_000).toISOString()}::timestamptz and ${byKey} > ${after}
      order by ${byKey} limit ${rowsAtOnce} for update of row`)
    const last = rows.at(-1)
    if (!last) return marked
    after = last.id
    const ids = JSON.stringify(rows.map(({ id }) => id))
    // `except` never compares each row with each other one, whatever is known of the tables.
    const { rowCount } = await tx.execute(sql`
      update ${resource.table} as row set deleted_at = ${observedAt.toISOString()}::timestamptz, observed_at = to_timestamp(0), synced_at = now()
      where row.tenant_id = ${account.tenantId}::uuid and row.provider = ${account.provider} and row.account = ${account.account}
        ${ofResource(resource.table, sql`${resource.name}`)} and row.id = any(array(
          select jsonb_array_elements_text(${ids}::jsonb) ${sql.join(namings.map((naming) => exceptNamed(naming, account)))}))`)
    marked += rowCount ?? 0
  }
}

const exceptNamed = ({ column, ...resource }: Naming, account: AccountKey): SQL =>
  sql` except select row.${columnOf(resource.table, column)} ${liveRows(resource, account)}`

/** A live row that names one of the ids. */
export interface NamingRow {
  readonly id: string
  readonly resource: string
  readonly namedBy: string
  readonly createdAt: Date | null
}

/** The live rows that name these ids. */
export async function findNaming(
  db: Database,
  namings: readonly Naming[],
  { ids, tenantId, provider, account }: AccountKey & { readonly ids: readonly string[] },
): Promise<readonly NamingRow[]> {
  // `is true` makes Postgres hash the ids, whatever is known of the tables.
  const selects = namings.map(({ column, ...resource }) => {
    const named = sql`row.${columnOf(resource.table, column)}`
    return sql`
      select ${named} as id, ${resource.name}::text as resource, row.id as "namedBy", row.created_at as "createdAt"
      from ${resource.table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account}
        and ${isLive(resource)} and (${named} in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))) is true`
  })
  const { rows } = await db.execute<{ id: string; resource: string; namedBy: string; createdAt: Date | string | null }>(
    sql.join(selects, sql` union all `),
  )
  return rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt === null ? null : new Date(createdAt) }))
}
