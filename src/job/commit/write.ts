import type { AccountKey } from '../../db/account-key.ts'
import { findStale, markDeleted, markRemovedChildren } from '../../db/deletions.ts'
import { inKeyOrder } from '../../db/newest-per-key.ts'
import type { Database } from '../../db/open.ts'
import type { Overwrite } from '../../db/overwrite.ts'
import { raiseObserved } from '../../db/raise-observed.ts'
import { removeUnknown } from '../../db/unknown-rows.ts'
import { clearNotes, countAbsent, countChildren, forget, type Notes, rememberAsked } from '../../db/unlisted-rows.ts'
import { addWritten, keyOf, upsert, type Written } from '../../db/upsert.ts'
import type { upsertLive } from '../../db/upsert-live.ts'
import type { ListedItem } from '../../erasure/discount.ts'
import { type ErasedItems, excludeErased } from '../../erasure/filter.ts'
import type { Ownership } from '../../erasure/ownership.ts'
import { fields } from '../../provider/fields.ts'
import type { ChildSet, ObservedRow, PageContent } from '../../sync/rows.ts'
import { addErased, addUnchecked, type Counts, noCounts, type ResourceCounts, sumCounts } from '../state/progress.ts'
import type { DetectedDeletions, ResourceDeletions } from './deletions.ts'
import { bisect, type Quarantine } from './quarantine.ts'
import { removeStoredRejects, storeRejects } from './rejects.ts'
import { countsOf, groupRows, kindOf } from './row-groups.ts'

export interface Writing {
  readonly jobId: string
  readonly accountKey: AccountKey
  /** Whether rows of the account `unknown` may be stored. If so, those of items that are stored now are removed. */
  readonly mayHaveUnknown: boolean
  /** The rows that a forced job overwrites; null if the job is not forced. */
  readonly overwrite: Overwrite | null
  readonly pages: readonly PageContent[]
  /** The rows come from events, without a job: see `upsertLive`. Nested lists and embedded items belong to their items. */
  readonly writeLive?: typeof upsertLive
  /** Rows that the pages prove deleted, and unlisted rows that still exist. */
  readonly deletions: DetectedDeletions
  /** Whether the account may have rows in `sync_rejects`. If so, rejects of items that are stored now are removed. */
  readonly mayHaveRejects: boolean
  /** Whether a customer of the account was erased. Rows of such a customer must not be stored again. */
  readonly mayHaveErased: boolean
  /** The owners of the provider's rows. */
  readonly ownership: Ownership
  readonly quarantine: Quarantine
  /** Whether this job has fetched the removed item. Otherwise the item counts when a list has it and it is excluded. */
  wasFetched(item: ListedItem): boolean
  readonly rowsPerStatement: number
}

export interface WriteResult {
  readonly counts: Readonly<Record<string, ResourceCounts>>
  readonly excluded: ErasedItems
  /** Ids of live rows that were not written, by resource. See Written. */
  readonly unsettled: Readonly<Record<string, Pick<Written, 'tied' | 'raced'>>>
}

const noneExcluded: ErasedItems = { rows: new Set(), rejects: new Set(), removed: [] }

