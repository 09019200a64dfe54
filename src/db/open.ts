import { readFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Config } from '../config.ts'
import { SyncError } from '../errors.ts'

/** Drizzle over a pool, or over the one connection of a transaction. */
export type Database = Pick<NodePgDatabase, 'execute' | 'select' | 'insert' | 'update' | 'transaction'>

export interface OpenDatabase {
  readonly db: Database
  close(): Promise<void>
}

interface PoolOptions {
  /** Connections at most; they open when needed. */
  readonly connections: number
  readonly applicationName: string
}

/**
 * A pool of this process's own. Opens no connection yet, but asks the server whether it speaks TLS where the SSL mode
 * is `Prefer` (Npgsql's default).
 * @throws SyncError `no_database` when no connection string is configured or its certificate cannot be read
 */
export async function openDatabase(
  settings: Config['database'],
  { connections, applicationName }: PoolOptions,
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
    keepAlive: true,
    // Server-side, so that a frozen or killed worker never holds a lock for long; client-side, for a half-open connection.
    options:
      '-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c client_connection_check_interval=1s -c timezone=UTC',
    query_timeout: 35_000,
  })
  // An idle connection that dies must not take the process with it; the next query opens another.
  pool.on('error', () => {})
  return { db: drizzle(pool), close: () => pool.end() }
}

type Settings = NonNullable<Config['database']>

async function tlsOptions({ sslMode, host, port, rootCertificate }: Settings): Promise<false | ConnectionOptions> {
  switch (sslMode) {
    case 'disable':
    case 'allow':
      return false
    case 'prefer':
      return (await speaksTls(host, port)) ? { rejectUnauthorized: false } : false
    case 'require':
      return { rejectUnauthorized: false }
    case 'verifyca':
      return { ...authority(rootCertificate), rejectUnauthorized: true, checkServerIdentity: () => undefined }
    case 'verifyfull':
      return { ...authority(rootCertificate), rejectUnauthorized: true }
  }
}

function authority(path: string | undefined): { ca?: string } {
  if (!path) return {}
  try {
    return { ca: readFileSync(path, 'utf8') }
  } catch (cause) {
    throw new SyncError('retry', 'no_database', `config: the Root Certificate "${path}" cannot be read`, { cause })
  }
}

/** Sends Postgres's SSLRequest; the server answers S or N. False when it cannot be reached: connecting will say why. */
function speaksTls(host: string, port: number): Promise<boolean> {
  if (host.startsWith('/')) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port, timeout: 5_000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])))
    socket.on('data', (answer) => end(answer[0] === 0x53))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
    socket.on('close', () => end(false))
  })
}
