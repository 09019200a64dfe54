import { getTableName, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { belongings, sharedTables } from '../db/belongings.ts'
import type { Database } from '../db/open.ts'
import { syncAccounts, syncCursors, syncJobs, syncRejects } from '../db/schema.ts'
import type { Erased, Erasing } from './customer.ts'
import { placeTenantTombstone } from './tombstones.ts'

const synced = [...belongings.map(({ table }) => table), ...sharedTables]

/** Owned work is fenced off by the removal of its job, so it comes before the rows. */
const bookkeeping = [syncJobs, syncCursors, syncRejects, syncAccounts]

/**
 * Erases a tenant: its rows of every table, rejects, cursors and jobs with their checkpoints, options and results. What
 * stays is its tombstone, which fails every later job, and the hashes of customers that were erased before. In portions, a
 * transaction each, and again from the beginning until nothing is found, as with a customer.
 */
export async function eraseTenant(erasing: Erasing, tenantId: string): Promise<Erased> {
  const { within, dryRun, portion = 5_000 } = erasing
  const removed = new Map<string, number>()
  const fenced = new Set<string>()
  const count = (table: PgTable, rows: number) =>
    rows > 0 && removed.set(getTableName(table), (removed.get(getTableName(table)) ?? 0) + rows)
  if (dryRun) {
    for (const table of [...synced, ...bookkeeping]) count(table, await within((tx) => countRows(tx, table, tenantId)))
    return { removed, fenced: [] }
  }
  await within((tx) => placeTenantTombstone(tx, tenantId))
  for (let found = true; found; ) {
    found = false
    for (const job of await within((tx) => runningJobs(tx, tenantId))) fenced.add(job)
    for (const table of [...bookkeeping, ...synced]) {
      for (let rows = portion; rows === portion; ) {
        rows = await within((tx) => removePortion(tx, table, { tenantId, portion }))
        count(table, rows)
        // Messages that are still on their way make new jobs, which fail; they are nothing to wait for.
        found ||= rows > 0 && table !== syncJobs
      }
    }
  }
  return { removed, fenced: [...fenced] }
}

async function countRows(db: Database, table: PgTable, tenantId: string): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${table} where tenant_id = ${tenantId}::uuid`,
  )
  return rows[0]?.count ?? 0
}

async function runningJobs(db: Database, tenantId: string): Promise<readonly string[]> {
  const { rows } = await db.execute<{ id: string }>(
    sql`select id from ${syncJobs} where tenant_id = ${tenantId}::uuid and status = 'running'`,
  )
  return rows.map(({ id }) => id)
}

async function removePortion(
  db: Database,
  table: PgTable,
  { tenantId, portion }: { readonly tenantId: string; readonly portion: number },
): Promise<number> {
  // By its place, for which there need be no index; but a job may be given another by a commit that is waited for here.
  const place = sql.identifier(table === syncJobs ? 'id' : 'ctid')
  const { rowCount } = await db.execute(sql`
    delete from ${table} where tenant_id = ${tenantId}::uuid
      and ${place} = any(array(select ${place} from ${table} where tenant_id = ${tenantId}::uuid limit ${portion}))`)
  return rowCount ?? 0
}
