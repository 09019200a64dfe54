import { getTableName } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import { discountFromOpenJobs, revokeLease } from './open-jobs.ts'
import { collectErased } from './owned.ts'
import { type OwnedRow, readPortion, removeRows } from './owned-rows.ts'
import type { OwnedTable, Ownership } from './ownership.ts'
import type { ErasureDeps, ErasureResult, Pass } from './pass.ts'
import { eraseRejects } from './rejects.ts'
import { hashOf, placeTombstones, readTombstones } from './tombstones.ts'

/** A customer of an account or of every account, and what the provider's resources say about the owners of their rows. */
export interface ErasedCustomer extends AccountKey {
  readonly customer: string
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
  { customer, ownership, ...account }: ErasedCustomer,
): Promise<ErasureResult> {
  const hash = (id: string) => hashOf(account, id)
  const removed = new Map<string, number>()
  const fenced = new Set<string>()
  const counted = new Set<string>()
  const erased = new Set([hash(customer)])
  const count = (table: string, rows: number) => void removed.set(table, (removed.get(table) ?? 0) + rows)
  if (!deps.dryRun) await deps.within((tx) => placeTombstones(tx, account, [hash(customer)]))
  for (let hasErased = true; hasErased; ) {
    // In a transaction after the tombstones': a commit that ends later has seen them, or its job has lost its lease.
    if (!deps.dryRun) for (const job of await deps.within((tx) => revokeLease(tx, account))) fenced.add(job)
    for (const tombstone of await deps.within((tx) => readTombstones(tx, account))) erased.add(tombstone)
    hasErased = await passOver({ ...deps, account, ownership, hash, erased, counted, count })
  }
  return { removed, fenced: [...fenced] }
}

/** Whether the pass erased anything. */
async function passOver(pass: Pass): Promise<boolean> {
  let sum = 0
  for (const table of pass.ownership.tables) {
    for (let after: OwnedRow | undefined; ; ) {
      const limit = pass.portion ?? 5_000
      const rows = await pass.within((tx) => readPortion(tx, { ...pass.account, table, after, limit }))
      sum += await eraseAmong(rows, table, pass)
      after = rows.at(-1)
      if (rows.length < limit) break
    }
  }
  return sum + (await eraseRejects(pass)) > 0
}

async function eraseAmong(rows: readonly OwnedRow[], { table }: OwnedTable, pass: Pass): Promise<number> {
  const { account, hash, erased, counted, dryRun } = pass
  const name = getTableName(table)
  const newIds: string[] = []
  const isErased = (id: string) => erased.has(hash(id))
  const candidates = rows.filter(
    ({ account: accountName, resource, id }) => !counted.has(`${accountName} ${resource} ${id}`),
  )
  const doomed = [
    ...collectErased(candidates, isErased, (ids) => {
      for (const id of ids) erased.add(hash(id))
      newIds.push(...ids)
    }),
  ]
  if (doomed.length === 0) return 0
  if (dryRun) {
    for (const { account: accountName, resource, id } of doomed) counted.add(`${accountName} ${resource} ${id}`)
    pass.count(name, doomed.length)
    return doomed.length
  }
  const removed = await pass.within(async (tx) => {
    await placeTombstones(tx, account, newIds.map(hash))
    await discountFromOpenJobs(tx, account, doomed)
    return removeRows(tx, table, { ...account, rows: doomed })
  })
  pass.count(name, removed)
  return doomed.length
}
