import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { type AccountKey, everyAccount, type ProviderKey } from '../db/account-key.ts'
import { columnOf } from '../db/column-of.ts'
import { hasResource, ofResource } from '../db/live.ts'
import type { Database } from '../db/open.ts'
import { type SyncedTable, unlistedRows } from '../db/schema.ts'
import type { OwnerField } from '../provider/owner.ts'
import type { RelatedIds } from './owned.ts'
import type { OwnedTable } from './ownership.ts'

/** The ids in a stored row, and what a checkpoint counts it by. */
export interface OwnedRow extends RelatedIds {
  readonly account: string
  /** The name of the table, or its column `resource` if the table holds objects of all kinds. */
  readonly resource: string
  /** Second of creation; null if the row has none, or is deleted and so in no list. */
  readonly created: number | null
}

type Portion = AccountKey & {
  readonly table: OwnedTable
  readonly after: OwnedRow | undefined
  readonly limit: number
}

/** Reads up to `limit` rows of a table and an account, or of every account, in the order of their keys, after the last row of the portion before. */
export function readPortion(db: Database, { table, after, limit, ...account }: Portion): Promise<readonly OwnedRow[]> {
  const byResource = hasResource(table.table)
  const isLater = byResource
    ? sql`(row.account, row.resource, row.id) > (${after?.account}, ${after?.resource}, ${after?.id})`
    : sql`(row.account, row.id) > (${after?.account}, ${after?.id})`
  const key = byResource
    ? sql`row.tenant_id, row.provider, row.account, row.resource, row.id`
    : sql`row.tenant_id, row.provider, row.account, row.id`
  return ownedRows(
    db,
    sql`${selectFrom(table)} where ${isOf(account)} ${after ? sql`and ${isLater}` : sql``} order by ${key} limit ${limit}`,
  )
}

type Search = AccountKey & { readonly table: OwnedTable; readonly ids: readonly string[] }

/**
 * Finds rows of a table that have one of these ids or are about it. Looks each id up where the column has an index,
 * whatever the planner estimates (see db/deletions.ts); otherwise reads all rows of the tenant.
 */
export async function findAbout(db: Database, { table, ids, ...account }: Search): Promise<readonly OwnedRow[]> {
  const { tenantId } = account
  const indexed = indexedColumns(table.table)
  const isIndexed = (field: OwnerField) => typeof field === 'string' && indexed.has(field)
  const lookUp = (where: SQL) =>
    ownedRows(
      db,
      sql`select row.* from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as wanted(id) cross join lateral (
        ${selectFrom(table)} where row.tenant_id = ${tenantId}::uuid and ${where} offset 0) as row`,
    )
  const rows: OwnedRow[] = []
  if (!hasResource(table.table)) rows.push(...(await lookUp(sql`${isOf(account)} and row.id = wanted.id`)))
  for (const field of table.about.filter(isIndexed))
    rows.push(
      ...(await lookUp(
        sql`row.provider || '' = ${account.provider} and ${inAccount(account, sql`row.account || ''`)} and ${idAt(table.table, field)} = wanted.id`,
      )),
    )
  const others = table.about.filter((field) => !isIndexed(field))
  if (others.length > 0)
    rows.push(
      ...(await ownedRows(db, sql`${selectFrom(table)} where ${isOf(account)} and ${isAny(table, others, ids)}`)),
    )
  return [...new Map(rows.map((row) => [`${row.account} ${row.resource} ${row.id}`, row])).values()]
}

function isAny({ table }: OwnedTable, places: readonly OwnerField[], ids: readonly string[]): SQL {
  const givenIds = sql`array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`
  const matches = places.map((field) => sql`${idAt(table, field)} = any(${givenIds})`)
  const names = places.flatMap((field) => (typeof field === 'string' ? [] : field.path.split('.').slice(0, 1)))
  // Most payloads have none of the names, so that Postgres need not extract their paths.
  const mayMatch = names.length > 0 ? sql`row.raw ?| ${`{${names.join()}}`}::text[] and` : sql``
  return sql`(row.id = any(${givenIds}) or ${mayMatch} (${sql.join(matches, sql` or `)}))`
}

