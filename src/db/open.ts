import type { Config } from '../config/load.ts'
import { configured, createPool } from './connection.ts'
import { createReader, createTenantDatabase, createTickDatabase, type TenantDatabase } from './tenant.ts'

export type { Database, TenantDatabase } from './tenant.ts'

export interface OpenDatabase {
  /** The access that writes what jobs write: every statement belongs to a tenant. */
  tenant(id: string): TenantDatabase
  /** For operators. A job never uses it. */
  readonly everyTenant: Pick<TenantDatabase, 'read'>
  /** For the tick, which sends the jobs of all schedules. */
  readonly schedules: Pick<TenantDatabase, 'within'>
  close(): Promise<void>
}

interface PoolOptions {
  /** The most connections. They open when needed. */
  readonly connections: number
  readonly applicationName: string
  /** If false, jobs send no notification on the channel `sync_jobs`. */
  readonly announce?: boolean
}

/**
 * Creates a pool for this process. Opens no database connection yet. If the SSL mode is `Prefer` (Npgsql's default), it
 * asks the server whether it supports TLS.
 * @throws SyncError `no_database` when no connection string is configured or its certificate cannot be read
 */
export async function openDatabase(
  database: Config['database'],
  { connections, applicationName, announce = true }: PoolOptions,
): Promise<OpenDatabase> {
  const settings = configured(database, 'retry')
  const pool = await createPool(settings, applicationName, connections)
  const options = { announce, searchPath: settings.searchPath }
  return {
    tenant: (id) => createTenantDatabase(pool, id, options),
    everyTenant: createReader(pool, options),
    schedules: createTickDatabase(pool, options),
    close: () => pool.end(),
  }
}
