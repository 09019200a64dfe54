import { whileWorking, withRetry } from '../db/retry.ts'
import { type Child, findOrphans } from '../db/stored-rows.ts'
import type { ListSource, NestedSource } from '../provider/contract.ts'
import { emptyChildSets } from '../sync/expand.ts'
import type { Batch } from '../sync/read-page.ts'
import { type Absence, type Answer, askFor } from './absence.ts'
import { type DetectedDeletions, noDeletions } from './commit/deletions.ts'

/*
 * Rows of a nested list whose parent has no live row: no page and no deletion of a parent reaches them. A forced job,
 * which has written all that lists show, asks for their parents by id.
 */

/** Rows of one nested list that are looked at together. */
const rowsAtOnce = 1_000

/** Asks for the next parents of a finished list that have no row; null if there are none. @throws SyncError */
export async function askForParents(
  source: ListSource,
  { batch, atMost }: { readonly batch: Batch; readonly atMost: number },
  absence: Absence,
  signal: AbortSignal,
): Promise<DetectedDeletions | null> {
  if (absence.overwrite?.kind !== 'stored before') return null
  // The batch is not committed yet.
  const shown = new Set(batch.pages.flatMap(({ childSets }) => childSets.map(({ parentId }) => parentId)))
  for (const nested of source.nested ?? []) {
    const orphans = (await read(nested, source, absence, signal)).filter(({ parentId }) => !shown.has(parentId ?? ''))
    const withoutParent = orphans.filter(({ parentId }) => parentId === null)
    if (withoutParent.length > 0) return removal(nested, withoutParent, absence.overwrite.since)
    const parents = new Set(orphans.flatMap(({ parentId }) => parentId ?? []))
    const unasked = [...parents].filter((id) => !absence.refusedParents.has(keyOf(source, id)))
    const answers = await askFor(source, unasked, { atMost, signal })
    if (!answers) continue
    for (const { id, row } of answers) if (row === undefined) absence.refusedParents.add(keyOf(source, id))
    return deletionsOf(source, answers)
  }
  return null
}

const keyOf = ({ name }: ListSource, id: string) => `${name} ${id}`

/** Only a parent that the provider shows is kept: its row is written. A refused one has none. */
function deletionsOf(source: ListSource, answers: readonly Answer[]): DetectedDeletions {
  const gone = answers.filter(({ row }) => row === null)
  const kept = answers.filter(({ row }) => row)
  const parents = { resource: source, unlisted: [], kept: kept.map(({ id }) => id), isFinished: false }
  return {
    resources: kept.length > 0 ? [parents] : [],
    rows: kept.flatMap(({ row }) => row ?? []),
    childSets: gone.flatMap(({ id, answeredAt }) => emptyChildSets(source, id, answeredAt)),
    lookups: answers.length,
  }
}

function read(nested: NestedSource, source: ListSource, absence: Absence, signal: AbortSignal) {
  const { db, clock, accountKey, overwrite } = absence
  const { name, table, parent } = nested
  const search = { ...accountKey, parents: source, overwrite, limit: rowsAtOnce }
  const work = () => db.read((tx) => findOrphans(tx, { name, table, parent }, search))
  return withRetry(work, { policy: whileWorking, clock, signal })
}

/** Rows that name no parent are in no list at all. */
function removal({ name, table }: NestedSource, rows: readonly Child[], observedAt: Date): DetectedDeletions {
  const unlisted = rows.map(({ id }) => ({ id, observedAt }))
  return { ...noDeletions, resources: [{ resource: { name, table }, unlisted, kept: [], isFinished: false }] }
}
