import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import type { Database } from './tenant.ts'

/** The key of the advisory lock that each live write of an account shares, or holds alone. A live write takes it before it writes. */
export const liveLockOf = ({ tenantId, provider, account }: AccountKey): SQL =>
  sql`hashtextextended(${`billing-sync live ${tenantId} ${provider} ${account}`}, 0)`

/**
 * Waits for the live writes of the account, and keeps others away until the transaction ends. Later statements see what
 * they have written. Call it before the transaction locks rows, because a live write locks rows under its lock.
 */
export const holdOffLiveWrites = (tx: Database, account: AccountKey): Promise<unknown> =>
  tx.execute(sql`select pg_advisory_xact_lock(${liveLockOf(account)})`)
