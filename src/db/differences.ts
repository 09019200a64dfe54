import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { newestPerKey } from './newest-per-key.ts'
import { parameters, portions } from './parameters.ts'
import type { SyncedTable } from './schema.ts'
import type { StampedRow } from './stamped-row.ts'
import type { Database } from './tenant.ts'
import { commonPaths, shapeOf } from './upsert.ts'

/** How a stored row differs from what the provider shows. */
export interface Difference {
  readonly id: string
  /** `missing`: there is no row; `deleted`: the row says that the provider no longer has the object. */
  readonly kind: 'missing' | 'deleted' | 'changed'
  /** The columns with other values than the payload gives them, `raw` included. Empty for a missing row. */
  readonly columns: readonly string[]
  /** A job without `force_refresh` leaves the row as it is: its payload counts as unchanged, or as newer. */
  readonly needsForce: boolean
}

interface Comparing extends AccountKey {
  readonly table: SyncedTable
  readonly rows: readonly StampedRow[]
  /** Found inside other items: only a row that no list shows must be equal to it. */
  readonly embedded: boolean
  /** Snapshots of several times: only the latest must be equal. */
  readonly derived: boolean
}

/** Compares rows with those that are stored: the payload, and each column that has its value from the payload. Writes nothing. */
export async function findDifferences(db: Database, { rows, ...stored }: Comparing): Promise<readonly Difference[]> {
  const shape = shapeOf(stored.table, commonPaths(rows), null)
  const differences: Difference[] = []
  for (const portion of portions(newestPerKey(rows, shape.keyed))) {
    const { records, bytes } = parameters(
      portion,
      shape.sent.map(({ key }) => key),
    )
    const batch = await db.execute<Difference & Record<string, unknown>>(
      compared({ records, bytes }, shape, { ...stored, rows: portion }),
    )
    differences.push(...batch.rows)
  }
  return differences
}

function compared(
  { records, bytes }: ReturnType<typeof parameters>,
  { columns, input, from, length, json, insertable, values, same, inline }: ReturnType<typeof shapeOf>,
  { table, tenantId, provider, account, rows, embedded, derived }: Comparing,
): SQL {
  const hasValue = columns.filter(({ key }) => !stamped.has(key) && !(embedded && key === 'inline'))
  const differing = [
    ...hasValue.map(
      ({ name, label }) => sql`case when old.${name} is distinct from expected.${name} then ${label}::text end`,
    ),
    sql`case when old.raw is distinct from input.raw then 'raw' end`,
  ]
  // A row that a list shows, or that was seen later, is not compared with an older snapshot of it inside another item.
  const isListed = embedded && inline ? sql`not old.inline` : sql`false`
  const isNewer = derived ? sql`old.observed_at > input.observed_at` : sql`false`
  const comparable = sql`(old.id is null or not (${isListed} or ${isNewer}))`
  // A job rewrites a row for another value of such a column, though the payload is the same.
  const isRewritten = rows.some(({ extended }) => extended)
  return sql`
    select input.id,
      case when old.id is null then 'missing' when old.deleted_at is not null then 'deleted' else 'changed' end as kind,
      case when old.id is null then array[]::text[] else differing.columns end as columns,
      coalesce(${embedded} and old.id is not null or old.observed_at > input.observed_at
        or (not ${isRewritten} and old.deleted_at is null and (old.raw_sha256 = input.raw_sha256 or old.raw = input.raw)), false) as "needsForce"
    from (
      select *, coalesce(convert_from(bytes, 'UTF8')::jsonb, item_json) as raw, sha256(bytes) as raw_sha256 from (
        select ${input}, substr(${bytes}::bytea, ${from}, ${length}) as bytes, ${json} as item_json
        from jsonb_array_elements(${records}::jsonb) as v offset 0
      ) as given offset 0
    ) as input
    cross join lateral (select ${values} offset 0) as expected(${insertable})
    left join lateral (
      select old.* from ${table} as old
      where old.tenant_id = ${tenantId}::uuid and old.provider = ${provider} and old.account = ${account} and ${same} offset 0
    ) as old on true
    cross join lateral (select array_remove(array[${sql.join(differing, sql`, `)}], null) as columns offset 0) as differing
    where ${comparable} and (old.id is null or old.deleted_at is not null or cardinality(differing.columns) > 0)`
}

/** The columns that say when and how a row was stored. */
const stamped = new Set(['observedAt', 'deletedAt'])
