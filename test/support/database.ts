import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { asWorker, template } from './postgres.ts'

/** A migrated database of the test's own, without queue, sandbox and worker. */
export async function openTestDatabase() {
  const url = await createTestDatabase()
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  const settings = parseConnectionString(`${asWorker(url)}?sslmode=disable`)
  const worker = await openDatabase(settings, { connections: 1, applicationName: 'test' })
  const operator = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
    connections: 1,
    applicationName: 'operator',
  })
  onTestFinished(async () => {
    await Promise.all([pool.end(), worker.close(), operator.close()])
  })
  return {
    url,
    /** As the superuser, to whom all rows of all tenants are open. */
    db: drizzle(pool),
    /** As the worker. */
    tenant: worker.tenant,
    worker,
    /** The rows of all tenants, as the superuser. */
    reader: operator.everyTenant,
    query: async <Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
  }
}

/** A migrated database of the test's own. Returns its URL, as the superuser. It is dropped when the test ends. */
export async function createTestDatabase(): Promise<string> {
  const server = inject('postgres')
  const name = `test_${randomUUID().slice(0, 8)}`
  const url = await createDatabase(server, name, { template })
  onTestFinished(() => dropUnused(server, name))
  return url
}

/**
 * The files of a thousand databases would fill the memory that they lie in. A database stays if somebody is connected: to
 * break the connection would fail a test that is still closing it.
 */
async function dropUnused(server: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    for (let tries = 0; tries < 5; tries++) {
      const { rowCount } = await client.query('select from pg_stat_activity where datname = $1', [name])
      if (rowCount === 0) return void (await client.query(`drop database ${name}`))
      await setTimeout(10)
    }
  } catch {
    // Somebody connected meanwhile.
  } finally {
    await client.end()
  }
}
