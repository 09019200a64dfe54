import type { AccountKey } from '../db/account-key.ts'
import { revokeLease } from './open-jobs.ts'
import type { Ownership } from './ownership.ts'
import type { ErasureDeps, ErasureResult } from './pass.ts'
import { passOver } from './pass-over.ts'
import { forgetCustomerOfRequests } from './requests.ts'
import { hashOf, placeTombstones, readTombstones } from './tombstones.ts'

/** A customer of an account or of every account, and what the provider's resources say about the owners of their rows. */
export interface ErasedCustomer extends AccountKey {
  readonly customer: string
  /** Ids of other objects that are erased with it, although their rows may not name the customer. */
  readonly objects?: readonly string[]
  readonly ownership: Ownership
}

/**
 * Erases a customer: its row, every row about it by any chain of ids, rejects, and ids in open checkpoints. The tombstone
 * comes first. Then passes over all tables remove rows in portions, a transaction each, until a pass removes nothing. An
 * erasure may be killed anywhere and run again, and a row that a job writes meanwhile does not escape it. The tombstones
 * are its only state, so it also finishes an earlier erasure of the account. `everyAccount` as the account erases the customer
 * from all accounts of the tenant, also from those that come later.
 */
export async function eraseCustomer(
  deps: ErasureDeps,
  { customer, objects = [], ownership, ...account }: ErasedCustomer,
): Promise<ErasureResult> {
  const hash = (id: string) => hashOf(account, id)
  const removed = new Map<string, number>()
  const fenced = new Set<string>()
  const counted = new Set<string>()
  const named = [customer, ...objects].map(hash)
  const erased = new Set(named)
  const count = (table: string, rows: number) => void removed.set(table, (removed.get(table) ?? 0) + rows)
  if (!deps.dryRun) await deps.within((tx) => placeTombstones(tx, account, named))
  for (let hasErased = true; hasErased; ) {
    // In a transaction after the tombstones': a commit that ends later has seen them, or its job has lost its lease.
    if (!deps.dryRun) for (const job of await deps.within((tx) => revokeLease(tx, account))) fenced.add(job)
    for (const tombstone of await deps.within((tx) => readTombstones(tx, account))) erased.add(tombstone)
    hasErased = await passOver({ ...deps, account, ownership, hash, erased, counted, count })
  }
  if (!deps.dryRun) await deps.within((tx) => forgetCustomerOfRequests(tx, account, customer))
  return { removed, fenced: [...fenced] }
}
