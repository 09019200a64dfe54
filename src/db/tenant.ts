import { type SQL, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { classify, codeOf } from './errors.ts'
import { neutralSettings, selectSettings } from './session.ts'

/** Drizzle on the connection of a transaction, or on the pool for a single statement. */
export type Database = Pick<NodePgDatabase, 'execute' | 'select' | 'insert' | 'update' | 'with' | '$with'>

/**
 * Access to the rows of a single tenant. Row-level security permits reading and writing only the rows of the tenant in
 * `app.tenant_id`, and no rows if it is not set. The setting ends with its transaction, so that tenants share
 * connections.
 */
export interface TenantDatabase {
  /** Runs a transaction. Its BEGIN also sets the tenant, in one round trip. */
  within<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /** Runs a read-only transaction. It is rolled back, and a failed rollback loses no data. */
  read<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /**
   * Runs one statement without a transaction: one round trip instead of three. Evaluating `tenant` sets the tenant, so
   * that the statement must evaluate it before the first row it touches and take the tenant's id from nowhere else.
   * `tenant` is a value of the inserted row, or the outer side of a lateral join. The usual lock timeout applies; only
   * the driver limits the statement's time. It runs in a transaction after all where settings must be there before the
   * statement is planned: a search path that the connection string names, or a login with `row_security` off.
   */
  alone<T>(work: (db: Database, tenant: SQL<string>) => Promise<T>): Promise<T>
}

/**
 * Limits for a frozen or killed worker, which must never hold a lock for long, and for planning. Each BEGIN sets them for its
 * transaction, in the same round trip. They are not set at connecting or for the session: RDS Proxy refuses `options`,
 * and pins a server connection to each client that changes its session.
 */
const limits = {
  statement_timeout: '30s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '15s',
  client_connection_check_interval: '1s',
  work_mem: '32MB',
  // Compiling one of the revenue statements takes ten times as long as running it.
  jit: 'off',
} as const

interface TenantOptions {
  /** Whether jobs are announced on the channel `sync_jobs`; see job/commit/notify.ts. */
  readonly announce: boolean
  /** Undefined: the login's. */
  readonly searchPath: string | undefined
}

/** @throws Error if `tenantId` is no UUID */
export function createTenantDatabase(
  pool: pg.Pool,
  tenantId: string,
  { announce, searchPath }: TenantOptions,
): TenantDatabase {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenantId))
    throw new Error('database: the tenant is no UUID')
  const announced = announcing(announce)
  const beginning = beginningOf({ announce, searchPath })
  // The order matters: `case` evaluates its conditions before the branch.
  const tenant = sql<string>`case when ${allSet({ ...announced, lock_timeout: limits.lock_timeout, ...formats })}
    then set_config('app.tenant_id', ${tenantId}, true)::uuid end`
  return {
    within: (work) => transact(pool, { begin: beginning('', tenantId), end: 'commit' }, work),
    read: (work) => transact(pool, { begin: beginning(' read only', tenantId), end: 'rollback' }, work),
    async alone(work) {
      // The statement names the tenant, here as well.
      const inTransaction = () => transact(pool, { begin: beginning('', ''), end: 'commit' }, (tx) => work(tx, tenant))
      if (searchPath !== undefined) return inTransaction()
      try {
        return await work(drizzle(pool), tenant)
      } catch (error) {
        // Refused before it was planned, as with `row_security` off.
        if (codeOf(error) === '42501') return inTransaction()
        throw error
      }
    },
  }
}

/**
 * Read-only access to the rows of all tenants, for people who operate the worker. Row-level security shows them to members
 * of `billing_sync_reader`, and no rows to the worker's own login.
 */
export function createReader(pool: pg.Pool, options: TenantOptions): Pick<TenantDatabase, 'read'> {
  const begin = beginningOf(options)(' read only', '')
  return { read: (work) => transact(pool, { begin, end: 'rollback' }, work) }
}

/**
 * Access of the tick to the schedules of all tenants. Of any other table it sees the rows of the tenant that a statement
 * names in `app.tenant_id`, and no rows before.
 */
export function createTickDatabase(pool: pg.Pool, options: TenantOptions): Pick<TenantDatabase, 'within'> {
  const begin = `${beginningOf(options)('', '')}, set_config('app.tick', 'on', true)`
  return { within: (work) => transact(pool, { begin, end: 'commit' }, work) }
}

const announcing = (announce: boolean) => ({ 'billing_sync.announce': announce ? 'on' : 'off' })

/** The statements that begin a transaction of a tenant. */
function beginningOf({ announce, searchPath }: TenantOptions) {
  const path = searchPath === undefined ? {} : { search_path: searchPath }
  const settings = { ...announcing(announce), ...neutralSettings, ...limits, ...path }
  return (mode: string, id: string) =>
    `begin isolation level read committed${mode}; ${selectSettings({ 'app.tenant_id': id, ...settings })}`
}

const { datestyle, intervalstyle, timezone, bytea_output, extra_float_digits } = neutralSettings
/** The settings that the values of a result are written by. They take effect while the statement runs. */
const formats = { datestyle, intervalstyle, timezone, bytea_output, extra_float_digits }

/** A condition that is true, and sets these when it is evaluated. */
function allSet(settings: Readonly<Record<string, string>>): SQL {
  const each = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, true) is not null`)
  return sql.join(each, sql` and `)
}

/**
 * Always releases the connection, and removes a broken connection from the pool. Drizzle's transaction does neither.
 */
async function transact<T>(
  pool: pg.Pool,
  { begin, end }: { readonly begin: string; readonly end: 'commit' | 'rollback' },
  work: (tx: Database) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken = false
  const rollBack = () =>
    client.query('rollback').catch(() => {
      broken = true
    })
  try {
    await client.query(begin)
    const result = await work(drizzle(client))
    if (end === 'commit') await client.query('commit')
    else await rollBack()
    return result
  } catch (error) {
    broken = classify(error) === 'transient'
    if (!broken) await rollBack()
    throw error
  } finally {
    client.release(broken)
  }
}
