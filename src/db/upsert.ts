import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { RawJson } from '../json/raw-json.ts'
import type { JsonPaths } from '../json/value.ts'
import type { AccountKey } from './account-key.ts'
import { columnFromRaw } from './column-from-raw.ts'
import { inKeyOrder, newestPerKey } from './newest-per-key.ts'
import type { Database } from './open.ts'
import { haveOtherColumns } from './other-columns.ts'
import { keepsLater, type Overwrite } from './overwrite.ts'
import { parameters, portions } from './parameters.ts'
import { mappingVersionOf } from './schema/synced.ts'
import type { SyncedTable } from './schema.ts'
import type { StampedRow } from './stamped-row.ts'

export interface Written {
  readonly created: number
  readonly updated: number
  /** How many of the written rows were marked as deleted before; absent if none was. */
  readonly wereDeleted?: number
  /** Of live writes: rows that did not differ and were observed later than before. */
  readonly raised?: number
  /** Of live writes: ids of rows that differ from another snapshot of the same moment. They were not written. */
  readonly tied?: readonly string[]
  /** Of live writes: ids of rows that another transaction changed meanwhile. They were not written. */
  readonly raced?: readonly string[]
}

interface Upsert extends AccountKey {
  readonly table: SyncedTable
  readonly rows: readonly StampedRow[]
  /** Rewrites rows that do not differ and rows that were observed later; absent: rewrites neither. */
  readonly overwrite?: Overwrite | null
  /** Writes only rows that do not exist yet. */
  readonly onlyMissing?: boolean
}

/**
 * Writes rows in one statement: the rows are one JSON parameter, their answers another. The rows omit values that
 * Postgres can read from the answers. A row is replaced only by an observation that is not older and that differs. Rows
 * are filtered before the upsert, because a conflict writes WAL even if no value changes. Rows are deduplicated by key
 * (the newest wins) and sorted by key, so that two writers never deadlock. Rows that were stored already are in neither
 * count.
 */
export async function upsert(db: Database, { rows, ...into }: Upsert): Promise<Written> {
  const shape = shapeOf(into.table, commonPaths(rows), into.overwrite ?? null)
  let sum: Written = { created: 0, updated: 0 }
  for (const portion of portions(inKeyOrder(newestPerKey(rows, shape.keyed), shape.keyed))) {
    sum = addWritten(sum, await write(db, portion, shape, into))
  }
  return sum
}

export function addWritten(left: Written, right: Written): Written {
  const wereDeleted = (left.wereDeleted ?? 0) + (right.wereDeleted ?? 0)
  const raised = (left.raised ?? 0) + (right.raised ?? 0)
  const tied = [...(left.tied ?? []), ...(right.tied ?? [])]
  const raced = [...(left.raced ?? []), ...(right.raced ?? [])]
  return {
    created: left.created + right.created,
    updated: left.updated + right.updated,
    ...(wereDeleted > 0 && { wereDeleted }),
    ...(raised > 0 && { raised }),
    ...(tied.length > 0 && { tied }),
    ...(raced.length > 0 && { raced }),
  }
}

