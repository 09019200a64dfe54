import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Config } from '../config/load.ts'
import { SyncError, type Verdict } from '../errors.ts'
import { tlsOptions, unchecked } from './tls.ts'

type Settings = NonNullable<Config['database']>

/** Between two questions to a server that is away. */
const askAgainMs = 500

/**
 * The configured connection as the driver's options. `applicationName` is what Postgres shows of it, unless the connection
 * string names another. If the SSL mode is `Prefer` (Npgsql's default), it asks the server whether it supports TLS.
 * @throws SyncError `no_database` if its certificate cannot be read
 */
export async function connectionOptions(settings: Settings, applicationName: string): Promise<pg.ClientConfig> {
  // Without an answer plain text would be a guess, and a password may not be sent on a guess.
  return optionsOf(settings, applicationName, (await tlsOptions(settings)) ?? unchecked)
}

function optionsOf(settings: Settings, applicationName: string, ssl: NonNullable<pg.ClientConfig['ssl']>) {
  const { host, port, database, user, password } = settings
  return {
    host,
    port,
    database,
    user,
    password,
    ssl,
    application_name: settings.applicationName ?? applicationName,
  }
}

/**
 * Creates a pool, which opens its connections when they are needed. A connection that dies, idle or in use, does not end
 * the process. The next query opens another. With the SSL mode `Prefer`, a pool whose server is away connects with TLS only
 * until the server has said whether it speaks TLS.
 */
export async function createPool(settings: Settings, applicationName: string, connections: number): Promise<pg.Pool> {
  const tls = await tlsOptions(settings)
  const pool = new pg.Pool({
    ...optionsOf(settings, applicationName, tls ?? unchecked),
    max: connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    // An idle pool does not keep a finished process alive, as after a local invocation.
    allowExitOnIdle: true,
    keepAlive: true,
    // For a half-open connection. Each transaction sets the server's own limits, see db/tenant.ts.
    query_timeout: 35_000,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  if (tls === null) void keepAsking(pool, settings)
  return pool
}

/** New connections take what the server answers. A process that has nothing else to do ends all the same. */
async function keepAsking(pool: pg.Pool, settings: Settings): Promise<void> {
  while (!pool.ending) {
    await setTimeout(askAgainMs, undefined, { ref: false })
    // A certificate that cannot be read is a failure of the other modes.
    const tls = await tlsOptions(settings)
    if (tls === null) continue
    pool.options.ssl = tls
    return
  }
}

/** Opens one connection, which the caller ends. A connection that dies fails the next statement, not the process. */
export async function connect(settings: Settings, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client(await connectionOptions(settings, applicationName))
  client.on('error', () => {})
  await client.connect()
  return client
}

/** @throws SyncError `no_database` with that verdict if no connection string is configured */
export function configured(settings: Config['database'], verdict: Verdict): Settings {
  if (settings) return settings
  throw new SyncError(
    verdict,
    'no_database',
    'config: ConnectionStrings.DefaultConnection is not set. Put it into appsettings.json or the environment variable ConnectionStrings__DefaultConnection.',
  )
}
