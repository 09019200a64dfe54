import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import type { ObservedRow, Reject } from '../sync/rows.ts'
import type { ListedItem } from './discount.ts'
import { discountFromOpenJobs } from './open-jobs.ts'
import { collectErased, decidingIds, isErased } from './owned.ts'
import { findAbout, removeRows } from './owned-rows.ts'
import { type Ownership, ownerOfReject, ownerOfRow } from './ownership.ts'
import { possibleIds } from './possible-ids.ts'
import { findTombstones, hasher, placeTombstones } from './tombstones.ts'

/** The job whose commit the filter changes. */
export interface FilteredJob extends AccountKey {
  readonly jobId: string
  readonly ownership: Ownership
}

export interface Candidates {
  readonly rows: readonly ObservedRow[]
  readonly rejects: readonly Reject[]
}

/** What a commit may not store. */
export interface ErasedItems {
  readonly rows: ReadonlySet<ObservedRow>
  readonly rejects: ReadonlySet<Reject>
  /** Stored rows that turned out to be about an erased customer; they are removed by now. */
  readonly removed: readonly ListedItem[]
}

/**
 * Excludes rows and rejects about an erased customer, found by the customer's id or by an id that was erased with it, and
 * places tombstones for them too: a refund of an erased payment names no customer. Stored rows about them are removed.
 * Costs one statement a commit, two if something is excluded, and more only if it was not known before.
 */
export async function excludeErased(tx: Database, job: FilteredJob, candidates: Candidates): Promise<ErasedItems> {
  const { rows, rejects } = candidates
  const members = [
    ...rows.map((row) => ({ row, ...ownerOfRow(job.ownership, row) })),
    ...rejects.flatMap((reject) => {
      const owned = ownerOfReject(job.ownership, reject)
      return owned ? [{ row: null, ...owned }] : []
    }),
  ]
  const mentions = rejects.map((reject) => ({ reject, ids: possibleIds(reject) }))
  const hash = hasher(job)
  const ids = [...members.flatMap(decidingIds), ...mentions.flatMap((mention) => mention.ids)]
  const known = new Set(await findTombstones(tx, job, [...new Set(ids.map(hash))]))
  const erased = new Set(known)
  const isErasedId = (id: string) => erased.has(hash(id))
  const addErased = (erasedIds: readonly string[]) => {
    for (const id of erasedIds) erased.add(hash(id))
  }
  let collected = collectErased(members, isErasedId, addErased)
  const unknown = [...collected].flatMap(({ id, owns }) => [id, ...owns]).filter((id) => !known.has(hash(id)))
  for (const tombstone of await findTombstones(tx, job, unknown.map(hash))) known.add(tombstone)
  const removed: ListedItem[] = []
  let newIds = unknown.filter((id) => !known.has(hash(id)))
  while (newIds.length > 0) {
    const indirect = await removeIndirectlyOwned(tx, job, newIds)
    removed.push(...indirect)
    // A removed row may be among the candidates and would be stored again; so would rows about it.
    addErased(indirect.map(({ id }) => id))
    const before = collected
    collected = collectErased(members, isErasedId, addErased)
    newIds = [...collected].filter((member) => !before.has(member)).flatMap(({ id, owns }) => [id, ...owns])
  }
  // After the removals, because a reject may mention a row that they removed.
  const excludedRejects = mentions.filter((mention) => mention.ids.some(isErasedId))
  const excludedRows = new Set([...collected].flatMap(({ row }) => row ?? []))
  if (unknown.some((id) => !known.has(hash(id)))) await removeVersions(tx, job, [...excludedRows])
  const listed = new Set([...excludedRows].map(({ resource, row }) => `${resource} ${row.id}`))
  return {
    rows: excludedRows,
    rejects: new Set(excludedRejects.map(({ reject }) => reject)),
    removed: removed.filter(({ resource, id }) => !listed.has(`${resource} ${id}`)),
  }
}

/** Removes stored versions of rows that turn out to be an erased customer's: a payment intent that had no customer before. */
async function removeVersions(tx: Database, account: AccountKey, rows: readonly ObservedRow[]): Promise<void> {
  for (const table of new Set(rows.map((row) => row.table))) {
    const keys = rows
      .filter((row) => row.table === table)
      .map(({ resource, row: { id } }) => ({ account: account.account, resource, id }))
    await removeRows(tx, table, { ...account, rows: keys })
  }
}

/** Places tombstones for these ids and for stored rows about them, and removes these rows. */
async function removeIndirectlyOwned(
  tx: Database,
  job: FilteredJob,
  ids: readonly string[],
): Promise<readonly ListedItem[]> {
  const hash = hasher(job)
  const removed: ListedItem[] = []
  const done = new Set<string>()
  for (let next = [...new Set(ids)]; next.length > 0; ) {
    await placeTombstones(tx, job, next.map(hash))
    for (const id of next) done.add(id)
    const newIds: string[] = []
    for (const table of job.ownership.indirectlyOwned) {
      const rows = await findAbout(tx, { ...job, table, ids: next })
      // A row that names another customer is that customer's.
      const doomed = rows.filter((row) => isErased(row, (id) => done.has(id)))
      await removeRows(tx, table.table, { ...job, rows: doomed })
      removed.push(...doomed)
      newIds.push(...doomed.flatMap(({ id, owns }) => [id, ...owns]))
    }
    next = [...new Set(newIds)].filter((id) => !done.has(id))
  }
  if (removed.length > 0) await discountFromOpenJobs(tx, job, removed, job.jobId)
  return removed
}
