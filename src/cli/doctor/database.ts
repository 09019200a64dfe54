import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import type { Config } from '../../config/load.ts'
import { connect } from '../../db/connection.ts'
import { databaseFailure } from '../../db/errors.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { openDatabase } from '../../db/open.ts'
import { selectNothing } from '../../db/readiness.ts'
import { migrationsFolder } from '../../local/migrations.ts'
import { checkLogin } from './database-login.ts'
import { checkServer } from './database-server.ts'
import { type Finding, findingsAbout } from './finding.ts'

const database = findingsAbout('database')

/** The server, the tables, the login and the connection. */
export async function* checkDatabase(config: Config): AsyncGenerator<Finding> {
  const settings = config.database
  if (!settings) {
    yield database.fail(
      'ConnectionStrings.DefaultConnection is not set',
      'Put it into appsettings.json or the environment variable ConnectionStrings__DefaultConnection.',
    )
    return
  }
  let client: pg.Client
  try {
    client = await connect(settings, 'doctor')
  } catch (error) {
    yield database.thrown(databaseFailure(error))
    return
  }
  try {
    if (settings.searchPath) await client.query(`select set_config('search_path', $1, false)`, [settings.searchPath])
    yield database.ok(`${settings.host}:${settings.port}/${settings.database} is reached`)
    yield* checkServer(client, config)
    const tables = await checkTables(config)
    yield tables
    if (tables.status === 'ok') yield* checkLogin(client)
    yield await checkNotifications(client, settings)
  } catch (error) {
    yield database.thrown(databaseFailure(error))
  } finally {
    await client.end()
  }
}

/** The worker's own login may not read the list of migrations, so that every column is asked for, too. */
async function checkTables(config: Config): Promise<Finding> {
  const migrate = 'Run npm run migrate as the owner of the tables.'
  const pending = await pendingMigrations(config.database, migrationsFolder())
  if (pending > 0) return database.fail(`${pending} migrations of this version are missing`, migrate)
  const opened = await openDatabase(config.database, { connections: 1, applicationName: 'doctor' })
  try {
    const tables = await selectNothing(opened.everyTenant)
    return database.ok(`${tables} tables have all columns of this version`)
  } catch (error) {
    return database.thrown(databaseFailure(error))
  } finally {
    await opened.close()
  }
}

/** Postgres delivers these at once. */
const patienceMs = 2_000

/** A pooler in transaction mode and RDS Proxy deliver no notifications. */
async function checkNotifications(sender: pg.Client, settings: NonNullable<Config['database']>): Promise<Finding> {
  const channel = `billing_sync_doctor_${randomUUID().replaceAll('-', '')}`
  const listener = await connect(settings, 'doctor')
  const stop = new AbortController()
  try {
    const notified = once(listener, 'notification', { signal: stop.signal }).then(() => true)
    notified.catch(() => {})
    await listener.query(`listen ${channel}`)
    await sender.query('select pg_notify($1, $2)', [channel, ''])
    const inTime = await Promise.race([notified, setTimeout(patienceMs, false, { signal: stop.signal })])
    return inTime
      ? database.ok('the connection is direct: notifications arrive')
      : database.warn(
          'notifications do not arrive: the connection goes through a pooler',
          'Nothing for the worker. Listen for the progress of jobs on a direct connection.',
        )
  } finally {
    stop.abort()
    await listener.end()
  }
}
