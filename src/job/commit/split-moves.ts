import { and, eq, sql } from 'drizzle-orm'
import type { AccountKey } from '../../db/account-key.ts'
import type { Database } from '../../db/open.ts'
import { syncAccounts } from '../../db/schema.ts'
import type { ListSplits } from '../list-splits.ts'

/** The part of a job's last statement that stores where its lists can be split. None if nothing is to be stored. */
export function splitMoves(tx: Database, { tenantId, provider, account }: AccountKey, splits: ListSplits | null) {
  if (!splits || Object.keys(splits).length === 0) return []
  const stored = tx
    .update(syncAccounts)
    .set({ listSplits: sql`coalesce(${syncAccounts.listSplits}, '{}') || ${JSON.stringify(splits)}::jsonb` })
    .where(
      and(eq(syncAccounts.tenantId, tenantId), eq(syncAccounts.provider, provider), eq(syncAccounts.account, account)),
    )
  return [tx.$with('list_splits').as(stored)]
}
