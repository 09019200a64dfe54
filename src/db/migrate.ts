import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { Config } from '../config/load.ts'
import { SyncError } from '../errors.ts'
import { codeOf, driverError } from './errors.ts'
import { tlsOptions } from './tls.ts'

type Settings = Config['database']

/**
 * Applies the migrations of `drizzle/` that the database lacks, in one transaction, one process at a time. Never called by
 * the Lambda. A statement that waits for a table behind a long query holds up all later ones, so it waits no longer than
 * `patienceMs`.
 * @returns how many migrations were applied
 */
export function migrate(settings: Settings, folder = 'drizzle', patienceMs = 10_000): Promise<number> {
  return connected(settings, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('billing-sync-worker migrations'))`)
    await client.query(`select set_config('lock_timeout', $1, false)`, [String(patienceMs)])
    const before = await countApplied(client).catch((error: unknown) => {
      throw codeOf(error) === forbidden ? new Error(ownersWork, { cause: error }) : error
    })
    await applyMigrations(drizzle(client), { migrationsFolder: folder }).catch((error: unknown) => {
      throw inWords(error)
    })
    return (await countApplied(client)) - before
  })
}

/** How many migrations the database lacks, as far as its user may know: the worker's own login may not. */
export function pendingMigrations(settings: Settings, folder = 'drizzle'): Promise<number> {
  return connected(settings, async (client) => {
    try {
      return readMigrationFiles({ migrationsFolder: folder }).length - (await countApplied(client))
    } catch (error) {
      if (codeOf(error) === forbidden) return 0
      throw error
    }
  })
}

const forbidden = '42501'
const ownersWork = `migrate: this login may not change the tables. Migrate as their owner, not as the worker's login.`

const notInTime = '55P03'
const deadlock = '40P01'
const tryAgain = 'a long query or a running worker uses one of the tables. Nothing was changed. Run it again.'

/** The message of Postgres without the statement. */
function inWords(error: unknown): unknown {
  const cause = driverError(error)
  if (!(cause instanceof pg.DatabaseError)) return error
  if (cause.code === notInTime || cause.code === deadlock) return new Error(`migrate: ${tryAgain}`, { cause })
  return new Error(`migrate: ${cause.message}${cause.hint ? `. ${cause.hint}` : ''}`, { cause })
}

async function connected<T>(settings: Settings, work: (client: pg.Client) => Promise<T>): Promise<T> {
  if (!settings)
    throw new SyncError(
      'reject',
      'no_database',
      'config: ConnectionStrings.DefaultConnection is not set; put it into appsettings.json or the environment variable ConnectionStrings__DefaultConnection',
    )
  const { host, port, database, user, password } = settings
  const client = new pg.Client({ host, port, database, user, password, ssl: await tlsOptions(settings) })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function countApplied(client: pg.Client): Promise<number> {
  const known = await client.query<{ there: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  )
  if (!known.rows[0]?.there) return 0
  const applied = await client.query<{ count: number }>(
    'select count(*)::int as count from drizzle.__drizzle_migrations',
  )
  return applied.rows[0]?.count ?? 0
}
