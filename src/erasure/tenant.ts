import { getTableName, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Database } from '../db/open.ts'
import {
  erasureRequests,
  eventRoutes,
  mrrHistory,
  syncAccounts,
  syncCursors,
  syncEventCounts,
  syncJobs,
  syncRejects,
  syncSchedules,
  unlistedRows,
} from '../db/schema.ts'
import { syncedTables } from '../db/synced-tables.ts'
import type { ErasureDeps, ErasureResult } from './pass.ts'
import { placeTenantTombstone } from './tombstones.ts'

const synced = [...syncedTables.values()]

/** Schedules and routes go first, so that no more jobs and live events come. The removal of a job fences its worker off, so these tables come before the rows. */
const bookkeeping = [
  erasureRequests,
  syncSchedules,
  eventRoutes,
  syncJobs,
  syncCursors,
  syncRejects,
  syncAccounts,
  unlistedRows,
  syncEventCounts,
  mrrHistory,
]

/**
 * Erases a tenant: its rows of every table, rejects, cursors, accounts and jobs with their checkpoints, options and results.
 * Its tombstone stays and fails every later job; so do the hashes of customers that were erased before. Passes over all
 * tables remove rows in portions, a transaction each, until a pass removes nothing.
 */
export async function eraseTenant(deps: ErasureDeps, tenantId: string): Promise<ErasureResult> {
  const { within, dryRun, portion = 5_000 } = deps
  const removed = new Map<string, number>()
  const fenced = new Set<string>()
  const count = (table: PgTable, rows: number) =>
    rows > 0 && removed.set(getTableName(table), (removed.get(getTableName(table)) ?? 0) + rows)
  if (dryRun) {
    for (const table of [...synced, ...bookkeeping]) count(table, await within((tx) => countRows(tx, table, tenantId)))
    return { removed, fenced: [] }
  }
  await within((tx) => placeTenantTombstone(tx, tenantId))
  for (let hasErased = true; hasErased; ) {
    hasErased = false
    for (const job of await within((tx) => runningJobs(tx, tenantId))) fenced.add(job)
    for (const table of [...bookkeeping, ...synced]) {
      for (let rows = portion; rows === portion; ) {
        rows = await within((tx) => removePortion(tx, table, { tenantId, portion }))
        count(table, rows)
        // Messages that are still in the queue make new jobs, which fail. The erasure does not wait for them.
        hasErased ||= rows > 0 && table !== syncJobs
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
  // Rows are addressed by ctid, which needs no index. A job is addressed by its id: a commit in progress changes its ctid.
  const address = sql.identifier(table === syncJobs ? 'id' : 'ctid')
  const { rowCount } = await db.execute(sql`
    delete from ${table} where tenant_id = ${tenantId}::uuid
      and ${address} = any(array(select ${address} from ${table} where tenant_id = ${tenantId}::uuid limit ${portion}))`)
  return rowCount ?? 0
}
