import { derivedIds } from '../db/stored-rows.ts'
import { findNaming, type NamingRow } from '../db/unshown-rows.ts'
import { listsNaming, reachOf } from '../job/state/reach.ts'
import { historyStart } from '../job/state/windows.ts'
import type { ListSource } from '../provider/contract.ts'
import type { Comparing } from './content.ts'
import type { IdSet } from './id-set.ts'
import { isSwept } from './unlisted.ts'

/** A resource whose rows were compared, with the ids of all that was listed of it. */
export interface Listed {
  readonly source: ListSource
  readonly listedIds: IdSet
}

/**
 * Finds the live rows of a resource without a list that no object of `origins` shows. Nothing can be asked for them by id. An
 * object that is older than the history of the provider and has changed within it may have shown a row. Returns how many rows
 * are unchecked, because a row names them that no list shows.
 */
export async function findUnshown(
  { source, listedIds }: Listed,
  origins: readonly Listed[],
  comparing: Comparing,
): Promise<number> {
  const { db, owner, before, tally } = comparing
  const { findings } = tally(source.name)
  const lists = origins.map((origin) => origin.source)
  const namings = listsNaming(source, lists)
  const since = reachOf(lists, (list) => historyStart(list.createdFilter, before))
  let unchecked = 0
  for await (const ids of derivedIds(db, source, { ...owner, before, since })) {
    const unshown = ids.filter((id) => !listedIds.has(id))
    if (unshown.length === 0) continue
    const naming = namings.length > 0 ? await db.read((tx) => findNaming(tx, namings, { ...owner, ids: unshown })) : []
    const names = new Map<string, Set<NameState>>(unshown.map((id) => [id, new Set()]))
    for (const row of naming) names.get(row.id)?.add(stateOf(row, origins, comparing))
    for (const [id, states] of names) {
      if (states.has('older than the history')) continue
      const unremovable = namings.length === 0 || states.has('equal')
      const finding = { id, parentId: null, kind: 'extra', columns: [], needsForce: !unremovable, unremovable } as const
      if (states.has('not listed')) unchecked++
      else findings.add(finding)
    }
  }
  return unchecked
}

/** A row that names another one, beside the lists. A job with `force_refresh` writes it again if it differs. */
type NameState = 'older than the history' | 'not listed' | 'differs' | 'equal'

function stateOf(
  { resource, namedBy, createdAt }: NamingRow,
  origins: readonly Listed[],
  { before, tally }: Comparing,
): NameState {
  if (tally(resource).findings.has(namedBy)) return 'differs'
  const origin = origins.find(({ source }) => source.name === resource)
  if (origin && isSwept(origin.source) && !origin.listedIds.has(namedBy)) {
    const start = historyStart(origin.source.createdFilter, before)
    const isOld = start !== null && createdAt !== null && createdAt.getTime() < start * 1_000
    return isOld ? 'older than the history' : 'not listed'
  }
  return 'equal'
}
