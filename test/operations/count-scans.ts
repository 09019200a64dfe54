import { sql } from 'drizzle-orm'
import type { Reader } from '../../src/operations/scope.ts'

/** The same reader, and how often its transactions have read the whole of sync_jobs. */
export function countScans({ read }: Reader): Reader & { scans(): number } {
  let scans = 0
  return {
    scans: () => scans,
    read: (work) =>
      read(async (tx) => {
        const result = await work(tx)
        const counted = sql`select seq_scan::int as scans from pg_stat_xact_user_tables where relname = 'sync_jobs'`
        scans += (await tx.execute<{ scans: number }>(counted)).rows[0]?.scans ?? 0
        return result
      }),
  }
}
