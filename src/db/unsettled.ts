import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import { isLive, type ResourceTable } from './live.ts'
import type { TenantDatabase } from './open.ts'

/** The rows of a resource that may change without an event. */
export interface UnsettledSearch {
  readonly resource: ResourceTable
  /** The column, by its name in code, or the field of the payload, and its values in such rows. */
  readonly by: { readonly column: string } | { readonly field: string }
  readonly values: readonly (string | null)[]
  /** The column, by its name in code, with the time before which a row does not change. */
  readonly dueAt?: string | undefined
  /** Only rows created before this second: later ones are listed anyway. */
  readonly before: number
}

/** The unsettled rows of a resource, and what it would take to list them by time of creation. */
export interface UnsettledRows {
  readonly name: string
  /** The newest first, at most `idsAtMost`. */
  readonly ids: readonly string[]
  /** The seconds of creation of `ids`. */
  readonly seconds: readonly number[]
  /** Seconds of creation of the oldest and the newest of `ids`. */
  readonly oldest: number
  readonly newest: number
  /** Rows of the resource created from `oldest` to `newest`, and since `oldest`; at most `countedAtMost`. */
  readonly between: number
  readonly since: number
}

export const idsAtMost = 500
const countedAtMost = 50_000

/** Finds unsettled rows, with one statement for all resources. Resources without such rows are left out. */
export async function findUnsettled(
  db: TenantDatabase,
  searches: readonly UnsettledSearch[],
  accountKey: AccountKey,
): Promise<readonly UnsettledRows[]> {
  if (searches.length === 0) return []
  const selects = searches.map((search) => select(search, accountKey))
  const { rows } = await db.read((tx) =>
    tx.execute<{ [Key in keyof UnsettledRows]: UnsettledRows[Key] }>(sql.join(selects, sql` union all `)),
  )
  return rows
}

interface OpenSearch extends Omit<UnsettledSearch, 'before' | 'dueAt'> {
  readonly atMost: number
  /** Another seed picks other rows, if there are more. */
  readonly seed: string
}

/** The ids of some rows that may still change. */
export async function findOpen(
  db: TenantDatabase,
  { resource, by, values, atMost, seed }: OpenSearch,
  { tenantId, provider, account }: AccountKey,
): Promise<readonly string[]> {
  const { rows } = await db.read((tx) =>
    tx.execute<{ id: string }>(sql`
      select row.id from ${resource.table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account}
        and ${isLive(resource)} and ${isAnyOf(resource, { by, values })}
      order by md5(row.id || ${seed}) limit ${atMost}`),
  )
  return rows.map(({ id }) => id)
}

function isAnyOf({ table }: ResourceTable, { by, values }: Pick<UnsettledSearch, 'by' | 'values'>): SQL {
  const value = 'column' in by ? sql`row.${columnOf(table, by.column)}` : sql`row.raw ->> ${by.field}`
  const each = values.map((expected) => (expected === null ? sql`${value} is null` : sql`${value} = ${expected}`))
  return sql`(${sql.join(each, sql` or `)})`
}

/** `provider || ''` keeps Postgres from the key, as in deletions: the partial index on unsettled rows is shorter. */
function select(
  { resource, by, values, dueAt, before }: UnsettledSearch,
  { tenantId, provider, account }: AccountKey,
): SQL {
  const { name, table } = resource
  const owned = sql`row.tenant_id = ${tenantId}::uuid and row.provider || '' = ${provider} and row.account || '' = ${account}
    and ${isLive(resource)}`
  const isDue = dueAt === undefined ? sql`` : sql`and row.${columnOf(table, dueAt)} <= now()`
  const count = (until: SQL) => sql`(select count(*)::int from (
      select from ${table} as row where ${owned} and row.created_at >= found.oldest ${until} limit ${countedAtMost}) as created)`
  return sql`
    select ${name}::text as name, found.ids, found.seconds, extract(epoch from found.oldest)::float8 as oldest,
      extract(epoch from found.newest)::float8 as newest,
      ${count(sql`and row.created_at <= found.newest`)} as between, ${count(sql``)} as since
    from (
      select jsonb_agg(open.id) as ids, jsonb_agg(extract(epoch from open.created_at)::float8) as seconds, min(open.created_at) as oldest, max(open.created_at) as newest from (
        select row.id, row.created_at from ${table} as row
        where ${owned} and ${isAnyOf(resource, { by, values })} ${isDue}
          and row.created_at < ${new Date(before * 1_000).toISOString()}::timestamptz
        order by row.created_at desc limit ${idsAtMost}
      ) as open
    ) as found
    where found.ids is not null`
}
