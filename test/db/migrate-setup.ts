import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readMigrations } from '../../src/db/migration-files.ts'
import { createDatabase } from '../../src/local/postgres.ts'

export const all = readMigrations('drizzle').length

/** A database without tables, a connection of its superuser, and its settings. */
export async function emptyDatabase() {
  const url = await createDatabase(inject('postgres'), `migrated_${randomUUID().slice(0, 8)}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const query = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows.map((row) => row[0])
  return { url, client, query, settings: settingsOf(url) }
}

export const settingsOf = (url: string, more = '') => parseConnectionString(`${url}?sslmode=disable${more}`)

export const tables = `select relname from pg_class where relname in ('sync_jobs', 'customers') and relkind = 'r' order by 1`
export const ownRows = 'select name from billing_sync.migrations order by 1'
export const sharedRows = 'select hash from drizzle.__drizzle_migrations order by created_at'
export const names = readMigrations('drizzle').map(({ name }) => name)

interface Rights {
  readonly mayCreateSchemas: boolean
}

/** A login that owns the schema public, and may make schemas or not. */
export async function loginOf(client: pg.Client, { mayCreateSchemas }: Rights): Promise<string> {
  const name = `owner_${randomUUID().slice(0, 8)}`
  await client.query(`create role ${name} login createrole`)
  await client.query(`alter schema public owner to ${name}`)
  const { rows } = await client.query<{ name: string }>('select current_database() as name')
  await client.query(`revoke create on database ${rows[0]?.name} from public`)
  if (mayCreateSchemas) await client.query(`grant create on database ${rows[0]?.name} to ${name}`)
  return name
}

export function asLogin(url: string, name: string): string {
  const login = new URL(url)
  login.username = name
  return login.href
}
