import type { Clock } from '../clock.ts'
import type { AccountKey } from '../db/account-key.ts'
import type { TenantDatabase } from '../db/open.ts'
import type { Overwrite } from '../db/overwrite.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { type Absent, forget, nextAbsent, noteAll, notedResources, noteIntervals } from '../db/unlisted-rows.ts'
import { isRefused } from '../errors.ts'
import type { ListSource, Retrieved } from '../provider/contract.ts'
import { emptyChildSets } from '../sync/expand.ts'
import { idsListed, rowsOfPart } from '../sync/listed.ts'
import type { Batch } from '../sync/read-page.ts'
import { mapItems, type ObservedRow } from '../sync/rows.ts'
import { type DetectedDeletions, noDeletions, type ResourceDeletions } from './commit/deletions.ts'
import { advance, type Checkpoint } from './state/checkpoint.ts'
import { historyStart } from './state/windows.ts'

/*
 * A page of a newest-first list covers an interval: everything the provider has of it is on the page. Live rows of the
 * interval that are not on it are noted. A list without creation times is taken as a whole: all its rows are noted when
 * it begins. A row that a list shows later is forgotten. Once a resource is read to its end, the worker asks for the
 * noted rows by id and deletes those that the provider no longer has. The first answer that contradicts the list ends
 * the questions. Rows that were asked for before come last, so that rows which the provider hides do not keep the worker
 * from rows that are gone.
 */

export interface Absence {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly accountKey: AccountKey
  readonly jobId: string
  readonly overwrite: Overwrite | null
  /** Resources about which the job has notes; grows. */
  readonly noted: Set<string>
  /** Parents of nested rows that the provider refuses to show, by resource and id; grows. They are not asked for again. */
  readonly refusedParents: Set<string>
}

/** The resources about which earlier deliveries of the job have left notes. */
export async function openNoted(
  { db, clock, accountKey, jobId }: Omit<Absence, 'noted' | 'refusedParents' | 'overwrite'>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const read = () => db.read((tx) => notedResources(tx, { ...accountKey, jobId }))
  return new Set(await withRetry(read, { policy: whileWorking, clock, signal }))
}

/** Notes the live rows that the batch's pages should show and do not, and forgets the rows that they show. @throws SyncError */
export async function noteBatch(batch: Batch, absence: Absence, signal: AbortSignal): Promise<void> {
  const { db, clock, noted } = absence
  const withRetries = <T>(work: () => Promise<T>) => withRetry(work, { policy: whileWorking, clock, signal })
  for (const source of listsOf(batch)) {
    const pages = batch.pages.filter((page) => page.source === source && !page.skip)
    let added = 0
    for (const part of new Set(pages.map((page) => page.part))) {
      const ofPart = pages.filter((page) => page.part === part)
      const listing = {
        ...notesOf(source, absence),
        part,
        within: rowsOfPart(source, part),
        overwrite: absence.overwrite,
      }
      const intervals = ofPart.flatMap(({ proven, observedAt }) => (proven ? [{ ...proven, observedAt }] : []))
      added += await withRetries(() => noteIntervals(db, { ...listing, intervals }))
      for (const { observedAt } of ofPart.filter(({ beginsList }) => beginsList))
        added += await withRetries(() => noteAll(db, { ...listing, observedAt }))
    }
    if (added > 0) noted.add(source.name)
    if (!noted.has(source.name)) continue
    const ids = idsListed(source, pages)
    await withRetries(() => db.within((tx) => forget(tx, notesOf(source, absence), ids)))
  }
}

/** The lists of which the batch has the last pages. */
export function finishedLists(batch: Batch, before: Checkpoint): readonly ListSource[] {
  const left = new Set(batch.pages.reduce(advance, before).slices.map(({ resource }) => resource))
  const skipped = new Set(batch.pages.filter(({ skip }) => skip).map(({ source }) => source))
  return listsOf(batch).filter((source) => !left.has(source.name) && !skipped.has(source))
}

