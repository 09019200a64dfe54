import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { parseConnectionString } from '../../../src/config/connection-string.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { createDatabase, openPostgres } from '../../../src/local/postgres.ts'

/** A database with the tables of 0.1.0 on a Postgres of its own, fsync on, the server's default settings. */
export interface OldTables {
  readonly url: string
  readonly settings: ReturnType<typeof parseConnectionString>
  /** Has a tenth of all rows. */
  readonly largestTenant: string
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** Of the whole database, in bytes. */
  size(): Promise<number>
  close(): Promise<void>
}

/** The last migration of 0.1.0. */
const last = '0012_payload_hash'

export async function openOldTables(): Promise<OldTables> {
  const parent = mkdtempSync(join(tmpdir(), 'billing-sync-upgrade-'))
  const postgres = await openPostgres({ dataDir: join(parent, 'pg') })
  const url = await createDatabase(postgres.url, 'upgrade')
  const settings = parseConnectionString(`${url}?sslmode=disable`)
  await migrate(settings, foldersUpTo(last, parent))
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows
  return {
    url,
    settings,
    largestTenant: randomUUID(),
    query,
    size: async () => Number((await query('select pg_database_size(current_database()) as bytes'))[0]?.bytes),
    async close() {
      await pool.end()
      await postgres.stop('fast')
      rmSync(parent, { recursive: true, force: true })
      if (postgres.dataDir !== join(parent, 'pg')) rmSync(postgres.dataDir, { recursive: true, force: true })
    },
  }
}

function foldersUpTo(tag: string, parent: string): string {
  const folder = join(parent, 'drizzle')
  cpSync('drizzle', folder, { recursive: true })
  const file = join(folder, 'meta', '_journal.json')
  const journal: { readonly entries: readonly { readonly tag: string }[] } = JSON.parse(readFileSync(file, 'utf8'))
  const count = journal.entries.findIndex((entry) => entry.tag === tag) + 1
  writeFileSync(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
  return folder
}

/** Share of all rows, prefix of the ids, and the columns that differ between the tables, computed of the row's number `n`. */
const synced = {
  customers: { share: 0.05, prefix: 'cus', columns: {} },
  invoices: { share: 0.15, prefix: 'in', columns: { customer_id: `'cus_' || n / 3` } },
  payments: { share: 0.15, prefix: 'ch', columns: { customer_id: `'cus_' || n / 3` } },
  balance_transactions: {
    share: 0.15,
    prefix: 'txn',
    columns: { status: `case when n % 50 = 0 then 'pending' else 'available' end` },
  },
  subscription_items: { share: 0.1, prefix: 'si', columns: { subscription_id: `'sub_' || n` } },
  invoice_lines: { share: 0.4, prefix: 'il', columns: { invoice_id: `'in_' || n / 3` } },
} as const

export const filledTables = Object.keys(synced)

/** Rows go round tenants, of which the first numbers are the largest tenant. */
const tenants = { numbers: 200, ofLargest: 20 } as const
const rowsPerStatement = 250_000

/** Rows go in faster without the indexes. */
async function dropIndexes(query: OldTables['query'], table: string): Promise<() => Promise<void>> {
  const key = `alter table ${table} add constraint "${table}_tenant_id_provider_id_pk" primary key (tenant_id, provider, id)`
  await query(`alter table ${table} drop constraint "${table}_tenant_id_provider_id_pk"`)
  const others = await query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public' and tablename = $1`,
    [table],
  )
  for (const { name } of others) await query(`drop index "${name}"`)
  return async () => {
    for (const statement of [key, ...others.map(({ definition }) => definition)])
      await query(`set maintenance_work_mem = '512MB'; ${statement}; reset maintenance_work_mem`)
  }
}

/** Fills six tables with so many rows, a tenth in test mode, payloads of 350 bytes, and 100,000 ended jobs. */
export async function fill({ query, largestTenant }: OldTables, rows: number): Promise<void> {
  await query(`create table bench_tenants as
    select number, case when number <= ${tenants.ofLargest} then '${largestTenant}'::uuid else gen_random_uuid() end as id
    from generate_series(1, ${tenants.numbers}) as number`)
  const waiting = Object.entries(synced)
  const lane = async () => {
    for (let table = waiting.pop(); table; table = waiting.pop()) await fillTable(query, table, rows)
  }
  // The largest table is last in the list, and first to be filled.
  await Promise.all([lane(), lane()])
  await query(`insert into sync_jobs (id, tenant_id, provider, sync_type, status, commits, started_at, finished_at, result)
    select gen_random_uuid(), tenants.id, 'stripe', 'full', 'completed', 1, now(), now(), '{}'
    from generate_series(1, 100000) as n join bench_tenants as tenants on tenants.number = n % ${tenants.numbers} + 1`)
  await query('drop table bench_tenants')
  await query('vacuum analyze')
  await query('checkpoint')
}

async function fillTable(
  query: OldTables['query'],
  [table, { share, prefix, columns }]: readonly [string, (typeof synced)[keyof typeof synced]],
  rows: number,
): Promise<void> {
  const restoreIndexes = await dropIndexes(query, table)
  const hasMode = table !== 'subscription_items' && table !== 'balance_transactions'
  const more: Readonly<Record<string, string>> = { ...columns, ...(hasMode && { livemode: 'n % 10 <> 0' }) }
  const mode = table === 'subscription_items' ? '' : `, 'livemode', n % 10 <> 0`
  const names = Object.keys(more).map((name) => `, ${name}`)
  const values = Object.values(more).map((value) => `, ${value}`)
  for (let from = 0; from < rows * share; from += rowsPerStatement)
    await query(`
      insert into ${table} (tenant_id, provider, id, created_at, observed_at, raw, raw_sha256${names.join('')})
      select tenants.id, 'stripe', row.id, now() - n * interval '1 second', now(), raw, sha256(row.id::bytea)${values.join('')}
      from generate_series(${from + 1}, ${Math.min(rows * share, from + rowsPerStatement)}) as n
      join bench_tenants as tenants on tenants.number = n % ${tenants.numbers} + 1
      cross join lateral (select '${prefix}_' || left(md5(n::text), 24) as id) as row
      cross join lateral (select jsonb_build_object('id', row.id, 'object', '${table}'${mode}, 'metadata',
        jsonb_build_object('order', n), 'description', repeat(row.id, 9)) as raw) as payload`)
  await restoreIndexes()
}
