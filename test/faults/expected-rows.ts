import { randomUUID } from 'node:crypto'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import type { Query } from './fault-env.ts'
import { nestedTables, type Table, tables } from './tables.ts'

/*
 * What must be so after a fault, asked with plain SQL; nothing here is the worker's. The provider's truth is a table
 * beside the worker's, in a schema of its own.
 */

/** What the provider has at one moment, put beside the tables. */
export interface Truth {
  readonly id: string
  /** How many objects each table must hold. */
  readonly counts: Readonly<Record<string, number>>
}

/** Which tables are looked at. Default: all of the default set. */
export type Scope = readonly Table[] | undefined

interface Objects {
  readonly table: string
  readonly key: string
  readonly raw: unknown
}

/** Writes down what the provider has now. */
export async function writeTruth(query: Query, sandbox: Sandbox, scope?: Scope): Promise<Truth> {
  await query(`create schema if not exists oracle`)
  await query(
    `create table if not exists oracle.truth (id uuid, "table" text, key text, raw jsonb, primary key (id, "table", key))`,
  )
  const id = randomUUID()
  const objects = [...objectsOf(sandbox, scope)]
  for (let at = 0; at < objects.length; at += 2_000)
    await query(
      `insert into oracle.truth select $1, one.* from jsonb_to_recordset($2) as one("table" text, key text, raw jsonb)`,
      [id, JSON.stringify(objects.slice(at, at + 2_000))],
    )
  await query(`analyze oracle.truth`)
  const counts: Record<string, number> = Object.fromEntries(tablesOf(scope).map(({ table }) => [table, 0]))
  for (const { table } of objects) counts[table] = (counts[table] ?? 0) + 1
  return { id, counts }
}

function* objectsOf(sandbox: Sandbox, scope: Scope): Generator<Objects> {
  for (const { table, name } of tablesOf(scope)) {
    if (name in tables || Object.values(tables).some((one) => one === name))
      for (const raw of sandbox.truth(name as (typeof tables)[Table], true)) yield { table, key: raw.id, raw }
  }
  if (scope) return
  for (const [table, { name }] of Object.entries(nestedTables))
    for (const { parent, row } of sandbox.truthNested(name, true)) yield { table, key: `${parent} ${row.id}`, raw: row }
}

interface Compared {
  readonly table: string
  readonly name: string
  readonly key: string
}

function tablesOf(scope: Scope): readonly Compared[] {
  const plain = Object.entries(tables)
    .filter(([table]) => !scope || scope.some((one) => one === table))
    .map(([table, name]) => ({ table, name, key: 'id' }))
  const nested = Object.entries(nestedTables).map(([table, { parent, name }]) => ({
    table,
    name,
    key: `${parent} || ' ' || id`,
  }))
  return scope ? plain : [...plain, ...nested]
}

/** How a copy differs from the truth, over all tables. */
export interface Difference {
  /** The provider has it, the table does not. */
  readonly lost: number
  /** The table has it, the provider does not. */
  readonly extra: number
  /** Both have it, in different versions. */
  readonly stale: number
}

/** Compares every live row of the tenant with the truth, payload by payload. */
export async function compare(query: Query, tenantId: string, truth: Truth, scope?: Scope): Promise<Difference> {
  const each = tablesOf(scope).map(
    ({ table, key }) => `
    select count(*) filter (where mine.key is null) as lost, count(*) filter (where truth.key is null) as extra,
      count(*) filter (where mine.raw <> truth.raw) as stale
    from (select ${key} as key, raw from ${table} where tenant_id = $1 and provider = 'stripe' and deleted_at is null) as mine
    full join (select key, raw from oracle.truth where id = $2 and "table" = '${table}') as truth using (key)`,
  )
  const [sum] = await query<{ lost: number; extra: number; stale: number }>(
    `select sum(lost)::int as lost, sum(extra)::int as extra, sum(stale)::int as stale from (${each.join(' union all ')}) as each`,
    [tenantId, truth.id],
  )
  if (!sum) throw new Error('oracle: no answer')
  return sum
}

/** Compares all tenants at once, of which each must be a whole copy of one table. */
export async function compareTenants(
  query: Query,
  truth: Truth,
  [table]: readonly [Table],
  tenants: number,
): Promise<Difference> {
  const [found] = await query<{ rows: number; known: number; equal: number }>(
    `select count(*)::int as rows, count(truth.key)::int as known, count(*) filter (where truth.raw = mine.raw)::int as equal
     from ${table} as mine left join oracle.truth on truth.id = $1 and truth."table" = '${table}' and truth.key = mine.id
     where mine.deleted_at is null`,
    [truth.id],
  )
  if (!found) throw new Error('oracle: no answer')
  const { rows, known, equal } = found
  return { lost: tenants * (truth.counts[table] ?? 0) - known, extra: rows - known, stale: known - equal }
}

/** A difference in sentences; none where the copy is exact. */
export function describe({ lost, extra, stale }: Difference): readonly string[] {
  return [
    ...(lost > 0 ? [`${lost} rows lost`] : []),
    ...(extra > 0 ? [`${extra} rows the provider does not have`] : []),
    ...(stale > 0 ? [`${stale} rows stale`] : []),
  ]
}
