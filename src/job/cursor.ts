import { and, arrayContained, eq, sql } from 'drizzle-orm'
import type { Database, TenantDatabase } from '../db/open.ts'
import { syncCursors } from '../db/schema.ts'
import { clockTolerance } from '../sync/observed-at.ts'

/** The provider account whose changes are followed. */
export interface CursorKey {
  readonly tenantId: string
  readonly provider: string
  readonly account: string
}

export interface Cursor {
  /** Second since 1970, by the provider's clock. */
  readonly second: number
  /** Resources that are complete up to it. */
  readonly resources: readonly string[]
}

const of = ({ tenantId, provider, account }: CursorKey) =>
  and(eq(syncCursors.tenantId, tenantId), eq(syncCursors.provider, provider), eq(syncCursors.account, account))

export async function readCursor(db: TenantDatabase, key: CursorKey): Promise<Cursor | null> {
  const [row] = await db.read((tx) => tx.select().from(syncCursors).where(of(key)))
  return row ? { second: Math.floor(row.cursor.getTime() / 1_000), resources: row.resources } : null
}

/** A cursor, and all resources of the job, some of which may have been skipped. */
export interface Move extends Cursor {
  readonly requested: readonly string[]
}

/**
 * The statement that moves the cursor, never back but from the future, and only where the job was about all that the cursor stands for.
 * It is part of the statement that writes the job's row, and is not run by itself.
 */
export function cursorMove(tx: Database, key: CursorKey & { readonly jobId: string }, to: Move) {
  const { tenantId, provider, account, jobId } = key
  const resources = [...to.resources].toSorted()
  const values = { cursor: new Date(to.second * 1_000), resources, jobId, updatedAt: sql`now()` }
  return tx
    .insert(syncCursors)
    .values({ tenantId, provider, account, ...values })
    .onConflictDoUpdate({
      target: [syncCursors.tenantId, syncCursors.provider, syncCursors.account],
      set: values,
      setWhere: sql`(${syncCursors.cursor} <= excluded.cursor or ${syncCursors.cursor} > now() + make_interval(secs => ${clockTolerance / 1_000})) and ${arrayContained(syncCursors.resources, [...to.requested])}`,
    })
}
