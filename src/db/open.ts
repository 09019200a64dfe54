import pg from 'pg'
import type { Config } from '../config/load.ts'
import { SyncError } from '../errors.ts'
import { createTenantDatabase, type TenantDatabase } from './tenant.ts'
import { tlsOptions } from './tls.ts'

export type { Database, TenantDatabase } from './tenant.ts'

export interface OpenDatabase {
  /** The only way to a table: there is no statement that is about no tenant. */
  tenant(id: string): TenantDatabase
  close(): Promise<void>
}

interface PoolOptions {
  /** Connections at most; they open when needed. */
  readonly connections: number
  readonly applicationName: string
  /** `false`: jobs are not announced on the channel `sync_jobs`. */
  readonly announce?: boolean
}

/**
 * A pool of this process's own. Opens no connection yet, but asks the server whether it speaks TLS where the SSL mode
 * is `Prefer` (Npgsql's default).
 * @throws SyncError `no_database` when no connection string is configured or its certificate cannot be read
 */
export async function openDatabase(
  settings: Config['database'],
  { connections, applicationName, announce = true }: PoolOptions,
): Promise<OpenDatabase> {
  if (!settings)
    throw new SyncError(
      'retry',
      'no_database',
      'config: ConnectionStrings.DefaultConnection is not set; put it into appsettings.json or the environment variable ConnectionStrings__DefaultConnection',
    )
  const { host, port, database, user, password } = settings
  const pool = new pg.Pool({
    host,
    port,
    database,
    user,
    password,
    ssl: await tlsOptions(settings),
    application_name: settings.applicationName ?? applicationName,
    max: connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    // An idle pool does not keep a process alive that has nothing else to do, as after a local invocation.
    allowExitOnIdle: true,
    keepAlive: true,
    // For a half-open connection. What the server keeps to itself comes with each transaction, see db/tenant.ts.
    query_timeout: 35_000,
  })
  // A connection that dies must not take the process with it, idle or at work; the next query opens another.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return { tenant: (id) => createTenantDatabase(pool, id, { announce }), close: () => pool.end() }
}
