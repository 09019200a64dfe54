import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { type Belongings, idAt, type Place } from '../db/belongings.ts'
import type { Database } from '../db/open.ts'
import type { SyncedTable } from '../db/schema.ts'

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

type Portion = Account & {
  readonly table: Belongings
  readonly after: OwnedRow | undefined
  readonly limit: number
}

/** Rows of one table in the order of their keys, so many at a time, after the last of those before. */
export function readPortion(db: Database, { table, after, limit, ...account }: Portion): Promise<readonly OwnedRow[]> {
  const of = hasResource(table.table)
  const behind = of ? sql`(row.resource, row.id) > (${after?.resource}, ${after?.id})` : sql`row.id > ${after?.id}`
  return rowsOf(
    db,
    sql`${selected(table)} where ${owned(account)} ${after ? sql`and ${behind}` : sql``}
      order by ${of ? sql`row.tenant_id, row.provider, row.resource, row.id` : sql`row.tenant_id, row.provider, row.id`} limit ${limit}`,
  )
}

type Search = Account & { readonly table: Belongings; readonly ids: readonly string[] }

/**
 * Rows of a table that are one of these or about one of these. Looked up id by id where an index has them, whatever the
 * planner believes (see detectDeletions.ts); else all the tenant's rows are looked at.
 */
export async function findAbout(db: Database, { table, ids, ...account }: Search): Promise<readonly OwnedRow[]> {
  const { tenantId, provider } = account
  const indexed = indexedColumns(table.table)
  const isIndexed = (place: Place) => 'column' in place && indexed.has(place.column)
  const lookUp = (where: SQL) =>
    rowsOf(
      db,
      sql`select row.* from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as wanted(id) cross join lateral (
        ${selected(table)} where row.tenant_id = ${tenantId}::uuid and ${where} offset 0) as row`,
    )
  const found: OwnedRow[] = []
  if (!hasResource(table.table)) found.push(...(await lookUp(sql`row.provider = ${provider} and row.id = wanted.id`)))
  for (const place of table.about.filter(isIndexed))
    found.push(...(await lookUp(sql`row.provider || '' = ${provider} and ${idAt(table.table, place)} = wanted.id`)))
  const others = table.about.filter((place) => !isIndexed(place))
  if (others.length > 0) {
    const where = matching(table, others, ids)
    found.push(...(await rowsOf(db, sql`${selected(table)} where ${owned(account)} and ${where}`)))
  }
  return [...new Map(found.map((row) => [`${row.resource} ${row.id}`, row])).values()]
}

function matching({ table }: Belongings, places: readonly Place[], ids: readonly string[]): SQL {
  const wanted = sql`array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`
  const matches = places.map((place) => sql`${idAt(table, place)} = any(${wanted})`)
  const names = places.flatMap((place) => ('path' in place ? place.path.slice(0, 1) : []))
  // Most payloads have none of the names, and need not be looked into.
  const mayMatch = names.length > 0 ? sql`row.raw ?| ${`{${names.join()}}`}::text[] and` : sql``
  return sql`(row.id = any(${wanted}) or ${mayMatch} (${sql.join(matches, sql` or `)}))`
}

/** Removes rows for good. Returns how many. */
export async function removeRows(
  db: Database,
  table: SyncedTable,
  { rows, tenantId, provider }: Account & { readonly rows: readonly Pick<OwnedRow, 'resource' | 'id'>[] },
): Promise<number> {
  if (rows.length === 0) return 0
  const keys = JSON.stringify(rows.map(({ resource, id }) => ({ resource, id })))
  const ofResource = hasResource(table) ? sql`and row.resource = doomed.resource` : sql``
  const { rowCount } = await db.execute(sql`
    delete from ${table} as target using jsonb_to_recordset(${keys}::jsonb) as doomed(resource text, id text)
    cross join lateral (
      select row.ctid as place from ${table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider}
        and row.id = doomed.id ${ofResource} for update offset 0
    ) as found
    where target.ctid = found.place`)
  return rowCount ?? 0
}

/** `select … from … as row`: a table's rows as they are told here. */
function selected({ table, customer, about, owns }: Belongings): SQL {
  const first = customer.map((place) => idAt(table, place))
  const list = (places: readonly Place[]) => {
    const ids = places.map((place) => idAt(table, place))
    return ids.length === 0 ? sql`'{}'::text[]` : sql`array_remove(array[${sql.join(ids, sql`, `)}], null)`
  }
  return sql`
    select ${hasResource(table) ? sql`row.resource` : sql`${getTableName(table)}::text as resource`}, row.id,
      case when row.deleted_at is null then extract(epoch from row.created_at)::float8 end as created,
      ${first.length === 0 ? sql`null::text` : sql`coalesce(${sql.join(first, sql`, `)})`} as customer,
      ${list(about)} as about, ${list(owns)} as owns
    from ${table} as row`
}

const owned = ({ tenantId, provider }: Account) => sql`row.tenant_id = ${tenantId}::uuid and row.provider = ${provider}`

async function rowsOf(db: Database, statement: SQL): Promise<readonly OwnedRow[]> {
  return (await db.execute<OwnedRow & Record<string, unknown>>(statement)).rows
}

const hasResource = (table: SyncedTable) => 'resource' in getTableColumns(table)

/** Columns by their names in code that have an index of their own behind the tenant. */
function indexedColumns(table: SyncedTable): ReadonlySet<string> {
  const first = getTableConfig(table).indexes.map(({ config }) => config.columns[1])
  const names = new Set(first.flatMap((column) => (column && 'name' in column ? [column.name] : [])))
  return new Set(Object.entries(getTableColumns(table)).flatMap(([key, { name }]) => (names.has(name) ? [key] : [])))
}