interface Removing extends ProviderKey {
  readonly rows: readonly Pick<OwnedRow, 'account' | 'resource' | 'id'>[]
}

/** Removes rows for good. Returns how many. */
export async function removeRows(
  db: Database,
  table: SyncedTable,
  { rows, tenantId, provider }: Removing,
): Promise<number> {
  if (rows.length === 0) return 0
  const keys = JSON.stringify(rows.map(({ account, resource, id }) => ({ account, resource, id })))
  await db.execute(sql`
    delete from ${unlistedRows} as note using jsonb_to_recordset(${keys}::jsonb) as doomed(account text, id text)
    where note.tenant_id = ${tenantId}::uuid and note.provider = ${provider} and note.account = doomed.account and note.id = doomed.id`)
  const { rowCount } = await db.execute(sql`
    delete from ${table} as target using jsonb_to_recordset(${keys}::jsonb) as doomed(account text, resource text, id text)
    cross join lateral (
      select row.ctid as place from ${table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider}
        and row.account = doomed.account and row.id = doomed.id ${ofResource(table, sql`doomed.resource`)} for update offset 0
    ) as candidate
    where target.ctid = candidate.place`)
  return rowCount ?? 0
}

/** `select … from … as row`: a table's rows as `OwnedRow`. */
function selectFrom({ table, customer, about, owns }: OwnedTable): SQL {
  const list = (places: readonly OwnerField[]) => {
    const ids = places.filter((field) => !isInList(field)).map((field) => idAt(table, field))
    const single = ids.length === 0 ? sql`'{}'::text[]` : sql`array_remove(array[${sql.join(ids, sql`, `)}], null)`
    return sql.join([single, ...places.filter(isInList).map(idsInList)], sql` || `)
  }
  return sql`
    select row.account, ${hasResource(table) ? sql`row.resource` : sql`${getTableName(table)}::text as resource`}, row.id,
      case when row.deleted_at is null then floor(extract(epoch from row.created_at))::float8 end as created,
      ${list(customer)} as customers,
      ${list(about)} as about, ${list(owns)} as owns
    from ${table} as row`
}

const isInList = (field: OwnerField): field is Exclude<OwnerField, string> =>
  typeof field === 'object' && field.path.includes('.*.')

/** The ids at a path of the table's alias `row` through a list. */
function idsInList({ path }: Exclude<OwnerField, string>): SQL {
  const steps = path.split('.').map((step) => (step === '*' ? '[*]' : `."${step}"`))
  return sql`array(select id.value #>> '{}' from jsonb_path_query(row.raw, ${`$${steps.join('')}`}::jsonpath) as id(value) where jsonb_typeof(id.value) = 'string')`
}

/** The id at a field of the table's alias `row`. An object that stands in for its id has the id inside. */
function idAt(table: SyncedTable, field: OwnerField): SQL<string | null> {
  if (typeof field === 'object') {
    const path = field.path.split('.')
    return sql`coalesce(row.raw #>> ${textArray([...path, 'id'])}, row.raw #>> ${textArray(path)})`
  }
  return sql`row.${columnOf(table, field)}`
}

const textArray = (path: readonly string[]) => sql`${`{${path.join()}}`}::text[]`

const isOf = (reach: AccountKey) =>
  sql`row.tenant_id = ${reach.tenantId}::uuid and row.provider = ${reach.provider} and ${inAccount(reach, sql`row.account`)}`

const inAccount = ({ account }: AccountKey, column: SQL) =>
  account === everyAccount ? sql`true` : sql`${column} = ${account}`

async function ownedRows(db: Database, statement: SQL): Promise<readonly OwnedRow[]> {
  return (await db.execute<OwnedRow & Record<string, unknown>>(statement)).rows
}

/** Columns by their names in code that have an index of their own after the tenant. */
function indexedColumns(table: SyncedTable): ReadonlySet<string> {
  const second = getTableConfig(table).indexes.map(({ config }) => config.columns[1])
  const names = new Set(second.flatMap((column) => (column && 'name' in column ? [column.name] : [])))
  return new Set(Object.entries(getTableColumns(table)).flatMap(([key, { name }]) => (names.has(name) ? [key] : [])))
}
