import { randomUUID } from 'node:crypto'
import type { Query } from './fault-env.ts'
import type { Truth } from './worlds/world.ts'

/*
 * What the tables must hold after a fault, compared in plain SQL that shares no code with the worker. What the provider has
 * is stored in `expected.rows`, outside of the worker's schema.
 */

/** What the provider had at one moment, stored in `expected.rows` under this id. */
export interface ExpectedRows {
  readonly id: string
  readonly provider: string
  /** The tables to compare, each with the SQL that makes the key of its rows. */
  readonly tables: Readonly<Record<string, string>>
  /** SQL of the stored payload that is compared. */
  readonly payload: string
  /** How many objects each table must hold. */
  readonly counts: Readonly<Record<string, number>>
}

/** Stores what the provider has now, in these tables or in all of them. */
export async function saveExpectedRows(query: Query, truth: Truth, scope?: readonly string[]): Promise<ExpectedRows> {
  await query(schema)
  const id = randomUUID()
  const tables = Object.fromEntries(
    Object.entries(truth.tables).filter(([table]) => !scope || scope.some((named) => named === table)),
  )
  const objects = [...truth.expected(scope)]
  for (let at = 0; at < objects.length; at += 2_000)
    await query(
      `insert into expected.rows select $1, object.* from jsonb_to_recordset($2) as object("table" text, key text, raw jsonb)`,
      [id, JSON.stringify(objects.slice(at, at + 2_000))],
    )
  await query(`analyze expected.rows`)
  const counts: Record<string, number> = Object.fromEntries(Object.keys(tables).map((table) => [table, 0]))
  for (const { table } of objects) counts[table] = (counts[table] ?? 0) + 1
  return { id, provider: truth.providerName ?? truth.provider, tables, payload: truth.payload ?? 'raw', counts }
}

/** A lock, since several lanes may begin at once. The function takes out the cursors of lists, at any depth. */
const schema = `
  begin;
  select pg_advisory_xact_lock(728193);
  create schema if not exists expected;
  create table if not exists expected.rows (id uuid, "table" text, key text, raw jsonb, primary key (id, "table", key));
  create or replace function expected.without_page_info(value jsonb) returns jsonb language plpgsql immutable as $$
  begin
    return case jsonb_typeof(value)
      when 'object' then (
        select coalesce(jsonb_object_agg(field.key, expected.without_page_info(field.value)), '{}')
        from jsonb_each(value) as field where field.key <> 'pageInfo')
      when 'array' then (
        select coalesce(jsonb_agg(expected.without_page_info(entry.value) order by entry.ordinality), '[]')
        from jsonb_array_elements(value) with ordinality as entry)
      else value end;
  end $$;
  commit`

/** How many objects a job of this one table must count. */
export const countOf = ({ counts }: ExpectedRows): number => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** How a copy differs from the expected rows, over all tables. */
export interface Difference {
  /** The provider has it, the table does not. */
  readonly lost: number
  /** The table has it, the provider does not. */
  readonly extra: number
  /** Both have it, in different versions. */
  readonly stale: number
  /** Up to three of them, by table and key. */
  readonly examples: readonly string[]
}

/** Compares every live row of the tenant with the expected rows, payload by payload. */
export async function compare(
  query: Query,
  tenantId: string,
  { id, provider, tables, payload }: ExpectedRows,
): Promise<Difference> {
  const each = Object.entries(tables).map(
    ([table, key]) => `
    select '${table}' as "table", key, mine.raw is null as lost, expected.raw is null as extra, mine.raw <> expected.raw as stale
    from (select ${key} as key, ${payload} as raw from ${table} where tenant_id = $1 and provider = $3 and deleted_at is null) as mine
    full join (select key, raw from expected.rows where id = $2 and "table" = '${table}') as expected using (key)
    where mine.raw is distinct from expected.raw`,
  )
  const rows = await query<{ table: string; key: string; lost: boolean; extra: boolean; stale: boolean }>(
    each.join(' union all '),
    [tenantId, id, provider],
  )
  const kindOf = ({ lost, extra }: (typeof rows)[number]) => (lost ? 'lost' : extra ? 'too many' : 'stale')
  return {
    lost: rows.filter(({ lost }) => lost).length,
    extra: rows.filter(({ extra }) => extra).length,
    stale: rows.filter(({ stale }) => stale).length,
    examples: rows.slice(0, 3).map((row) => `${row.table} ${row.key} ${kindOf(row)}`),
  }
}

/** Compares all tenants at once. Each must hold a whole copy of one table. */
export async function compareTenants(
  query: Query,
  { id, tables, payload, counts }: ExpectedRows,
  tenants: number,
): Promise<Difference> {
  const [[table, key] = []] = Object.entries(tables)
  if (table === undefined) throw new Error('expected rows: no table')
  const [sums] = await query<{ rows: number; known: number; equal: number }>(
    `select count(*)::int as rows, count(expected.key)::int as known, count(*) filter (where expected.raw = mine.raw)::int as equal
     from (select ${key} as key, ${payload} as raw from ${table} where deleted_at is null) as mine
     left join expected.rows as expected on expected.id = $1 and expected."table" = '${table}' and expected.key = mine.key`,
    [id],
  )
  if (!sums) throw new Error('expected rows: the query returned no row')
  const { rows, known, equal } = sums
  return { lost: tenants * (counts[table] ?? 0) - known, extra: rows - known, stale: known - equal, examples: [] }
}

/** A difference in sentences; none if the copy is exact. */
export function describe({ lost, extra, stale, examples }: Difference): readonly string[] {
  const such = examples.length > 0 ? ` (${examples.join(', ')})` : ''
  return [
    ...(lost > 0 ? [`${lost} rows lost${such}`] : []),
    ...(extra > 0 ? [`${extra} rows the provider does not have${such}`] : []),
    ...(stale > 0 ? [`${stale} rows stale${such}`] : []),
  ]
}
