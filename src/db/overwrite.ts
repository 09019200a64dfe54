import { type SQL, sql } from 'drizzle-orm'

/**
 * What a forced write overwrites although it was observed later.
 *
 * - `stored before`: everything that was in the table before the job began; what the job itself wrote keeps its order.
 *   For answers: they are newer than all that was ever right to store.
 * - `from the future`: only what claims to be observed after this moment. For events, which are older than the rows.
 */
export type Overwrite = { readonly kind: 'stored before'; readonly since: Date } | { readonly kind: 'from the future' }

/** Whether a stored row that was observed later than a new one is kept. `row` is its alias in the statement. */
export function keepsLater(overwrite: Overwrite | null, row: SQL): SQL {
  switch (overwrite?.kind) {
    case undefined:
      return sql`true`
    case 'stored before':
      return sql`${row}.synced_at >= ${overwrite.since.toISOString()}::timestamptz`
    case 'from the future':
      return sql`${row}.observed_at <= now()`
  }
}
