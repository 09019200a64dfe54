import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { createDatabase } from '../../src/local/postgres.ts'
import { template } from './postgres.ts'

/** A migrated database of the test's own, without queue, sandbox and worker. */
export async function openTestDatabase() {
  const url = await createDatabase(inject('postgres'), `test_${randomUUID().slice(0, 8)}`, { template })
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  onTestFinished(() => pool.end())
  return {
    db: drizzle(pool),
    query: async <Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
  }
}
