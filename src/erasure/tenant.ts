import { sql } from 'drizzle-orm'
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
import { runningJobs } from './open-jobs.ts'
import type { ErasureDeps, ErasureResult } from './pass.ts'
import { countRows, removePortions } from './remove-portions.ts'
import { placeTenantTombstone } from './tombstones.ts'

/** Schedules and routes go first, so that no more jobs and live events come. The removal of a job fences its worker off, so these tables come before the rows. */
const tables = [
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
  ...syncedTables.values(),
]

/**
 * Erases a tenant: its rows of every table, rejects, cursors, accounts and jobs with their checkpoints, options and results.
 * Its tombstone stays and fails every later job; so do the hashes of customers that were erased before. Passes over all
 * tables remove rows in portions, a transaction each, until a pass removes nothing.
 */
export async function eraseTenant(deps: ErasureDeps, tenantId: string): Promise<ErasureResult> {
  const { within, dryRun } = deps
  const doomed = { tables, isOf: () => sql`tenant_id = ${tenantId}::uuid` }
  if (dryRun) return { removed: await countRows(deps, doomed), fenced: [] }
  const fenced = new Set<string>()
  await within((tx) => placeTenantTombstone(tx, tenantId))
  const removed = await removePortions(deps, doomed, async () => {
    for (const job of await within((tx) => runningJobs(tx, { tenantId }))) fenced.add(job)
  })
  return { removed, fenced: [...fenced] }
}
