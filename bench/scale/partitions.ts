import { randomUUID } from 'node:crypto'
import type { SQLWrapper } from 'drizzle-orm'
import { getTableColumns } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { PgDialect } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { invoiceLines } from '../../src/db/schema.ts'
import type { StampedRow } from '../../src/db/stamped-row.ts'
import { upsert } from '../../src/db/upsert.ts'
import { blocksOfPlanning, locksOf } from './planning.ts'
import { type ScaleEnv, timed } from './scale-env.ts'

export interface PartitionCost {
  /** 1: the table as the migrations make it. */
  readonly partitions: number
  readonly rows: number
  /** What Postgres says to the worker's upsert as it is. */
  readonly asItIs: string
  /** Median milliseconds of the worker's upsert of 100 rows of one tenant. */
  readonly fresh: number
  readonly unchanged: number
  readonly changed: number
  /** Median milliseconds of one row by primary key; 100 rows over all tenants by an index that has no tenant is not offered. */
  readonly lookup: number
  /** Locks on tables and indexes that a transaction of one such upsert holds. */
  readonly locks: number
  /** Blocks of the catalogue read for planning that lookup, and for planning a count over every tenant. */
  readonly planned: number
  readonly plannedAll: number
  readonly vacuumMs: number
  /** A count over every tenant, milliseconds. */
  readonly scan: number
}

const tenants = 500

/** The worker's own upsert on `invoice_lines` in a schema of its own, hashed by tenant into so many partitions. */
export async function measurePartitions(env: ScaleEnv, partitions: number): Promise<PartitionCost> {
  const schema = `hashed_${partitions}`
  await env.query(`create schema ${schema}`)
  const clause = partitions === 1 ? '' : 'partition by hash (tenant_id)'
  await env.query(`create table ${schema}.invoice_lines (like public.invoice_lines including all) ${clause}`)
  for (let at = 0; at < partitions && partitions > 1; at++)
    await env.query(
      `create table ${schema}.invoice_lines_${at} partition of ${schema}.invoice_lines for values with (modulus ${partitions}, remainder ${at})`,
    )
  const ids = Array.from({ length: tenants }, () => randomUUID())
  await fill(env, schema, ids)
  await env.query(`vacuum analyze ${schema}.invoice_lines`)
  const patterns = await samples(env)
  const pool = new pg.Pool({ connectionString: env.url, max: 1, options: `-c search_path=${schema}` })
  const written = await asItIs(drizzle(pool), ids[0] ?? '', patterns)
  const db = written === 'written' ? drizzle(pool) : withoutSystemColumn(pool)
  const write = async (
    change: (row: StampedRow, round: number) => StampedRow,
    expected: 'created' | 'updated' | 'none',
  ) => {
    const times: number[] = []
    for (let round = 0; round < 200; round++) {
      const tenantId = ids[round % ids.length] ?? ''
      const rows = patterns.slice((round * 100) % 1_000, ((round * 100) % 1_000) + 100).map((row) => change(row, round))
      let written = { created: 0, updated: 0 }
      times.push(
        await timed(async () => {
          written = await upsert(db, {
            table: invoiceLines,
            tenantId,
            provider: 'stripe',
            account: 'acct_1',
            rows,
            overwrite: null,
          })
        }),
      )
      const { created, updated } = written
      const sums = { created: [100, 0], updated: [0, 100], none: [0, 0] }[expected]
      if (created !== sums[0] || updated !== sums[1])
        throw new Error(`partitions: expected 100 ${expected}, got ${created} created and ${updated} updated`)
    }
    return median(times)
  }
  const renamed = (row: StampedRow, round: number): StampedRow => ({
    ...row,
    row: { ...row.row, id: `${row.row.id}_${round}` },
  })
  const fresh = await write(renamed, 'created')
  const unchanged = await write(renamed, 'none')
  const later = new Date(Date.now() + 60_000)
  const changed = await write(
    (row, round) => ({ ...renamed(row, round), raw: { changed: true, ...Object(row.raw) }, observedAt: later }),
    'updated',
  )
  const lookups: number[] = []
  for (let round = 0; round < 500; round++)
    lookups.push(
      await timed(() =>
        pool.query(`select id, amount from invoice_lines where tenant_id = $1 and provider = 'stripe' and id = $2`, [
          ids[round % ids.length],
          `${patterns[0]?.row.id}_${round}`,
        ]),
      ),
    )
  const planned = (query: string) => blocksOfPlanning(env, schema, query)
  const locks = await locksOf(pool, schema, () =>
    upsert(db, {
      table: invoiceLines,
      tenantId: ids[0] ?? '',
      provider: 'stripe',
      account: 'acct_1',
      rows: patterns,
      overwrite: { kind: 'from the future' },
    }),
  )
  const vacuumMs = await timed(() => env.query(`vacuum ${schema}.invoice_lines`))
  const scan = await timed(() => env.query(`select count(*) from ${schema}.invoice_lines where amount > 0`))
  const [{ count } = { count: 0 }] = await env.query(`select count(*) from ${schema}.invoice_lines`)
  const result = {
    partitions,
    rows: Number(count),
    asItIs: written,
    fresh,
    unchanged,
    changed,
    lookup: median(lookups),
    locks,
    planned: await planned(`where tenant_id = '${ids[0]}' and provider = 'stripe' and id = 'x'`),
    plannedAll: await planned('where amount > 0'),
    vacuumMs,
    scan,
  }
  await pool.end()
  await env.query(`drop schema ${schema} cascade`)
  return result
}

