import type { Clock } from '../../clock.ts'
import type { AccountKey } from '../../db/account-key.ts'
import { findUnlisted, type Unlisted } from '../../db/deletions.ts'
import type { TenantDatabase } from '../../db/open.ts'
import type { Overwrite } from '../../db/overwrite.ts'
import { whileWorking, withRetry } from '../../db/retry.ts'
import type { ListSource } from '../../provider/contract.ts'
import { emptyChildSets } from '../../sync/expand.ts'
import type { Batch, ReadPage } from '../../sync/read-page.ts'
import { type ChildSet, mapItems, type ObservedRow } from '../../sync/rows.ts'
import type { Progress } from '../state/progress.ts'

/** What a batch's pages prove about rows they do not list. */
export interface DetectedDeletions {
  readonly resources: readonly {
    readonly resource: ListSource
    /** Rows to be marked as deleted: not listed, and gone when asked for by id. */
    readonly unlisted: readonly Unlisted[]
    /** Rows the provider still has, though it does not list them. */
    readonly kept: number
    /** Rows that were not asked for: they stay as they are. */
    readonly unchecked: number
  }[]
  /** Those rows as they are now. */
  readonly rows: readonly ObservedRow[]
  /** The nested lists of objects that are gone: all empty. */
  readonly childSets: readonly ChildSet[]
}

/** Nothing proven: of pages that are committed after the first of their batch. */
export const noDeletions: DetectedDeletions = { resources: [], rows: [], childSets: [] }

interface Detection {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly accountKey: AccountKey
  /** Requests that may still be spent on asking for single objects; lowered. */
  readonly budget: { left: number }
  /** What is committed: a list that once left out what the provider has is not believed again in this job. */
  readonly progress: Progress
  readonly overwrite: Overwrite | null
}

/**
 * A page of a newest-first list covers an interval: everything the provider has of it is on the page. The worker asks for
 * live rows of the interval that are not on it by id, and deletes those that the provider no longer has. A row that was
 * not asked for stays live and is counted, when the budget is spent or the list has left out a row that still exists.
 * @throws SyncError
 */
export async function detectDeletions(
  batch: Batch,
  { db, clock, accountKey, budget, progress, overwrite }: Detection,
  signal: AbortSignal,
): Promise<DetectedDeletions> {
  const deletions = {
    resources: [] as DetectedDeletions['resources'][number][],
    rows: [] as ObservedRow[],
    childSets: [] as ChildSet[],
  }
  for (const source of new Set(batch.pages.map((page) => page.source))) {
    if (source.kind === 'feed') continue
    const pages = batch.pages.filter((page) => page.source === source)
    const intervals = pages.flatMap(intervalOf)
    // Another page of this batch may have what its time says should be on this one.
    const listed = new Set(pages.flatMap(({ rows }) => rows.map(({ row }) => row.id)))
    const search = { ...accountKey, resource: source, intervals, overwrite }
    const candidates = await withRetry(() => findUnlisted(db, search), { policy: whileWorking, clock, signal })
    const absent = candidates.filter(({ id }) => !listed.has(id))
    if (absent.length === 0) continue
    const isBelieved = (progress[source.name]?.kept ?? 0) === 0
    const { gone, rows } = isBelieved ? await checkById(source, absent, { budget, signal }) : { gone: [], rows: [] }
    const unchecked = absent.length - gone.length - rows.length
    deletions.rows.push(...rows)
    deletions.resources.push({ resource: source, unlisted: gone, kept: rows.length, unchecked })
    deletions.childSets.push(...gone.flatMap(({ id, observedAt }) => emptyChildSets(source, id, observedAt)))
  }
  return deletions
}

function intervalOf({ proven, observedAt }: ReadPage) {
  return proven ? [{ ...proven, observedAt }] : []
}

/** Rows asked for at once. Few, so that a list that leaves rows out costs few requests. */
const checksAtOnce = 16

interface CheckOptions {
  readonly budget: Detection['budget']
  readonly signal: AbortSignal
}

interface CheckedRows {
  readonly gone: readonly Unlisted[]
  readonly rows: readonly ObservedRow[]
}

/** Asks for rows by id, until the budget is spent or one of them is still there. */
async function checkById(
  source: ListSource,
  unlisted: readonly Unlisted[],
  { budget, signal }: CheckOptions,
): Promise<CheckedRows> {
  const gone: Unlisted[] = []
  const rows: ObservedRow[] = []
  const { retrieve } = source
  let at = 0
  while (retrieve && at < unlisted.length && budget.left > 0 && rows.length === 0) {
    const rowsToCheck = unlisted.slice(at, at + Math.min(checksAtOnce, budget.left))
    at += rowsToCheck.length
    budget.left -= rowsToCheck.length
    const answers = await Promise.all(rowsToCheck.map((row) => currentRow(source, retrieve, row, signal)))
    for (const [place, row] of rowsToCheck.entries()) {
      const answer = answers[place]
      if (answer === null) gone.push(row)
      else if (answer) rows.push(answer)
    }
  }
  return { gone, rows }
}

/** The row as the provider has it now; null when it is gone, undefined when what came is none. */
async function currentRow(
  source: ListSource,
  retrieve: NonNullable<ListSource['retrieve']>,
  { id }: Unlisted,
  signal: AbortSignal,
): Promise<ObservedRow | null | undefined> {
  const { item, observedAt } = await retrieve(id, signal)
  if (item === null) return null
  const { name: resource, table, row } = source
  const { rows } = mapItems([item], { resource, table, observedAt, row })
  return rows[0]
}
