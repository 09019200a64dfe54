import { followers } from '../db/belongings.ts'
import type { Database } from '../db/open.ts'
import type { Account } from '../job/commit/rejects.ts'
import type { ObservedRow, Reject } from '../sync/rows.ts'
import type { ListedItem } from './discount.ts'
import { discountFromOpenJobs } from './open-jobs.ts'
import { findAbout, removeRows } from './owned-rows.ts'
import { idsIn, isErased, type Owned, ownerOfRow } from './ownership.ts'
import { findTombstones, hashOf, placeTombstones } from './tombstones.ts'

export interface Brought {
  readonly rows: readonly ObservedRow[]
  readonly rejects: readonly Reject[]
}

/** What a commit may not store. */
export interface Excluded {
  readonly rows: ReadonlySet<ObservedRow>
  readonly rejects: ReadonlySet<Reject>
  /** Rows stored before anybody could know that they are about an erased customer; they are gone now. */
  readonly removed: readonly ListedItem[]
}

/**
 * Finds what is about an erased customer, by the customer's id or by one that was erased with it, and places tombstones
 * for it too: what follows it, a refund of a payment, names no customer. What followed it too early is removed.
 * One statement more a commit, two where something is left out, and more only where it is new.
 */
export async function excludeErased(
  tx: Database,
  account: Account & { readonly jobId: string },
  { rows, rejects }: Brought,
): Promise<Excluded> {
  const things = rows.map((row) => ({ row, whose: ownerOfRow(row) }))
  const mentioned = rejects.map((reject) => ({ reject, ids: idsIn(reject) }))
  const hashes = hashing(account)
  const asked = [
    ...things.flatMap(({ whose: { id, customer, about } }) => [id, ...(customer === null ? about : [customer])]),
    ...mentioned.flatMap(({ ids }) => ids),
  ]
  const known = new Set(await findTombstones(tx, account, [...new Set(asked.map(hashes))]))
  const erased = new Set(known)
  const isKnown = (id: string) => erased.has(hashes(id))
  const spreadOn = () =>
    spread(
      things.map(({ whose }) => whose),
      isKnown,
      (ids) => {
        for (const id of ids) erased.add(hashes(id))
      },
    )
  let left = spreadOn()
  const refused = mentioned.filter(({ ids }) => ids.some(isKnown))
  const unknown = [...left].flatMap(({ id, owns }) => [id, ...owns]).filter((id) => !known.has(hashes(id)))
  for (const hash of await findTombstones(tx, account, unknown.map(hashes))) known.add(hash)
  const removed: ListedItem[] = []
  let fresh = unknown.filter((id) => !known.has(hashes(id)))
  while (fresh.length > 0) {
    const some = await removeFollowers(tx, account, fresh)
    removed.push(...some)
    // What is removed may be among what is brought, and would be back; so would what follows it.
    for (const { id } of some) erased.add(hashes(id))
    const before = left
    left = spreadOn()
    fresh = [...left].filter((one) => !before.has(one)).flatMap(({ id, owns }) => [id, ...owns])
  }
  const out = new Set(things.filter(({ whose }) => left.has(whose)).map(({ row }) => row))
  if (out.size > 0 && unknown.some((id) => !known.has(hashes(id)))) await removeVersions(tx, account, [...out])
  const brought = new Set([...out].map(({ resource, row }) => `${resource} ${row.id}`))
  return {
    rows: out,
    rejects: new Set(refused.map(({ reject }) => reject)),
    removed: removed.filter(({ resource, id }) => !brought.has(`${resource} ${id}`)),
  }
}

/** Removes what is stored of rows that only now turn out to be an erased customer's: an intent that had none before. */
async function removeVersions(tx: Database, account: Account, rows: readonly ObservedRow[]): Promise<void> {
  for (const table of new Set(rows.map((row) => row.table))) {
    const own = rows.filter((row) => row.table === table)
    await removeRows(tx, table, { ...account, rows: own.map(({ resource, row: { id } }) => ({ resource, id })) })
  }
}

/** Places tombstones for these and for what is stored about them, which goes. */
async function removeFollowers(
  tx: Database,
  account: Account & { readonly jobId: string },
  ids: readonly string[],
): Promise<readonly ListedItem[]> {
  const removed: ListedItem[] = []
  const done = new Set<string>()
  for (let next = [...new Set(ids)]; next.length > 0; ) {
    await placeTombstones(tx, account, next.map(hashing(account)))
    for (const id of next) done.add(id)
    const found: string[] = []
    for (const table of followers) {
      const rows = await findAbout(tx, { ...account, table, ids: next })
      // With a customer of its own it is that customer's.
      const own = rows.filter((row) => isErased(row, (id) => done.has(id)))
      await removeRows(tx, table.table, { ...account, rows: own })
      removed.push(...own)
      found.push(...own.flatMap(({ id, owns }) => [id, ...owns]))
    }
    next = [...new Set(found)].filter((id) => !done.has(id))
  }
  if (removed.length > 0) await discountFromOpenJobs(tx, account, removed, account.jobId)
  return removed
}

/** All that is erased because something else among them is, to the end. `spreads` is told the ids each time. */
export function spread<One extends Owned>(
  all: readonly One[],
  erased: (id: string) => boolean,
  spreads: (ids: readonly string[]) => void,
): ReadonlySet<One> {
  const found = new Set<One>()
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const one of all) {
      if (found.has(one) || !isErased(one, erased)) continue
      found.add(one)
      spreads([one.id, ...one.owns])
    }
  }
  return found
}

/** An id's hash, made once. */
export function hashing(account: Account): (id: string) => string {
  const made = new Map<string, string>()
  return (id) => {
    const hash = made.get(id) ?? hashOf(account, id)
    made.set(id, hash)
    return hash
  }
}
