import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { createDatabase } from '../../src/local/postgres.ts'
import { template } from './postgres.ts'

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
