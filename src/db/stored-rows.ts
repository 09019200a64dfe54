import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import { isLive, liveRows, type ResourceTable } from './live.ts'
import { keepsLater, type Overwrite } from './overwrite.ts'
import type { Database, TenantDatabase } from './tenant.ts'

/** Rows of one statement. */
const rowsAtOnce = 10_000

interface Until extends AccountKey {
  /** Second from which on objects are left out by their creation time. */
  readonly before: number
  /** Second from which on they are meant; absent: all. */
  readonly since?: number | undefined
}

/** The ids of an account's live rows of a resource, in portions, in the order of their keys. */
export async function* liveIds(
  db: TenantDatabase,
  resource: ResourceTable,
  { before, since, ...account }: Until,
): AsyncGenerator<readonly string[], void, void> {
  yield* idsInPortions(db, sql`${liveRows(resource, account)} and ${createdBefore(before)} ${createdSince(since)}`)
}

/**
 * The ids of live rows that only other objects show, in portions. A row without a creation time counts by the time at which
 * an object showed it.
 */
export async function* derivedIds(
  db: TenantDatabase,
  resource: ResourceTable,
  { before, since = 0, ...account }: Until,
): AsyncGenerator<readonly string[], void, void> {
  const dated = sql`coalesce(row.created_at, row.observed_at)`
  const [from, to] = [since, before].map((second) => sql`${new Date(second * 1_000).toISOString()}::timestamptz`)
  yield* idsInPortions(db, sql`${liveRows(resource, account)} and ${dated} >= ${from} and ${dated} < ${to}`)
}

/** The ids of rows, in the order of their keys. `rowsWhere`: `from … as row where …`. */
async function* idsInPortions(db: TenantDatabase, rowsWhere: SQL): AsyncGenerator<readonly string[], void, void> {
  for (let after = ''; ; ) {
    const portion = sql`select row.id ${rowsWhere} and row.id > ${after} order by row.id limit ${rowsAtOnce}`
    const { rows } = await db.read((tx) => tx.execute<{ id: string }>(portion))
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ id }) => id)
    after = last.id
  }
}

/** The ids of live rows without a creation time: no window of a list would show them. */
export async function findUndated(
  db: Database,
  resource: ResourceTable,
  account: AccountKey,
): Promise<readonly string[]> {
  const undated = sql`select row.id ${liveRows(resource, account)} and row.created_at is null order by row.id`
  const { rows } = await db.execute<{ id: string }>(undated)
  return rows.map(({ id }) => id)
}

/** How many live rows there are of objects created before a second, and of objects whose creation time is not known. */
export async function countLive(db: Database, resource: ResourceTable, { before, ...account }: Until): Promise<number> {
  const { rows } = await db.execute<{ live: number }>(
    sql`select count(*)::int as live ${liveRows(resource, account)} and ${createdBefore(before)}`,
  )
  return rows[0]?.live ?? 0
}

const createdSince = (second: number | undefined) =>
  second === undefined ? sql`` : sql`and row.created_at >= ${new Date(second * 1_000).toISOString()}::timestamptz`

const createdBefore = (second: number) =>
  sql`(row.created_at < ${new Date(second * 1_000).toISOString()}::timestamptz or row.created_at is null)`

/** A nested list in its table, with the table of its parents. */
interface Nested extends ResourceTable {
  /** The parent's column, by its name in code. */
  readonly parent: string
}

export interface Child {
  readonly id: string
  readonly parentId: string | null
}

interface ListOfParent {
  readonly parentId: string
  readonly ids: readonly string[]
}

export interface ExtraChild extends Child {
  readonly observedAt: Date
}

/** Finds live rows of parents that are not among the ids of their parent's list. */
export async function findExtraChildren(
  db: Database,
  { parent, ...resource }: Nested,
  { lists, tenantId, provider, account }: AccountKey & { readonly lists: readonly ListOfParent[] },
): Promise<readonly ExtraChild[]> {
  const { rows } = await db.execute<{ id: string; parentId: string; observedAt: Date | string }>(sql`
    select row.id, listed."parentId", row.observed_at as "observedAt" from jsonb_to_recordset(${JSON.stringify(lists)}::jsonb) as listed("parentId" text, ids jsonb)
    cross join lateral (
      select row.id, row.observed_at from ${resource.table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider || '' = ${provider} and row.account || '' = ${account} and row.${columnOf(resource.table, parent)} = listed."parentId"
        and ${isLive(resource)} and not listed.ids ? row.id
      offset 0
    ) as row`)
  return rows.map(({ id, parentId, observedAt }) => ({ id, parentId, observedAt: new Date(observedAt) }))
}

/** Live rows of a nested list whose parent is not live, in portions. */
export async function* orphans(
  db: TenantDatabase,
  { parent, ...resource }: Nested,
  { parents, ...accountKey }: AccountKey & { readonly parents: Pick<ResourceTable, 'table'> },
): AsyncGenerator<readonly Child[], void, void> {
  const { tenantId, provider, account } = accountKey
  for (let after = ''; ; ) {
    // The portion is limited before its parents are looked up, so that each statement takes as long as the others.
    const portion = sql`
      select row.id, row.parent_id as "parentId", holder.id is null as "isOrphan"
      from (
        select row.id, row.${columnOf(resource.table, parent)} as parent_id ${liveRows(resource, accountKey)} and row.id > ${after}
        order by row.id limit ${rowsAtOnce}
      ) as row
      left join lateral (
        select holder.id from ${parents.table} as holder
        where holder.tenant_id = ${tenantId}::uuid and holder.provider = ${provider} and holder.account = ${account} and holder.id = row.parent_id
          and holder.deleted_at is null
        offset 0
      ) as holder on true
      order by row.id`
    const { rows } = await db.read((tx) => tx.execute<Child & { isOrphan: boolean } & Record<string, unknown>>(portion))
    const last = rows.at(-1)
    if (!last) return
    yield rows.filter(({ isOrphan }) => isOrphan).map(({ id, parentId }) => ({ id, parentId }))
    after = last.id
  }
}

interface OrphanSearch extends AccountKey {
  readonly parents: Pick<ResourceTable, 'table'>
  /** Only rows that this would overwrite. */
  readonly overwrite: Overwrite | null
  readonly limit: number
}

/** Live rows of a nested list that a forced job has not written, and whose parent is not live. */
export async function findOrphans(
  db: Database,
  { parent, ...resource }: Nested,
  { parents, overwrite, limit, ...account }: OrphanSearch,
): Promise<readonly Child[]> {
  const column = columnOf(resource.table, parent)
  const { rows } = await db.execute<{ id: string; parentId: string | null }>(sql`
    select row.id, row.${column} as "parentId" ${liveRows(resource, account)} and not ${keepsLater(overwrite, sql`row`)}
      and not exists (
        select from ${parents.table} as holder
        where holder.tenant_id = ${account.tenantId}::uuid and holder.provider = ${account.provider} and holder.account = ${account.account}
          and holder.id = row.${column} and holder.deleted_at is null)
    order by row.id limit ${limit}`)
  return rows
}
