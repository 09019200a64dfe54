import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import { type Belongings, idAt } from './belongings.ts'
import type { Database } from './open.ts'
import type { SyncedTable } from './schema.ts'

interface Account {
  readonly tenantId: string
  readonly provider: string
}

/** As much of a stored row as it takes to tell whose it is. */
export interface OwnedRow {
  /** As its resource is called: by its table, or where that has all kinds, by its column. */
  readonly resource: string
  readonly id: string
  /** Second of creation; null where it has none, or is deleted and so in no list. */
  readonly created: number | null
  readonly customer: string | null
  readonly about: readonly string[]
  readonly owns: readonly string[]
}

/** Rows of one table in the order of their keys, so many at a time, after the last of those before. */
export async function readPortion(
  db: Database,
  { table, after, limit, ...account }: Account & { table: Belongings; after: OwnedRow | undefined; limit: number },
): Promise<readonly OwnedRow[]> {
  const key = hasResource(table.table) ? sql`(row.resource, row.id)` : sql`(row.id)`
  const last = hasResource(table.table)
    ? sql`(${after?.resource}::text, ${after?.id}::text)`
    : sql`(${after?.id}::text)`
  const order = hasResource(table.table) ? sql`row.resource, row.id` : sql`row.id`
  return select(db, table, account, sql`${after ? sql`and ${key} > ${last}` : sql``} order by ${order} limit ${limit}`)
}

/** Rows of one table that are about one of these, or one of these. */
export async function findAbout(
  db: Database,
  { table, ids, ...account }: Account & { table: Belongings; ids: readonly string[] },
): Promise<readonly OwnedRow[]> {
  const places = [...table.customer, ...table.about].map((place) => idAt(table.table, place))
  const wanted = sql`${`{${ids.map((id) => JSON.stringify(id)).join()}}`}::text[]`
  const matches = [sql`row.id`, ...places].map((id) => sql`${id} = any(${wanted})`)
  return select(db, table, account, sql`and (${sql.join(matches, sql` or `)})`)
}

async function select(
  db: Database,
  { table, customer, about, owns }: Belongings,
  { tenantId, provider }: Account,
  rest: SQL,
): Promise<readonly OwnedRow[]> {
  const ids = (places: Belongings['about']) =>
    places.length === 0
      ? sql`'{}'::text[]`
      : sql`array_remove(array[${sql.join(
          places.map((place) => idAt(table, place)),
          sql`, `,
        )}], null)`
  const first = customer.map((place) => idAt(table, place))
  const { rows } = await db.execute<OwnedRow & Record<string, unknown>>(sql`
    select ${hasResource(table) ? sql`row.resource` : sql`${getTableName(table)}::text as resource`}, row.id,
      case when row.deleted_at is null then extract(epoch from row.created_at)::float8 end as created,
      ${first.length === 0 ? sql`null` : sql`coalesce(${sql.join(first, sql`, `)})`} as customer,
      ${ids(about)} as about, ${ids(owns)} as owns
    from ${table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} ${rest}`)
  return rows
}

/** Removes rows for good. Returns how many. */
export async function removeRows(
  db: Database,
  {
    table,
    rows,
    tenantId,
    provider,
  }: Account & { table: SyncedTable; rows: readonly Pick<OwnedRow, 'resource' | 'id'>[] },
): Promise<number> {
  if (rows.length === 0) return 0
  const keys = JSON.stringify(rows.map(({ resource, id }) => ({ resource, id })))
  const ofResource = hasResource(table) ? sql`and row.resource = doomed.resource` : sql``
  const { rowCount } = await db.execute(sql`
    delete from ${table} as row using jsonb_to_recordset(${keys}::jsonb) as doomed(resource text, id text)
    where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.id = doomed.id ${ofResource}`)
  return rowCount ?? 0
}

const hasResource = (table: SyncedTable) => 'resource' in getTableColumns(table)
