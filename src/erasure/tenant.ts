import { sql } from 'drizzle-orm'
import { erasureRequests, syncAccounts } from '../db/schema.ts'
import { runningJobs } from './open-jobs.ts'
import type { ErasureDeps, ErasureResult } from './pass.ts'
import { accountTables, eraseRows } from './remove-portions.ts'
import { placeTenantTombstone } from './tombstones.ts'

const tables = [erasureRequests, ...accountTables, syncAccounts]

/**
 * Erases a tenant: its rows of every table, rejects, cursors, accounts and jobs with their checkpoints, options and results.
 * Its tombstone stays and fails every later job; so do the hashes of customers that were erased before. Passes over all
 * tables remove rows in portions, a transaction each, until a pass removes nothing.
 */
export async function eraseTenant(deps: ErasureDeps, tenantId: string): Promise<ErasureResult> {
  return await eraseRows(
    deps,
    { tables, isOf: () => sql`tenant_id = ${tenantId}::uuid` },
    { close: (tx) => placeTenantTombstone(tx, tenantId), running: (tx) => runningJobs(tx, { tenantId }) },
  )
}
