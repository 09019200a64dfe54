import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { inKeyOrder, newestPerKey } from './newest-per-key.ts'
import type { Database } from './open.ts'
import { parameters, portions } from './parameters.ts'
import { mappingVersionOf } from './schema/synced.ts'
import type { SyncedTable } from './schema.ts'
import type { StampedRow } from './stamped-row.ts'
import { addWritten, commonPaths, shapeOf, type Written } from './upsert.ts'

interface LiveUpsert extends AccountKey {
  readonly table: SyncedTable
  readonly rows: readonly StampedRow[]
}

/**
 * Writes rows of events, which come in any order, several times and beside a job of the account. Three things differ from
 * `upsert`. Of two snapshots of one moment nobody knows the later one: the second is not written, and its id is `tied`. A row
 * that does not differ but was observed later gets the later time and nothing else, so that an event from between cannot
 * replace it. A row that another transaction has changed since the look at it is not written, and its id is `raced`.
 */
export async function upsertLive(db: Database, { rows, ...into }: LiveUpsert): Promise<Written> {
  const shape = shapeOf(into.table, commonPaths(rows), null)
  let sum: Written = { created: 0, updated: 0 }
  for (const portion of portions(inKeyOrder(newestPerKey(rows, shape.keyed), shape.keyed)))
    sum = addWritten(sum, await write(db, portion, into))
  return sum
}

async function write(
  db: Database,
  rows: readonly StampedRow[],
  { table, tenantId, provider, account }: Omit<LiveUpsert, 'rows'>,
): Promise<Written> {
  const shape = shapeOf(table, commonPaths(rows), null)
  const {
    sent,
    key,
    ordered,
    input,
    from,
    length,
    json,
    insertable,
    values,
    same,
    otherwise,
    assignments,
    inline,
    listedNow,
  } = shape
  const { records, bytes } = parameters(
    rows,
    sent.map((column) => column.key),
  )
  const mappingVersion = mappingVersionOf(table)
  const isNewer = sql`${table}.observed_at < excluded.observed_at`
  const replaces = inline ? sql`${isNewer} or (${table}.inline and not excluded.inline)` : isNewer
  const statement = sql`
    with compared as materialized (
      select input.*, item.raw, old.place, old.observed_at as old_observed_at, old.deleted_at is not null as was_deleted,
        case
          when old.observed_at is null or ${listedNow} then 'write'
          when old.observed_at > input.observed_at then 'older'
          when content.is_same and old.observed_at = input.observed_at then 'known'
          when content.is_same and old.mapping_version >= ${mappingVersion} then 'raise'
          when old.observed_at = input.observed_at then 'tied'
          else 'write'
        end as fate
      from (
        select *, sha256(bytes) as raw_sha256 from (
          select ${input}, substr(${bytes}::bytea, ${from}, ${length}) as bytes, ${json} as item_json
          from jsonb_array_elements(${records}::jsonb) as v offset 0
        ) as given offset 0
      ) as input left join lateral (
        select old.ctid as place, old.observed_at, old.deleted_at, old.raw_sha256, old.mapping_version, old.raw${inline ? sql`, old.inline` : sql``},
          ${otherwise(rows)} as is_otherwise
        from ${table} as old
        where old.tenant_id = ${tenantId}::uuid and old.provider = ${provider} and old.account = ${account} and ${same} offset 0
      ) as old on true cross join lateral (
        select coalesce(old.raw_sha256 = input.raw_sha256, false) as is_equal,
          (old.deleted_at is null) = (input.deleted_at is null) and not old.is_otherwise as stays offset 0
      ) as state cross join lateral (
        select case when old.observed_at > input.observed_at and not ${listedNow} then null
          else coalesce(convert_from(input.bytes, 'UTF8')::jsonb, input.item_json) end as raw offset 0
      ) as item cross join lateral (
        select stays and (is_equal or coalesce(row(old.raw)::record *= row(item.raw)::record or old.raw = item.raw, false)) as is_same offset 0
      ) as content
    ), written as (
      insert into ${table} (tenant_id, provider, account, ${insertable}, raw, raw_sha256, mapping_version)
      select ${tenantId}::uuid, ${provider}, ${account}, ${values}, raw, raw_sha256, ${mappingVersion}::smallint
      from compared where fate = 'write' order by ${ordered}
      on conflict (tenant_id, provider, account, ${key}) do update set ${assignments}, synced_at = now()
        where ${replaces}
      returning (xmax = 0) as created, id
    ), raised as (
      update ${table} as target set observed_at = compared.observed_at from compared
      where compared.fate = 'raise' and target.ctid = compared.place and target.observed_at = compared.old_observed_at
      returning target.id
    )
    select count(*) filter (where created)::int as created, count(*) filter (where not created)::int as updated,
      (select count(*) from compared where fate = 'write' and was_deleted)::int as "wereDeleted",
      (select count(*) from raised)::int as raised,
      ${idsWhere(sql`fate = 'tied'`)} as tied,
      ${idsWhere(sql`fate = 'write' and id not in (select id from written) or fate = 'raise' and id not in (select id from raised)`)} as raced
    from written`
  const result = await db.execute<Required<Written> & Record<string, unknown>>(statement)
  const counts = result.rows[0]
  if (!counts) throw new Error('upsert: no counts came back')
  const { created, updated, wereDeleted, raised, tied, raced } = counts
  return { created, updated, wereDeleted, raised, tied, raced }
}

const idsWhere = (condition: SQL) => sql`(select coalesce(jsonb_agg(id), '[]') from compared where ${condition})`