/** A forced job has written all that lists show: it notes the rows that it has not written, whatever their creation time. */
export async function noteRest(source: ListSource, batch: Batch, absence: Absence, signal: AbortSignal): Promise<void> {
  const { db, clock, overwrite, noted } = absence
  if (overwrite?.kind !== 'stored before') return
  const pages = batch.pages.filter((page) => page.source === source)
  const observedAt = pages[0]?.observedAt ?? new Date(0)
  // Rows from before the history of a list are not expected in it.
  const since = historyStart(source.createdFilter, observedAt.getTime() / 1_000)
  const work = async () => {
    let added = 0
    for (const part of source.parts ?? [null])
      added += await noteAll(db, { ...notesOf(source, absence), part, within: null, overwrite, observedAt, since })
    await db.within((tx) => forget(tx, notesOf(source, absence), idsListed(source, pages)))
    return added
  }
  if ((await withRetry(work, { policy: whileWorking, clock, signal })) > 0) noted.add(source.name)
}

/** Rows asked for at once. Few, so that a list that leaves rows out costs few requests. */
const askedAtOnce = 16

/** Asks for the next noted rows of a finished list; null if there are none, or if the key may not ask. @throws SyncError */
export async function askNext(
  source: ListSource,
  atMost: number,
  absence: Absence,
  signal: AbortSignal,
): Promise<DetectedDeletions | null> {
  const { db, clock } = absence
  if (atMost <= 0) return null
  const read = () => db.read((tx) => nextAbsent(tx, notesOf(source, absence), Math.min(askedAtOnce, atMost)))
  const absent = await withRetry(read, { policy: whileWorking, clock, signal })
  const ids = absent.map(({ id }) => id)
  const answers = await askFor(source, ids, { atMost, signal })
  return answers && deletionsOf(source, absent, answers)
}

export interface Answer {
  readonly id: string
  readonly answeredAt: Date
  /** The row as it is now; null if the provider no longer has it, undefined if its answer is no row or a refusal. */
  readonly row: ObservedRow | null | undefined
}

interface Questions {
  readonly atMost: number
  readonly signal: AbortSignal
}

/** Asks for the first of these objects by id; null if there is none, or if the key may not ask. @throws SyncError */
export async function askFor(
  { name: resource, table, row, retrieve }: ListSource,
  ids: readonly string[],
  { atMost, signal }: Questions,
): Promise<readonly Answer[] | null> {
  const askedIds = ids.slice(0, Math.min(askedAtOnce, atMost))
  if (!retrieve || askedIds.length === 0) return null
  try {
    return await Promise.all(
      askedIds.map(async (id) => {
        const answer = await unlessRefused(() => retrieve(id, signal))
        if (!answer) return { id, answeredAt: new Date(0), row: undefined }
        const { item, observedAt } = answer
        if (item === null) return { id, answeredAt: observedAt, row: null }
        const { rows } = mapItems([item], { resource, table, observedAt, row })
        const [observed] = rows
        return { id, answeredAt: observedAt, row: observed && { ...observed, askedById: true } }
      }),
    )
  } catch (error) {
    if (isRefused(error, 'resource')) return null
    throw error
  }
}

/** Null if the key may not read this object: it may well exist. */
async function unlessRefused(retrieve: () => Promise<Retrieved>): Promise<Retrieved | null> {
  try {
    return await retrieve()
  } catch (error) {
    if (isRefused(error, 'object')) return null
    throw error
  }
}

function deletionsOf(source: ListSource, absent: readonly Absent[], answers: readonly Answer[]): DetectedDeletions {
  const goneIds = new Set(answers.filter(({ row }) => row === null).map(({ id }) => id))
  const gone = absent.filter(({ id }) => goneIds.has(id))
  const kept = answers.filter(({ row }) => row !== null)
  return {
    resources: [{ resource: source, unlisted: gone, kept: kept.map(({ id }) => id), isFinished: false }],
    rows: kept.flatMap(({ row }) => row ?? []),
    childSets: gone.flatMap(({ id, observedAt }) => emptyChildSets(source, id, observedAt)),
    lookups: answers.length,
  }
}

/** What is committed with the last pages of finished lists: their rows are counted. */
export function finish(sources: readonly ListSource[], { noted }: Absence): DetectedDeletions {
  const finished = sources.filter(({ name }) => noted.has(name))
  if (finished.length === 0) return noDeletions
  const resources = finished.map(
    (resource): ResourceDeletions => ({ resource, unlisted: [], kept: [], isFinished: true }),
  )
  return { ...noDeletions, resources }
}

const notesOf = (resource: ListSource, { accountKey, jobId }: Absence) => ({ ...accountKey, jobId, resource })

function listsOf({ pages }: Batch): readonly ListSource[] {
  return [...new Set(pages.map(({ source }) => source))].filter((source) => source.kind === 'list')
}
