import { getTableName, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Database } from '../db/open.ts'
import {
  eventRoutes,
  mrrHistory,
  syncCursors,
  syncEventCounts,
  syncJobs,
  syncRejects,
  syncSchedules,
  unlistedRows,
} from '../db/schema.ts'
import { syncedTables } from '../db/synced-tables.ts'
import type { ErasureDeps, ErasureResult } from './pass.ts'

/**
 * The tables with rows of an account. Schedules and routes go first, so that no more jobs and live events come. The removal of
 * a job fences its worker off, so these tables come before the rows.
 */
export const accountTables: readonly PgTable[] = [
  syncSchedules,
  eventRoutes,
  syncJobs,
  syncCursors,
  syncRejects,
  unlistedRows,
  syncEventCounts,
  mrrHistory,
  ...syncedTables.values(),
]

/** Tables, and which of their rows are meant. */
export interface Doomed {
  readonly tables: readonly PgTable[]
  isOf(table: PgTable): SQL
}

interface Erasing {
  /** Keeps new rows from coming, before any row goes. */
  close(tx: Database): Promise<unknown>
  /** The jobs that run now. Those that are seen count as fenced off. */
  running(tx: Database): Promise<readonly string[]>
}

/** Erases these rows, or counts them in a dry run. */
export async function eraseRows(
  deps: ErasureDeps,
  doomed: Doomed,
  { close, running }: Erasing,
): Promise<ErasureResult> {
  if (deps.dryRun) return { removed: await countRows(deps, doomed), fenced: [] }
  const fenced = new Set<string>()
  await deps.within(close)
  const removed = await removePortions(deps, doomed, async () => {
    for (const job of await deps.within(running)) fenced.add(job)
  })
  return { removed, fenced: [...fenced] }
}

/** Counts the rows, by table. Tables without any are left out. */
async function countRows({ within }: ErasureDeps, { tables, isOf }: Doomed): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const table of tables) {
    const { rows } = await within((tx) =>
      tx.execute<{ count: number }>(sql`select count(*)::int as count from ${table} where ${isOf(table)}`),
    )
    const [{ count } = { count: 0 }] = rows
    if (count > 0) counts.set(getTableName(table), count)
  }
  return counts
}

/**
 * Makes passes over the tables, in their order, until one removes nothing. Each removes rows in portions, a transaction each.
 * `onPass` is called before each. Returns how many rows went, by table.
 */
async function removePortions(
  { within, portion = 5_000 }: ErasureDeps,
  { tables, isOf }: Doomed,
  onPass: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const removed = new Map<string, number>()
  for (let hasErased = true; hasErased; ) {
    hasErased = false
    await onPass()
    for (const table of tables) {
      for (let rows = portion; rows === portion; ) {
        rows = await within((tx) => removePortion(tx, table, { isDoomed: isOf(table), portion }))
        if (rows > 0) removed.set(getTableName(table), (removed.get(getTableName(table)) ?? 0) + rows)
        // Messages that are still in the queue make new jobs. The erasure does not wait for them.
        hasErased ||= rows > 0 && table !== syncJobs
      }
    }
  }
  return removed
}

async function removePortion(
  db: Database,
  table: PgTable,
  { isDoomed, portion }: { readonly isDoomed: SQL; readonly portion: number },
): Promise<number> {
  // Rows are addressed by ctid, which needs no index. A job is addressed by its id: a commit in progress changes its ctid.
  const address = sql.identifier(table === syncJobs ? 'id' : 'ctid')
  const { rowCount } = await db.execute(sql`
    delete from ${table} where ${isDoomed}
      and ${address} = any(array(select ${address} from ${table} where ${isDoomed} limit ${portion}))`)
  return rowCount ?? 0
}