async function write(
  db: Database,
  rows: readonly StampedRow[],
  {
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
    replaces,
  }: Shape,
  { table, tenantId, provider, account, overwrite = null, onlyMissing = false }: Omit<Upsert, 'rows'>,
): Promise<Written> {
  const { records, bytes } = parameters(
    rows,
    sent.map(({ key }) => key),
  )
  const mappingVersion = mappingVersionOf(table)
  // `offset 0` makes Postgres look up each row by its key, even in a table that was never analysed. It also makes
  // Postgres compute each value once, and only for rows that are needed.
  const statement = sql`
    with changed as (
      select input.*, item.raw, old.deleted_at is not null as was_deleted from (
        select *, sha256(bytes) as raw_sha256 from (
          select ${input}, substr(${bytes}::bytea, ${from}, ${length}) as bytes, ${json} as item_json
          from jsonb_array_elements(${records}::jsonb) as v offset 0
        ) as given offset 0
      ) as input left join lateral (
        select old.observed_at, old.synced_at, old.deleted_at, old.raw_sha256, old.mapping_version, old.raw${inline ? sql`, old.inline` : sql``},
          ${otherwise(rows)} as is_otherwise from ${table} as old
        where old.tenant_id = ${tenantId}::uuid and old.provider = ${provider} and old.account = ${account} and ${same} offset 0
      ) as old on true cross join lateral (
        select ${overwrite !== null} or ${listedNow} or (old.deleted_at is null) is distinct from (input.deleted_at is null)
          or old.mapping_version < ${mappingVersion} or coalesce(old.is_otherwise, false) as anyway offset 0
      ) as change cross join lateral (
        select case
          when old.observed_at is null or ${listedNow} then false
          when ${settledByBeing(onlyMissing, inline, overwrite)} or (old.observed_at > input.observed_at and ${keepsLater(overwrite, sql`old`)}) then true
          else not anyway and coalesce(old.raw_sha256 = input.raw_sha256, false)
        end as settled offset 0
      ) as known cross join lateral (
        select case when settled then null else coalesce(convert_from(input.bytes, 'UTF8')::jsonb, input.item_json) end as raw offset 0
      ) as item
      where not settled and (old.observed_at is null or anyway
        or not (row(old.raw)::record *= row(item.raw)::record or old.raw = item.raw))
    ), written as (
      insert into ${table} (tenant_id, provider, account, ${insertable}, raw, raw_sha256, mapping_version)
      select ${tenantId}::uuid, ${provider}, ${account}, ${values}, raw, raw_sha256, ${mappingVersion}::smallint from changed order by ${ordered}
      on conflict (tenant_id, provider, account, ${key}) do update set ${assignments}, synced_at = now()
        where ${replaces}
      returning (xmax = 0) as created
    )
    select count(*) filter (where created)::int as created, count(*) filter (where not created)::int as updated,
      (select count(*) from changed where was_deleted)::int as "wereDeleted" from written`
  const result = await db.execute<
    Required<Pick<Written, 'created' | 'updated' | 'wereDeleted'>> & Record<string, unknown>
  >(statement)
  const counts = result.rows[0]
  if (!counts) throw new Error('upsert: no counts came back')
  return { created: counts.created, updated: counts.updated, wereDeleted: counts.wereDeleted }
}

/** Whether a stored row is left as it is because it is there: an embedded item never replaces a listed one. */
function settledByBeing(onlyMissing: boolean, inline: boolean, overwrite: Overwrite | null): SQL {
  if (!onlyMissing) return sql`false`
  if (!inline || overwrite?.kind !== 'stored before') return sql`true`
  return sql`(not old.inline or ${keepsLater(overwrite, sql`old`)})`
}

/**
 * The columns that identify a row among an account's rows, by their names in code: the table's primary key without
 * tenant, provider and account.
 */
export function keyOf(table: SyncedTable): readonly string[] {
  const columns = getTableConfig(table).primaryKeys.flatMap((key) => key.columns)
  const names = new Set(columns.map(({ name }) => name).filter((name) => !accountColumns.has(name)))
  return Object.entries(getTableColumns(table))
    .filter(([, { name }]) => names.has(name))
    .map(([key]) => key)
}

const accountColumns: ReadonlySet<string> = new Set(['tenant_id', 'provider', 'account'])

/** The paths that all rows share, because one statement writes all rows. If a row has drift, every column is sent. */
export function commonPaths(rows: readonly StampedRow[]): JsonPaths {
  const [first] = rows
  const { paths } = first ?? {}
  return paths && rows.every((row) => row.paths === paths && row.raw instanceof RawJson) ? paths : noPaths
}

const noPaths: JsonPaths = {}

type Shape = ReturnType<typeof pieces>
const shapes = new WeakMap<SyncedTable, WeakMap<JsonPaths, Shape>>()