type Database = Parameters<typeof upsert>[0]

async function asItIs(db: Database, tenantId: string, rows: readonly StampedRow[]): Promise<string> {
  try {
    await upsert(db, {
      table: invoiceLines,
      tenantId,
      provider: 'stripe',
      account: 'acct_1',
      rows: rows.slice(0, 1),
      overwrite: null,
    })
    return 'written'
  } catch (error) {
    const cause = error instanceof Error ? error.cause : error
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** The upsert tells created from updated by `xmax`, which a partitioned table does not return; Postgres 18 has `old`. */
function withoutSystemColumn(pool: pg.Pool): Database {
  const plain = drizzle(pool)
  const dialect = new PgDialect()
  const execute = (statement: SQLWrapper) => {
    const { sql, params } = dialect.sqlToQuery(statement.getSQL())
    return pool.query(sql.replace('returning (xmax = 0)', 'returning (old.id is null)'), params)
  }
  // Of a database the upsert uses nothing but this.
  return Object.assign(Object.create(plain), { execute })
}

/** 200,000 rows over the tenants, from those that the worker has synced. */
async function fill(env: ScaleEnv, schema: string, ids: readonly string[]): Promise<void> {
  const names = Object.values(getTableColumns(invoiceLines)).map(({ name }) => `"${name}"`)
  const others = names.filter((name) => name !== '"tenant_id"')
  await env.query(
    `insert into ${schema}.invoice_lines (tenant_id, ${others.join(', ')})
      select owner, ${others.join(', ')}
      from unnest($1::uuid[]) as owner, (select * from public.invoice_lines limit 400) as line`,
    [ids],
  )
}

/** 1,000 rows as the worker would write them. */
async function samples(env: ScaleEnv): Promise<readonly StampedRow[]> {
  const samples = await env.query<{ row: Record<string, unknown> }>(
    'select to_jsonb(line) as row from public.invoice_lines as line offset 400 limit 1000',
  )
  const columns = Object.entries(getTableColumns(invoiceLines))
  const stamped = new Set(['tenantId', 'provider', 'raw', 'rawSha256', 'observedAt', 'syncedAt', 'deletedAt'])
  const observedAt = new Date()
  return samples.map(({ row }) => {
    const columnValues = columns
      .filter(([key]) => !stamped.has(key))
      .map(([key, column]) => [
        key,
        column.getSQLType().startsWith('timestamp') ? instant(row[column.name]) : row[column.name],
      ])
    return { row: { ...Object.fromEntries(columnValues), id: String(row.id) }, raw: row.raw, observedAt }
  })
}

const instant = (text: unknown) => (typeof text === 'string' ? new Date(text) : null)

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
