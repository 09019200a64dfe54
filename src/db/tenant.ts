import { type SQL, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { classify } from './errors.ts'

/** Drizzle over the one connection of a transaction, or for one statement by itself. */
export type Database = Pick<NodePgDatabase, 'execute' | 'select' | 'insert' | 'update' | 'with' | '$with'>

/**
 * One tenant's rows. Row-level security shows and lets write the rows of the tenant that `app.tenant_id` names, and none if
 * it names none. The setting ends with its transaction, so that tenants can share connections.
 */
export interface TenantDatabase {
  /** A transaction. Its BEGIN also names the tenant, in one round trip. */
  within<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /** A transaction that writes nothing. It is rolled back, and a failed rollback loses nothing. */
  ask<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /**
   * One statement without a transaction around it: one round trip for three. It names the tenant while it runs, and
   * so must have no other source of the tenant's id than `tenant`, before the first row it touches: a value of the row it
   * inserts, or the outer side of a lateral join. It waits for a lock no longer than others do; its own time is the
   * driver's to watch.
   */
  alone<T>(work: (db: Database, tenant: SQL<string>) => Promise<T>): Promise<T>
}

/**
 * A frozen or killed worker must never hold a lock for long. These come with each transaction and end with it, in the
 * round trip of its BEGIN, and not at connecting or as the session's own: RDS Proxy refuses `options`, and keeps a whole
 * connection to the server for whoever changes a session.
 */
const limits = {
  statement_timeout: '30s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '15s',
  client_connection_check_interval: '1s',
  timezone: 'UTC',
  work_mem: '32MB',
} as const

interface Telling {
  /** Whether jobs are announced on the channel `sync_jobs`; see job/announce.ts. */
  readonly announce: boolean
}

/** @throws Error for what is no UUID */
export function createTenantDatabase(pool: pg.Pool, tenantId: string, { announce }: Telling): TenantDatabase {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenantId))
    throw new Error('database: the tenant is no UUID')
  const isAnnounced = announce ? 'on' : 'off'
  const settings = { 'app.tenant_id': tenantId, 'billing_sync.announce': isAnnounced, ...limits }
  const named = `select ${Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`)}`
  // In this order: the branch is taken once the conditions are known.
  const tenant = sql<string>`case when set_config('lock_timeout', ${limits.lock_timeout}, true) is not null
    and set_config('billing_sync.announce', ${isAnnounced}, true) is not null
    then set_config('app.tenant_id', ${tenantId}, true)::uuid end`
  return {
    within: (work) => transact(pool, { begin: `begin; ${named}`, end: 'commit' }, work),
    ask: (work) => transact(pool, { begin: `begin read only; ${named}`, end: 'rollback' }, work),
    alone: (work) => work(drizzle(pool), tenant),
  }
}

/** Always gives the connection back, and takes a broken one out of the pool. Drizzle's transaction does neither. */
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

/** Undoes what the work did where it throws, and leaves the transaction as it was before. Not to be nested. */
export async function guarded<T>(tx: Database, work: () => Promise<T>): Promise<T> {
  await tx.execute(sql`savepoint guarded`)
  try {
    const result = await work()
    await tx.execute(sql`release savepoint guarded`)
    return result
  } catch (error) {
    await tx.execute(sql`rollback to savepoint guarded`)
    await tx.execute(sql`release savepoint guarded`)
    throw error
  }
}