export function shapeOf(table: SyncedTable, paths: JsonPaths, overwrite: Overwrite | null): Shape {
  // A forced statement is not cached: it contains its job's start and is rare.
  if (overwrite) return pieces(table, paths, overwrite)
  const known = shapes.get(table) ?? new WeakMap<JsonPaths, Shape>()
  shapes.set(table, known)
  const shape = known.get(paths) ?? pieces(table, paths, null)
  known.set(paths, shape)
  return shape
}

/** The parts of the statement that depend on the table's columns and their paths. */
function pieces(table: SyncedTable, paths: JsonPaths, overwrite: Overwrite | null) {
  const elsewhere = new Set([...accountColumns, 'raw', 'raw_sha256', 'synced_at', 'mapping_version'])
  const columns = Object.entries(getTableColumns(table))
    .filter(([, { name }]) => !elsewhere.has(name))
    .map(([key, column]) => ({ key, label: column.name, name: sql.identifier(column.name), type: column.getSQLType() }))
  const keyed = keyOf(table)
  const keys = columns.filter(({ key }) => keyed.includes(key))
  const pathsTo = ({ key }: (typeof columns)[number]) => (keyed.includes(key) ? undefined : paths[key])
  const sent = columns.filter((column) => !pathsTo(column))
  const inline = columns.some(({ key }) => key === 'inline')
  const target = sql`${table}`
  const list = (parts: SQL[], by = sql`, `) => sql.join(parts, by)
  const newer = overwrite
    ? sql`(${target}.observed_at <= excluded.observed_at or not ${keepsLater(overwrite, target)})`
    : sql`${target}.observed_at <= excluded.observed_at`
  // An embedded price may be in the provider's list as well. Once listed, it is no longer inline, in whichever order
  // the two were read and even if the list has the older snapshot.
  const assigned = (name: SQL | ReturnType<typeof sql.identifier>) =>
    inline
      ? sql`${name} = case when ${newer} then excluded.${name} else ${target}.${name} end`
      : sql`${name} = excluded.${name}`
  const stays = sql`inline = ${target}.inline and excluded.inline`
  const others = columns.filter((column) => !keys.includes(column))
  return {
    columns,
    sent,
    keyed,
    inline,
    listedNow: inline ? sql`(old.inline and not input.inline)` : sql`false`,
    replaces: inline ? sql`${newer} or (${target}.inline and not excluded.inline)` : newer,
    key: list(keys.map(({ name }) => sql`${name}`)),
    ordered: list(keys.map(({ name }) => sql`${name} collate "C"`)),
    same: list(
      keys.map(({ name }) => sql`old.${name} = input.${name}`),
      sql` and `,
    ),
    input: list(sent.map(({ name, type }, at) => sql`${typed(at, type)} as ${name}`)),
    from: typed(sent.length, 'int'),
    length: typed(sent.length + 1, 'int'),
    otherwise: (rows: readonly StampedRow[]) => haveOtherColumns(rows, sent),
    json: sql.raw(`v -> ${sent.length + 2}`),
    insertable: list(columns.map(({ name }) => sql`${name}`)),
    values: list(
      columns.map((column) => {
        const from = pathsTo(column)
        return from ? columnFromRaw(from, column.type) : sql`${column.name}`
      }),
    ),
    assignments: list([
      ...others.map(({ key, name }) => (key === 'inline' ? stays : assigned(name))),
      assigned(sql.identifier('raw')),
      assigned(sql.identifier('raw_sha256')),
      assigned(sql.identifier('mapping_version')),
    ]),
  }
}

/** The value at an index of a record (a JSON array), cast to its column's type. */
function typed(at: number, type: string): SQL {
  if (type === 'jsonb') return sql.raw(`nullif(v -> ${at}, 'null')`)
  if (type.startsWith('timestamp')) return sql.raw(`to_timestamp((v ->> ${at})::float8)`)
  return sql.raw(type === 'text' ? `v ->> ${at}` : `(v ->> ${at})::${type}`)
}
