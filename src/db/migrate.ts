import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Config } from '../config/load.ts'
import { configured, connect } from './connection.ts'
import { codeOf } from './errors.ts'
import { refuseUnfit } from './fit-server.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { appliedHashes, openJournal, record } from './migration-journal.ts'
import { refuseSettings } from './refused-settings.ts'
import { inNeutralSession, neutralSettings, selectSettings } from './session.ts'

type Settings = Config['database']

/**
 * Applies the migrations of `drizzle/` that the database lacks, one process at a time. Never called by the Lambda. They
 * are one transaction, except that a migration outside a transaction ends it before and begins another after. A statement
 * that waits for a table behind a long query holds up all later ones, so it waits no longer than `patienceMs`.
 * @returns how many migrations were applied
 */
export async function migrate(settings: Settings, folder = 'drizzle', patienceMs = 10_000): Promise<number> {
  const migrations = readMigrations(folder)
  return connected(settings, async (client) => {
    let applied = 0
    try {
      for (;;) {
        await takeTurn(client, settings, patienceMs * turns)
        await openJournal(client, migrations)
        const known = await appliedHashes(client, migrations)
        const missing = migrations.filter(({ hash }) => !known.has(hash))
        const [first] = missing
        const round = first?.outsideTransaction ? [first] : upToOutside(missing)
        // Without parameters: a statement with some keeps its snapshot until the next, see `apply`.
        await client.query(selectSettings({ lock_timeout: String(patienceMs) }))
        for (const migration of round) await apply(client, migration, settings)
        await client.query('commit')
        applied += round.length
        if (round.length === missing.length) return applied
      }
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw inWords(error, applied)
    }
  })
}

/** Another process that migrates this database is waited for longer than a table: it may wait for tables itself. */
const turns = 6

/** How many migrations the database lacks, as far as its user may know: the worker's own login may not. */
export async function pendingMigrations(settings: Settings, folder = 'drizzle'): Promise<number> {
  const migrations = readMigrations(folder)
  return connected(settings, async (client) => {
    try {
      await client.query(`begin read only; ${selectSettings(searchPathOf(settings))}`)
      const known = await appliedHashes(client, migrations)
      return migrations.filter(({ hash }) => !known.has(hash)).length
    } catch (error) {
      if (codeOf(error) === forbidden) return 0
      throw error
    } finally {
      await client.query('rollback')
    }
  })
}

const upToOutside = (missing: readonly Migration[]) => {
  const end = missing.findIndex(({ outsideTransaction }) => outsideTransaction)
  return end < 0 ? missing : missing.slice(0, end)
}

/**
 * Begins a transaction that holds the lock on migrations until it ends. The lock is the transaction's and not the
 * session's: a pooler in transaction mode would keep a session, and its lock, after the process has left. A process asks
 * for the lock again and again, because a statement that waits for it would hold a snapshot: the one that has the lock
 * may build an index concurrently, and that waits for every older snapshot.
 */
async function takeTurn(client: pg.Client, settings: Settings, turnMs: number): Promise<void> {
  const limits = { statement_timeout: '0', idle_in_transaction_session_timeout: '0' }
  const begin = `begin isolation level read committed; ${selectSettings({ ...neutralSettings, ...limits, ...searchPathOf(settings) })}`
  for (const end = Date.now() + turnMs; ; await setTimeout(100)) {
    await client.query(begin)
    const { rows } = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('billing-sync-worker migrations')) as taken`,
    )
    if (rows[0]?.taken) break
    await client.query('rollback')
    if (Date.now() >= end) throw new Error(anotherMigrates)
  }
  const { rows } = await client.query<{ schema: string | null }>('select current_schema() as schema')
  if (rows[0]?.schema === null) throw new Error(noSchema)
  await refuseUnfit(client)
  await refuseSettings(client)
}

/**
 * Runs a migration and records it in the transaction of the client. A migration outside a transaction runs on a
 * connection of its own meanwhile. The client holds the lock and no snapshot then: `create index concurrently` waits
 * for every older snapshot.
 */
async function apply(client: pg.Client, migration: Migration, settings: Settings): Promise<void> {
  if (migration.outsideTransaction)
    await connected(settings, (other) =>
      inNeutralSession(other, { ...neutralSettings, ...unlimited, ...searchPathOf(settings) }, async () => {
        await dropInvalidIndexes(other, migration)
        for (const statement of migration.statements) await other.query(statement)
      }),
    )
  else for (const statement of migration.statements) await client.query(statement)
  await record(client, migration)
}

/** An index is built for as long as that takes, and waits for the transactions that began before it. */
const unlimited = { statement_timeout: '0', lock_timeout: '0' }

/** What an interrupted `create index concurrently` leaves: an index that is kept up to date and never used. */
async function dropInvalidIndexes(client: pg.Client, { statements }: Migration): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
     where not indisvalid and relnamespace = quote_ident(current_schema())::regnamespace`,
  )
  for (const { name } of rows)
    if (statements.some((statement) => statement.includes(`"${name}"`)))
      await client.query(`drop index concurrently ${pg.escapeIdentifier(name)}`)
}

const searchPathOf = (settings: Settings): Readonly<Record<string, string>> =>
  settings?.searchPath ? { search_path: settings.searchPath } : {}

const forbidden = '42501'
const notInTime = '55P03'
const deadlock = '40P01'
const ownersWork = `migrate: this login may not change the tables. Migrate as their owner, not as the worker's login.`
const anotherMigrates =
  'migrate: another process migrates this database and has not ended in time. Run it again when that has ended. pg_locks has its process, with locktype advisory.'
const noSchema =
  'migrate: no schema of the search path exists. Create the schema that Search Path of the connection string names, or leave Search Path out.'

/** The message of Postgres without the statement. */
function inWords(error: unknown, applied: number): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const changed = applied === 0 ? 'Nothing was changed' : `${applied} migrations before it are applied`
  if (error.code === notInTime || error.code === deadlock)
    return new Error(`migrate: a long query or a running worker uses one of the tables. ${changed}. Run it again.`, {
      cause: error,
    })
  // A hint is a migration's own advice.
  if (error.code === forbidden && !error.hint) return new Error(ownersWork, { cause: error })
  return new Error(`migrate: ${error.message}${error.hint ? `. ${error.hint}` : ''}`, { cause: error })
}

async function connected<T>(settings: Settings, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(configured(settings, 'reject'), 'migrate')
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