/** Writes the pages' rows, a statement for each table and kind, and their rejects to `sync_rejects`. */
export async function writeBatches(
  tx: Database,
  {
    jobId,
    accountKey: account,
    mayHaveUnknown,
    overwrite,
    pages,
    deletions,
    mayHaveRejects,
    mayHaveErased,
    ownership,
    quarantine,
    rowsPerStatement,
    wasFetched,
    writeLive,
  }: Writing,
): Promise<WriteResult> {
  const counts: Record<string, ResourceCounts> = {}
  const unsettled: Record<string, Pick<Written, 'tied' | 'raced'>> = {}
  const add = (resource: string, more: Partial<Counts>) => {
    const before = counts[resource]
    counts[resource] = { ...before, ...sumCounts([before ?? noCounts, { ...noCounts, ...more }]) }
  }
  const addAbsent = (resource: string, { kept = 0, unchecked }: AbsentRows) => {
    add(resource, { kept })
    counts[resource] = addUnchecked(counts[resource] ?? noCounts, unchecked)
  }
  const all = pages.flatMap((page) => page.rejects)
  const offered = [...pages.flatMap((page) => page.rows), ...deletions.rows]
  const excluded = mayHaveErased
    ? await excludeErased(tx, { ...account, jobId, ownership }, { rows: offered, rejects: all })
    : noneExcluded
  const rejects = all.filter((reject) => !excluded.rejects.has(reject))
  for (const row of excluded.rows) if (kindOf(row) === 'listed') add(row.resource, { fetched: 1, unchanged: 1 })
  for (const { resource } of excluded.rejects) add(resource, { fetched: 1, rejected: 1 })
  for (const { resource } of [...excluded.rows, ...excluded.rejects, ...excluded.removed.filter(wasFetched)]) {
    counts[resource] = addErased(counts[resource] ?? noCounts, 1)
  }
  for (const reject of rejects) add(reject.resource, { fetched: 1, rejected: 1 })
  const storedItems: { readonly resource: string; readonly id: string }[] = []
  const brought = offered.filter((row) => !excluded.rows.has(row))
  const { childSets, outdated } = await dropStale(tx, { ...account, overwrite }, [
    ...pages.flatMap((page) => page.childSets),
    ...deletions.childSets,
  ])
  for (const { resource, table, kind, rows } of groupRows(brought.filter((row) => !outdated(row)))) {
    const write = async (observed: readonly ObservedRow[]) => {
      let sum: Written = { created: 0, updated: 0 }
      for (let at = 0; at < observed.length; at += rowsPerStatement) {
        const part = observed.slice(at, at + rowsPerStatement)
        const into = { table, ...account, rows: part }
        const written =
          writeLive && kind !== 'embedded'
            ? await writeLive(tx, into)
            : await upsert(tx, { ...into, overwrite, onlyMissing: kind === 'embedded' })
        sum = addWritten(sum, written)
        const dated = part.filter((row) => row.dated)
        if (!writeLive && dated.length > 0) await raiseObserved(tx, { ...into, rows: dated })
      }
      return sum
    }
    const ordered = inKeyOrder(rows, keyOf(table))
    const { refused, ...written } = quarantine.isolate
      ? await bisect(tx, { rows: ordered, write, quarantine })
      : { ...(await write(ordered)), refused: [] }
    if (written.tied || written.raced) {
      const { tied = [], raced = [] } = unsettled[resource] ?? {}
      unsettled[resource] = { tied: [...tied, ...(written.tied ?? [])], raced: [...raced, ...(written.raced ?? [])] }
    }
    if (mayHaveUnknown) await removeUnknown(tx, { ...account, resource: { name: resource, table }, rows })
    rejects.push(...refused)
    const keys = new Set(refused.map(({ itemKey }) => itemKey))
    storedItems.push(...rows.flatMap(({ row: { id } }) => (keys.has(id) ? [] : [{ resource, id }])))
    add(resource, countsOf(kind, { rows: rows.length, refused: refused.length, ...written }))
  }
  const removed = await markRemoved(tx, { ...account, overwrite }, childSets)
  for (const [resource, deleted] of Object.entries(removed)) add(resource, { deleted })
  for (const { resource, table, id, observedAt } of pages.flatMap(({ gone = [] }) => gone)) {
    const unlisted = [{ id, observedAt }]
    add(resource, {
      deleted: await markDeleted(tx, { resource: { name: resource, table }, unlisted, overwrite, ...account }),
    })
  }
  for (const { resource, unlisted, kept, isFinished } of deletions.resources) {
    const notes = { ...account, jobId, resource }
    const gone = deletions.rows.filter((row) => row.resource === resource.name && excluded.rows.has(row)).length
    const deleted = await markDeleted(tx, { resource, unlisted, overwrite, ...account })
    await forget(
      tx,
      notes,
      unlisted.map(({ id }) => id),
    )
    await rememberAsked(tx, notes, kept)
    add(resource.name, { deleted, kept: kept.length - gone })
    if (isFinished) await finishNotes(tx, notes, addAbsent)
  }
  if (mayHaveRejects) await removeStoredRejects(tx, account, storedItems)
  if (rejects.length > 0) await storeRejects(tx, { ...account, jobId }, rejects)
  return { counts, excluded, unsettled }
}

interface AbsentRows {
  readonly kept?: number
  readonly unchecked: number
}

/** Counts the rows that were not asked for, with the rows in the nested lists of all that no list showed. */
async function finishNotes(
  tx: Database,
  notes: Notes & { readonly resource: ResourceDeletions['resource'] },
  addAbsent: (resource: string, absent: AbsentRows) => void,
): Promise<void> {
  addAbsent(notes.resource.name, { unchecked: await countAbsent(tx, notes) })
  for (const nested of notes.resource.nested ?? []) addAbsent(nested.name, await countChildren(tx, notes, nested))
  await clearNotes(tx, notes)
}

type Forced = AccountKey & Pick<Writing, 'overwrite'>

/**
 * Drops nested lists of an outdated snapshot of their parent. Events arrive in any order, and the lines of a deleted
 * invoice must not come back.
 */
async function dropStale(tx: Database, account: Forced, all: readonly ChildSet[]) {
  const stale = new Set<ChildSet>()
  for (const table of new Set(all.map(({ parentTable }) => parentTable))) {
    const ofTable = all.filter(({ parentTable }) => parentTable === table)
    const snapshots = ofTable.map(({ parentId, observedAt }) => ({ id: parentId, observedAt }))
    for (const at of await findStale(tx, { table, snapshots, ...account }))
      for (const childSet of ofTable.slice(at, at + 1)) stale.add(childSet)
  }
  const key = (resource: string, parentId: unknown, observedAt: Date) =>
    `${resource} ${parentId} ${observedAt.getTime()}`
  const keys = new Set([...stale].map(({ resource, parentId, observedAt }) => key(resource, parentId, observedAt)))
  const parents = new Map(all.map(({ resource, parent }) => [resource, parent]))
  const parentOf = ({ resource, row }: ObservedRow): unknown => fields(row)[parents.get(resource) ?? '']
  return {
    childSets: all.filter((childSet) => !stale.has(childSet)),
    outdated: (row: ObservedRow) =>
      keys.size > 0 && parents.has(row.resource) && keys.has(key(row.resource, parentOf(row), row.observedAt)),
  }
}

async function markRemoved(tx: Database, account: Forced, childSets: readonly ChildSet[]) {
  const groups = new Map<string, ChildSet[]>()
  for (const childSet of childSets) groups.set(childSet.resource, [...(groups.get(childSet.resource) ?? []), childSet])
  const removed: Record<string, number> = {}
  for (const [name, sets] of groups) {
    for (const { table, parent } of sets.slice(0, 1))
      removed[name] = await markRemovedChildren(tx, { resource: { name, table }, parent, childSets: sets, ...account })
  }
  return removed
}
