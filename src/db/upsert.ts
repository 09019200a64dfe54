import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import type { Database } from './open.ts'
import type { SyncedTable } from './schema.ts'

/** A row ready for its table: the provider's columns by their names in code, the payload, and when it was observed. */
export interface StampedRow {
  readonly row: Readonly<Record<string, unknown>> & { readonly id: string }
  readonly raw: unknown
  readonly observedAt: Date
  /** The provider no longer has it: the row says since when. */
  readonly deleted?: boolean
}

export interface Written {
  readonly created: number
  readonly updated: number
}

interface Upsert {
  readonly table: SyncedTable
  readonly tenantId: string
  readonly provider: string
  readonly rows: readonly StampedRow[]
  /** Rewrite rows even where nothing differs. */
  readonly force: boolean
  /** Write only where there is no row yet. */
  readonly onlyMissing?: boolean
}

/**
 * Writes rows in one statement, the rows as one JSON parameter. A row is replaced only by an observation that is not
 * older, and only where something differs; rows are filtered before the upsert, since a conflict writes WAL even where
 * nothing changes. Rows are deduplicated by key (the newest wins) and sorted by it, so that two writers never deadlock.
 * What is in neither count was there already.
 */
export async function upsert(
  db: Database,
  { table, tenantId, provider, rows, force, onlyMissing = false }: Upsert,
): Promise<Written> {
  if (rows.length === 0) return { created: 0, updated: 0 }
  const { names, key, keyed, input, insertable, same, assignments, listedNow, target } = shapeOf(table)
  const statement = sql`
    with input as materialized (
      select * from jsonb_to_recordset(${toJson(newestPerKey(rows, keyed), names)}::jsonb) as input(${input})
    ), changed as (
      select input.* from input left join ${table} as old
        on old.tenant_id = ${tenantId}::uuid and old.provider = ${provider} and ${same}
      where old.id is null or (old.observed_at <= input.observed_at
        and not ${onlyMissing}
        and (${force} or old.raw is distinct from input.raw${listedNow}
          or (old.deleted_at is null) is distinct from (input.deleted_at is null)))
    ), written as (
      insert into ${table} (tenant_id, provider, ${insertable})
      select ${tenantId}::uuid, ${provider}, ${insertable} from changed order by ${key}
      on conflict (tenant_id, provider, ${key}) do update set ${assignments}, synced_at = now()
        where ${target}.observed_at <= excluded.observed_at
      returning (xmax = 0) as created
    )
    select count(*) filter (where created)::int as created, count(*) filter (where not created)::int as updated from written`
  const result = await db.execute<{ created: number; updated: number }>(statement)
  const counts = result.rows[0]
  if (!counts) throw new Error('upsert: no counts came back')
  return { created: counts.created, updated: counts.updated }
}

/**
 * The columns that tell a tenant's rows of one provider apart, by their names in code: of the table's primary key all
 * but tenant and provider.
 */
export function keyOf(table: SyncedTable): readonly string[] {
  const columns = getTableConfig(table).primaryKeys.flatMap((key) => key.columns)
  const names = new Set(columns.map(({ name }) => name).filter((name) => name !== 'tenant_id' && name !== 'provider'))
  return Object.entries(getTableColumns(table))
    .filter(([, { name }]) => names.has(name))
    .map(([key]) => key)
}

/** The pieces of the statement that follow from the table's columns. `names`: in code → in SQL. */
function shapeOf(table: SyncedTable) {
  const stampedElsewhere = new Set(['tenant_id', 'provider', 'synced_at'])
  const columns = Object.entries(getTableColumns(table)).filter(([, { name }]) => !stampedElsewhere.has(name))
  const keyed = keyOf(table)
  const identifier = ([, { name }]: (typeof columns)[number]) => sql.identifier(name)
  const keys = columns.filter(([name]) => keyed.includes(name)).map(identifier)
  const changing = columns.filter(([name]) => !keyed.includes(name)).map(identifier)
  const list = (parts: SQL[], by = sql`, `) => sql.join(parts, by)
  const target = sql`${table}`
  // A price found on an item may be in the provider's list as well: once seen there it is no longer inline, whichever
  // was read first.
  const inline = columns.some(([name]) => name === 'inline')
  const assigned = (name: ReturnType<typeof identifier>) =>
    inline && name.value === 'inline'
      ? sql`${name} = ${target}.${name} and excluded.${name}`
      : sql`${name} = excluded.${name}`
  return {
    names: new Map(columns.map(([key, { name }]) => [key, name])),
    keyed,
    key: list(keys.map((name) => sql`${name}`)),
    same: list(
      keys.map((name) => sql`old.${name} = input.${name}`),
      sql` and `,
    ),
    input: list(columns.map(([, column]) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`)),
    insertable: list(columns.map((column) => sql`${identifier(column)}`)),
    assignments: list(changing.map(assigned)),
    listedNow: inline ? sql` or (old.inline and not input.inline)` : sql``,
    target,
  }
}

/** Postgres says 21000 when one statement touches a key twice. */
function newestPerKey(rows: readonly StampedRow[], keyed: readonly string[]): StampedRow[] {
  const keyOfRow = ({ row }: StampedRow) =>
    keyed.length === 1 ? row.id : JSON.stringify(keyed.map((column) => row[column]))
  const newest = new Map<string, StampedRow>()
  for (const row of rows) {
    const key = keyOfRow(row)
    const other = newest.get(key)
    const winner = !other || other.observedAt <= row.observedAt ? row : other
    const listed = row.row.inline === false || other?.row.inline === false
    newest.set(key, listed && winner.row.inline ? { ...winner, row: { ...winner.row, inline: false } } : winner)
  }
  return [...newest.values()]
}

function toJson(rows: readonly StampedRow[], names: ReadonlyMap<string, string>): string {
  const records = rows.map(({ row, raw, observedAt, deleted }) => {
    const record: Record<string, unknown> = { raw, observed_at: observedAt, deleted_at: deleted ? observedAt : null }
    for (const [key, value] of Object.entries(row)) record[names.get(key) ?? key] = value
    return record
  })
  return withoutUnstorable(JSON.stringify(records))
}

/**
 * jsonb takes neither NUL nor lone surrogates. JSON.stringify writes both as escapes, so they are found in the text: an
 * escape counts only after an even number of backslashes. Each becomes U+FFFD, in payload and columns alike.
 */
export function withoutUnstorable(json: string): string {
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\\ufffd')
}
