import { getTableName } from 'drizzle-orm'
import { belongings } from '../db/belongings.ts'
import type { Database } from '../db/open.ts'
import type { Account } from '../job/commit/rejects.ts'
import { spread } from './filter.ts'
import { discountFromOpenJobs, revokeLease } from './open-jobs.ts'
import { type OwnedRow, readPortion, removeRows } from './owned-rows.ts'
import { eraseRejects } from './rejects.ts'
import { hashOf, placeTombstones, readTombstones } from './tombstones.ts'

/** What an erasure works with: transactions of one tenant. */
export interface Erasing {
  within<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /** Says what would go and changes nothing. */
  readonly dryRun: boolean
  /** Rows that one transaction looks at. */
  readonly portion?: number
}

export interface Erased {
  /** Rows removed, by table. */
  readonly removed: ReadonlyMap<string, number>
  /** Running jobs that were taken from their workers; they go on by themselves. */
  readonly fenced: readonly string[]
}

/** What one pass over the tables knows and finds. */
export interface Pass extends Erasing {
  readonly account: Account
  readonly hash: (id: string) => string
  /** Hashes of what is erased; grows. */
  readonly erased: Set<string>
  /** What a dry run has counted. */
  readonly seen: Set<string>
  count(table: string, rows: number): void
}

/**
 * Erases a customer: its row, every row about it by whatever chain of ids, payloads and all, rejects, and the ids in open
 * checkpoints. First the tombstone, then the rows in portions, a transaction each, and again from the beginning until
 * nothing is found: so it can be killed anywhere and run again, and what a job writes meanwhile does not escape it. The
 * tombstones are all that it goes by, so it also finishes what an earlier one left.
 */
export async function eraseCustomer(erasing: Erasing, account: Account, customer: string): Promise<Erased> {
  const hash = (id: string) => hashOf(account, id)
  const removed = new Map<string, number>()
  const fenced = new Set<string>()
  const seen = new Set<string>()
  const erased = new Set([hash(customer)])
  const count = (table: string, rows: number) => void removed.set(table, (removed.get(table) ?? 0) + rows)
  if (!erasing.dryRun) await erasing.within((tx) => placeTombstones(tx, account, [hash(customer)]))
  for (let found = true; found; ) {
    // In a transaction after the tombstones': who commits later has seen them, or does not hold its job any more.
    if (!erasing.dryRun) for (const job of await erasing.within((tx) => revokeLease(tx, account))) fenced.add(job)
    for (const one of await erasing.within((tx) => readTombstones(tx, account))) erased.add(one)
    found = await passOver({ ...erasing, account, hash, erased, seen, count })
  }
  return { removed, fenced: [...fenced] }
}

/** Whether anything was found. */
async function passOver(pass: Pass): Promise<boolean> {
  let found = 0
  for (const table of belongings) {
    for (let after: OwnedRow | undefined; ; ) {
      const limit = pass.portion ?? 5_000
      const rows = await pass.within((tx) => readPortion(tx, { ...pass.account, table, after, limit }))
      found += await eraseOf(pass, table, rows)
      after = rows.at(-1)
      if (rows.length < limit) break
    }
  }
  return found + (await eraseRejects(pass)) > 0
}

async function eraseOf(pass: Pass, { table }: (typeof belongings)[number], rows: readonly OwnedRow[]): Promise<number> {
  const { account, hash, erased, seen, dryRun } = pass
  const name = getTableName(table)
  const fresh: string[] = []
  const isErased = (id: string) => erased.has(hash(id))
  const all = rows.filter(({ resource, id }) => !seen.has(`${resource} ${id}`))
  const doomed = [
    ...spread(all, isErased, (ids) => {
      for (const id of ids) erased.add(hash(id))
      fresh.push(...ids)
    }),
  ]
  if (doomed.length === 0) return 0
  if (dryRun) {
    for (const { resource, id } of doomed) seen.add(`${resource} ${id}`)
    pass.count(name, doomed.length)
    return doomed.length
  }
  const removed = await pass.within(async (tx) => {
    await placeTombstones(tx, account, fresh.map(hash))
    await discountFromOpenJobs(tx, account, doomed)
    return removeRows(tx, table, { ...account, rows: doomed })
  })
  pass.count(name, removed)
  return doomed.length
}
