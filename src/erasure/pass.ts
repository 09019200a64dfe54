import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import type { SyncedTable, syncRejects } from '../db/schema.ts'
import type { OwnedRow } from './owned-rows.ts'
import type { Ownership } from './ownership.ts'

/** What an erasure needs: transactions of one tenant. */
export interface ErasureDeps {
  within<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /** Counts the rows that an erasure would remove, and changes nothing. */
  readonly dryRun: boolean
  /** Rows that one transaction reads. */
  readonly portion?: number
}

export interface ErasureResult {
  /** Rows removed, by table. */
  readonly removed: ReadonlyMap<string, number>
  /** Running jobs whose leases were revoked. A tenant's stay failed; a customer's go on with their next delivery. */
  readonly fenced: readonly string[]
}

/** One pass over all tables and rejects: its input and what it has collected so far. */
export interface Pass extends ErasureDeps {
  readonly account: AccountKey
  readonly ownership: Ownership
  readonly hash: (id: string) => string
  /** Hashes of erased ids; grows. */
  readonly erased: Set<string>
  /** Rows and rejects that a dry run has counted. */
  readonly counted: Set<string>
  /** Gets what a dry run has found. Absent: it is counted alone. */
  readonly onFound?: (portion: Portion) => Promise<void>
  count(table: string, rows: number): void
}

/** A portion of what an erasure would remove. */
export type Portion =
  | { readonly kind: 'rows'; readonly table: SyncedTable; readonly rows: readonly OwnedRow[] }
  | { readonly kind: 'rejects'; readonly rejects: readonly StoredReject[] }

export type StoredReject = Pick<
  typeof syncRejects.$inferSelect,
  'account' | 'resource' | 'itemKey' | 'reason' | 'payload'
>
