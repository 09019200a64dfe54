import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { asWorker } from './postgres.ts'
import { createTestDatabase } from './test-database.ts'

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
