import { findStale, findUnlisted, type Interval } from '../db/deletions.ts'
import type { Within } from '../db/live.ts'
import { findUndated, liveIds, orphans } from '../db/stored-rows.ts'
import { isRefused } from '../errors.ts'
import { historyStart } from '../job/state/windows.ts'
import type { ListSource } from '../provider/contract.ts'
import { emptyChildSets, expandPage } from '../sync/expand.ts'
import { largestPage } from '../sync/page-size.ts'
import type { Source } from '../sync/source.ts'
import { type Comparing, compareContent } from './content.ts'
import { createIdSet, type IdSet } from './id-set.ts'

/** Live rows that lists do not show, and what the provider answers when asked for them by id. */
export interface Unlisted {
  readonly source: ListSource
  /** Ids that no complete list shows, each once, as many as are asked for. */
  readonly ids: Set<string>
  /** Ids of objects that rows of nested lists name as their parents, and that have no live row. */
  readonly parents: Set<string>
  /** Rows that the provider has although its lists do not show them. */
  hidden: number
  /** Rows that the provider was not asked about. */
  unchecked: number
  /** A page of the list shows all that the provider has of some time. Else only a forced job asks for rows that it lacks. */
  isProven: boolean
}

/** Rows of a resource that are asked for by id. Each costs a request. */
const askedAtMost = 500
/** Rows asked for at once. */
const askedAtOnce = 16

function note(unlisted: Unlisted, ids: readonly string[], among: Set<string> = unlisted.ids): void {
  for (const id of ids) {
    if (among.has(id)) continue
    if (unlisted.ids.size + unlisted.parents.size < askedAtMost) among.add(id)
    else unlisted.unchecked++
  }
}

/** Notes the rows of time intervals that the provider has listed completely. */
export async function noteInIntervals(
  unlisted: Unlisted,
  { intervals, within }: { readonly intervals: readonly Interval[]; readonly within: Within | null },
  { db, owner }: Comparing,
): Promise<void> {
  // Rows that claim to have been observed later are found as well.
  const overwrite = { kind: 'stored before', since: new Date() } as const
  const search = { ...owner, resource: unlisted.source, intervals, within, overwrite }
  const listed = new Set(intervals.flatMap(({ ids }) => ids))
  const unlistedRows = await findUnlisted(db, search)
  note(
    unlisted,
    unlistedRows.map(({ id }) => id).filter((id) => !listed.has(id)),
  )
}

/** Notes the rows that intervals cannot show: of lists that no time filters, and rows without a creation time. */
export async function noteRest(unlisted: Unlisted, listed: IdSet, { db, owner, before }: Comparing): Promise<void> {
  const { source } = unlisted
  if (source.derivedFrom) return
  const since = historyStart(source.createdFilter, before) ?? undefined
  if (isSwept(source)) {
    for await (const ids of liveIds(db, source, { ...owner, before, since }))
      note(
        unlisted,
        ids.filter((id) => !listed.has(id)),
      )
  } else note(unlisted, await db.read((tx) => findUndated(tx, source, owner)))
}

/** Whether the rows of a resource are compared with the ids of all its lists, because no page proves an interval. */
export const isSwept = ({ createdFilter, parts }: ListSource): boolean =>
  !createdFilter || createdFilter.order === 'none' || parts !== undefined

/** Notes the parents of rows in nested lists that have no live row. */
export async function noteOrphans(unlisted: Unlisted, { db, owner, tally }: Comparing): Promise<void> {
  const { source } = unlisted
  const noted = createIdSet()
  for (const { name, table, parent } of source.nested ?? []) {
    const { findings } = tally(name)
    for await (const children of orphans(db, { name, table, parent }, { ...owner, parents: source })) {
      for (const { id, parentId } of children) {
        // The parent's list was compared with that of the provider.
        if (parentId !== null && tally(source.name).findings.has(parentId)) continue
        if (parentId === null) findings.add({ id, parentId, kind: 'extra', columns: [], needsForce: true })
        else if (noted.add(parentId)) note(unlisted, [parentId], unlisted.parents)
      }
    }
  }
}

interface Asking {
  readonly sources: readonly Source[]
  readonly signal: AbortSignal
}

/** Asks the provider for the noted rows by id, and compares with its answers. */
export async function askAll(unlisted: Unlisted, comparing: Comparing, { sources, signal }: Asking): Promise<void> {
  const { source, ids, parents } = unlisted
  const { retrieve } = source
  const all = [...ids, ...parents]
  for (let at = 0; at < all.length; at += askedAtOnce) {
    const askedIds = all.slice(at, at + askedAtOnce)
    const answers = retrieve ? await askSome(askedIds, retrieve, signal) : null
    if (!answers) {
      unlisted.unchecked += all.length - at
      return
    }
    for (const [place, { item, observedAt }] of answers.entries()) {
      const id = askedIds[place] ?? ''
      if (item) {
        if (ids.has(id) && !comparing.tally(source.name).findings.has(id)) unlisted.hidden++
        const expansion = { source, items: [item], observedAt, pageSize: largestPage, sources }
        await compareContent(await expandPage(expansion, signal), comparing)
      } else await noteGone(unlisted, { id, observedAt }, comparing)
    }
  }
}

async function noteGone(
  { source, ids, isProven }: Unlisted,
  { id, observedAt }: { readonly id: string; readonly observedAt: Date },
  comparing: Comparing,
): Promise<void> {
  const isStored = ids.has(id)
  if (isStored) {
    const { table, name } = source
    const snapshots = [{ id, observedAt }]
    const stale = await comparing.db.read((tx) => findStale(tx, { table, snapshots, ...comparing.owner }))
    const finding = { id, parentId: null, kind: 'extra', columns: [], needsForce: !isProven || stale.size > 0 } as const
    comparing.tally(name).findings.add(finding)
  }
  const shown = { rows: [], childSets: emptyChildSets(source, id, observedAt) }
  await compareContent(shown, { ...comparing, onlyForced: !isStored })
}

/** Null if the key may not ask. */
async function askSome(ids: readonly string[], retrieve: NonNullable<ListSource['retrieve']>, signal: AbortSignal) {
  try {
    return await Promise.all(ids.map((id) => retrieve(id, signal)))
  } catch (error) {
    if (isRefused(error, 'resource')) return null
    throw error
  }
}
