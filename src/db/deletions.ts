import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import { isLive, isWithin, ofResource, type ResourceTable, type Within } from './live.ts'
import type { Database, TenantDatabase } from './open.ts'
import { keepsLater, type Overwrite } from './overwrite.ts'
import type { SyncedTable } from './schema.ts'

/** Creation seconds, both ends included, and all ids the provider listed of them. */
export interface Interval {
  readonly from: number
  readonly to: number | null
  readonly ids: readonly string[]
  readonly observedAt: Date
}

export interface Unlisted {
  readonly id: string
  readonly observedAt: Date
}

interface Forced {
  /** What a forced job overwrites; absent for one that is not. */
  readonly overwrite?: Overwrite | null
}

interface Search extends Omit<AccountKey, 'tenantId'>, Forced {
  readonly resource: ResourceTable
  readonly intervals: readonly Interval[]
  /** The rows that the list would show; null for all of the resource. */
  readonly within?: Within | null
}

/*
 * `offset 0` makes Postgres look up each interval, row or child set by its index, even in a table that was never analysed.
 * `provider || ''` and `account || ''` keep it from the primary key, whose first columns it takes for as good. Left to
 * itself it reads all the tenant's rows once a page, which is quadratic.
 */

/** Finds the tenant's live rows within intervals that the provider did not list although it listed all it has of them. */
export async function findUnlisted(db: TenantDatabase, { intervals, ...search }: Search): Promise<readonly Unlisted[]> {
  if (intervals.length === 0) return []
  const { rows } = await db.alone((statement, tenant) =>
    statement.execute<{ id: string; observed_at: Date | string }>(sql`
      select row.id, listed.observed_at from (select ${tenant} as tenant_id offset 0) as owner
      ${unlistedIn(intervals, search)}`),
  )
  return rows.map(({ id, observed_at: observedAt }) => ({ id, observedAt: new Date(observedAt) }))
}

/** What follows `from … as owner`: `listed.observed_at` of each interval, and `row.id` of each live row that it lacks. */
export function unlistedIn(
  intervals: readonly Interval[],
  { resource, provider, account, within = null, overwrite = null }: Omit<Search, 'intervals'>,
): SQL {
  const second = (value: number) => new Date(value * 1_000)
  const given = intervals.map(({ from, to, ids, observedAt }) => ({
    from_at: second(from),
    // Not computed in SQL: a function that is not leakproof runs only after the row's policy, and so cannot use an index.
    before_at: to === null ? 'infinity' : second(to + 1),
    ids,
    observed_at: observedAt,
  }))
  return sql`
    cross join jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as listed(from_at timestamptz, before_at timestamptz, ids jsonb, observed_at timestamptz)
    cross join lateral (
      select row.id from ${resource.table} as row
      where row.tenant_id = owner.tenant_id and row.provider || '' = ${provider} and row.account || '' = ${account}
        and ${isLive(resource)} ${isWithin(resource, within)}
        and row.created_at >= listed.from_at and row.created_at < listed.before_at
        and (row.observed_at <= listed.observed_at or not ${keepsLater(overwrite, sql`row`)})
        and not listed.ids ? row.id
      offset 0
    ) as row`
}

interface Deletion extends AccountKey, Forced {
  readonly resource: ResourceTable
  readonly unlisted: readonly Unlisted[]
}

/** Marks rows as deleted, unless they were seen again since. Returns how many. */
export async function markDeleted(
  db: Database,
  { resource, unlisted, overwrite = null, tenantId, provider, account }: Deletion,
): Promise<number> {
  if (unlisted.length === 0) return 0
  const gone = unlisted.map(({ id, observedAt }) => ({ id, observed_at: observedAt }))
  const where = sql`row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account} and row.id = gone.id`
  return await mark(db, { resource, overwrite }, { gone, columns: sql`id text`, where })
}

interface ChildRemoval extends AccountKey, Forced {
  readonly resource: ResourceTable
  /** The parent's column, by its name in code. */
  readonly parent: string
  readonly childSets: readonly {
    readonly parentId: string
    readonly ids: readonly string[]
    readonly observedAt: Date
  }[]
}

/** Marks rows as deleted that are no longer in their parent's nested list. Returns how many. */
export async function markRemovedChildren(
  db: Database,
  { resource, parent, childSets, overwrite = null, tenantId, provider, account }: ChildRemoval,
): Promise<number> {
  const gone = childSets.map(({ parentId, ids, observedAt }) => ({ parent: parentId, ids, observed_at: observedAt }))
  const where = sql`row.tenant_id = ${tenantId}::uuid and row.provider || '' = ${provider} and row.account || '' = ${account}
    and row.${columnOf(resource.table, parent)} = gone.parent and not gone.ids ? row.id`
  return await mark(db, { resource, overwrite }, { gone, columns: sql`parent text, ids jsonb`, where })
}

interface DeletionMark {
  /** What rows are gone, each with `observed_at`. */
  readonly gone: readonly { readonly observed_at: Date }[]
  /** The other columns of `gone`, with their types. */
  readonly columns: SQL
  /** Which `row` each of `gone` is about. */
  readonly where: SQL
}

async function mark(
  db: Database,
  { resource: { name, table }, overwrite }: Pick<Required<Deletion>, 'resource' | 'overwrite'>,
  { gone, columns, where }: DeletionMark,
): Promise<number> {
  const { rowCount } = await db.execute(sql`
    update ${table} as target set deleted_at = gone.observed_at, observed_at = gone.observed_at, synced_at = now()
    from jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) as gone(${columns}, observed_at timestamptz)
    cross join lateral (
      select row.ctid as place from ${table} as row
      where ${where} ${ofResource(table, sql`${name}`)} and row.deleted_at is null
        and (row.observed_at <= gone.observed_at or not ${keepsLater(overwrite, sql`row`)})
      offset 0
    ) as candidate
    where target.ctid = candidate.place`)
  return rowCount ?? 0
}

interface Snapshots extends AccountKey, Forced {
  readonly table: SyncedTable
  readonly snapshots: readonly { readonly id: string; readonly observedAt: Date }[]
}

/** Which snapshots of rows are out of date, by their places: the row was observed later, or deleted since. */
export async function findStale(
  db: Database,
  { table, snapshots, tenantId, provider, account, overwrite = null }: Snapshots,
): Promise<ReadonlySet<number>> {
  const given = snapshots.map(({ id, observedAt }, at) => ({ at, id, observed_at: observedAt }))
  const { rows } = await db.execute<{ at: number }>(sql`
    select snapshot.at from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as snapshot(at int, id text, observed_at timestamptz)
    cross join lateral (
      select from ${table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account} and row.id = snapshot.id
        and row.observed_at > snapshot.observed_at and ${keepsLater(overwrite, sql`row`)}
      offset 0
    ) as newer`)
  return new Set(rows.map(({ at }) => at))
}
