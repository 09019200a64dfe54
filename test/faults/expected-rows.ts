import { randomUUID } from 'node:crypto'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import type { Query } from './fault-env.ts'
import { nestedTables, type Table, tables } from './tables.ts'

/*
 * What the tables must hold after a fault, compared in plain SQL that shares no code with the worker. What the provider has
 * is stored in `expected.rows`, outside of the worker's schema.
 */

/** What the provider had at one moment, stored in `expected.rows` under this id. */
export interface ExpectedRows {
  readonly id: string
  /** How many objects each table must hold. */
  readonly counts: Readonly<Record<string, number>>
}

/** The tables to compare. Default: all of the default set. */
export type Scope = readonly Table[] | undefined

interface Objects {
  readonly table: string
  readonly key: string
  readonly raw: unknown
}

/** Stores what the provider has now. */
export async function saveExpectedRows(query: Query, sandbox: Sandbox, scope?: Scope): Promise<ExpectedRows> {
  await query(`create schema if not exists expected`)
  await query(
    `create table if not exists expected.rows (id uuid, "table" text, key text, raw jsonb, primary key (id, "table", key))`,
  )
  const id = randomUUID()
  const objects = [...objectsOf(sandbox, scope)]
  for (let at = 0; at < objects.length; at += 2_000)
    await query(
      `insert into expected.rows select $1, object.* from jsonb_to_recordset($2) as object("table" text, key text, raw jsonb)`,
      [id, JSON.stringify(objects.slice(at, at + 2_000))],
    )
  await query(`analyze expected.rows`)
  const counts: Record<string, number> = Object.fromEntries(tablesOf(scope).map(({ table }) => [table, 0]))
  for (const { table } of objects) counts[table] = (counts[table] ?? 0) + 1
  return { id, counts }
}

function* objectsOf(sandbox: Sandbox, scope: Scope): Generator<Objects> {
  for (const { table, name } of tablesOf(scope)) {
    if (name in tables || Object.values(tables).some((known) => known === name))
      for (const raw of sandbox.expected(name as (typeof tables)[Table], true)) yield { table, key: raw.id, raw }
  }
  if (scope) return
  for (const [table, { name }] of Object.entries(nestedTables))
    for (const { parent, row } of sandbox.expectedNested(name, true))
      yield { table, key: `${parent} ${row.id}`, raw: row }
}

interface Compared {
  readonly table: string
  readonly name: string
  readonly key: string
}

function tablesOf(scope: Scope): readonly Compared[] {
  const plain = Object.entries(tables)
    .filter(([table]) => !scope || scope.some((named) => named === table))
    .map(([table, name]) => ({ table, name, key: 'id' }))
  const nested = Object.entries(nestedTables).map(([table, { parent, name }]) => ({
    table,
    name,
    key: `${parent} || ' ' || id`,
  }))
  return scope ? plain : [...plain, ...nested]
}

/** How a copy differs from the expected rows, over all tables. */
export interface Difference {
  /** The provider has it, the table does not. */
  readonly lost: number
  /** The table has it, the provider does not. */
  readonly extra: number
  /** Both have it, in different versions. */
  readonly stale: number
}

/** Compares every live row of the tenant with the expected rows, payload by payload. */
export async function compare(
  query: Query,
  tenantId: string,
  expected: ExpectedRows,
  scope?: Scope,
): Promise<Difference> {
  const each = tablesOf(scope).map(
    ({ table, key }) => `
    select count(*) filter (where mine.key is null) as lost, count(*) filter (where expected.key is null) as extra,
      count(*) filter (where mine.raw <> expected.raw) as stale
    from (select ${key} as key, raw from ${table} where tenant_id = $1 and provider = 'stripe' and deleted_at is null) as mine
    full join (select key, raw from expected.rows where id = $2 and "table" = '${table}') as expected using (key)`,
  )
  const [sum] = await query<{ lost: number; extra: number; stale: number }>(
    `select sum(lost)::int as lost, sum(extra)::int as extra, sum(stale)::int as stale from (${each.join(' union all ')}) as each`,
    [tenantId, expected.id],
  )
  if (!sum) throw new Error('expected rows: the query returned no row')
  return sum
}

/** Compares all tenants at once. Each must hold a whole copy of one table. */
export async function compareTenants(
  query: Query,
  expected: ExpectedRows,
  [table]: readonly [Table],
  tenants: number,
): Promise<Difference> {
  const [sums] = await query<{ rows: number; known: number; equal: number }>(
    `select count(*)::int as rows, count(expected.key)::int as known, count(*) filter (where expected.raw = mine.raw)::int as equal
     from ${table} as mine left join expected.rows as expected on expected.id = $1 and expected."table" = '${table}' and expected.key = mine.id
     where mine.deleted_at is null`,
    [expected.id],
  )
  if (!sums) throw new Error('expected rows: the query returned no row')
  const { rows, known, equal } = sums
  return { lost: tenants * (expected.counts[table] ?? 0) - known, extra: rows - known, stale: known - equal }
}

/** A difference in sentences; none if the copy is exact. */
export function describe({ lost, extra, stale }: Difference): readonly string[] {
  return [
    ...(lost > 0 ? [`${lost} rows lost`] : []),
    ...(extra > 0 ? [`${extra} rows the provider does not have`] : []),
    ...(stale > 0 ? [`${stale} rows stale`] : []),
  ]
}
