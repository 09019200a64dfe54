import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Clock } from '../../clock.ts'
import { classify, tookTooLong } from '../../db/errors.ts'
import type { Database, TenantDatabase } from '../../db/open.ts'
import type { Overwrite } from '../../db/overwrite.ts'
import { waitForRetry, whileWorking } from '../../db/retry.ts'
import { syncJobs } from '../../db/schema.ts'
import { discountItems, type ListedItem, omitItems, wasListed } from '../../erasure/discount.ts'
import type { ErasedItems } from '../../erasure/filter.ts'
import type { Ownership } from '../../erasure/ownership.ts'
import { hasTombstones, isTenantErased } from '../../erasure/tombstones.ts'
import { SyncError } from '../../errors.ts'
import type { Batch, ReadPage } from '../../sync/read-page.ts'
import type { Source } from '../../sync/source.ts'
import type { JobAccount } from '../account.ts'
import { cursorMoves } from '../cursor.ts'
import { fenced, isHeldBy, type Lease, leaseExtension } from '../lease.ts'
import type { ListSplits } from '../list-splits.ts'
import { providerKeyOf, type SyncJobRequest } from '../request.ts'
import { advance, type Checkpoint, eventsKnownAfter } from '../state/checkpoint.ts'
import { addCounts, type Progress, sumCounts } from '../state/progress.ts'
import type { SyncJobResult } from '../state/result.ts'
import type { CommittedState } from './committed-state.ts'
import { completion } from './completion.ts'
import { conclude } from './conclude.ts'
import type { DetectedDeletions } from './deletions.ts'
import { notification } from './notify.ts'
import type { Quarantine } from './quarantine.ts'
import { nestedIn, originsOf, readBy, skippedBy, unfinishedNames } from './related.ts'
import type { RemoveUnshown } from './remove-unshown.ts'
import { countRows, type RowBudget, reduceBudget } from './row-budget.ts'
import { splitMoves } from './split-moves.ts'
import { writeBatches } from './write.ts'

export interface Commit {
  readonly request: SyncJobRequest
  readonly lease: Lease
  readonly batch: Batch
  readonly deletions: DetectedDeletions
  /** Of the batch's rows; grow. */
  readonly quarantine: Quarantine
  /** Whether the account had rows in `sync_rejects` when the job was claimed. */
  readonly hadRejects: boolean
  /** Whether a customer of the account had been erased by then. */
  readonly hadErased: boolean
  /** Whose the provider's rows are. */
  readonly ownership: Ownership
  readonly sources: readonly Source[]
  readonly account: JobAccount
  /** The resources of the job's plan: their cursors move once nothing is left to be read. */
  readonly resources: readonly string[]
  /** See Writing.overwrite. */
  readonly overwrite: Overwrite | null
  readonly committed: CommittedState
  /** Requests made to the provider over all deliveries. */
  readonly requests: number
  /** Where the lists can be split, once all is read; null if the job did not read them from the beginning. */
  listSplits(): ListSplits | null
  /** The result to store where this commit leaves nothing to be read. */
  result(resources: SyncJobResult['resources'], note: string | null): SyncJobResult
}

export interface Deps {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly budget: RowBudget
  /** Absent: as often as patience allows. */
  readonly triesAtMost?: number
}

/**
 * Rows, checkpoint, counts and progress in one transaction, whose last statement checks the fence; the last commit of a
 * job also completes it. After a lost connection the row is read before another try, so that nothing is lost or counted
 * twice. Null if the connection broke `triesAtMost` times and the commit is not in the database.
 * @throws SyncError `fenced` when the job is another worker's now, or a database error once patience is over
 */
export async function commitPages(
  commit: Commit,
  { db, clock, budget, triesAtMost = Number.POSITIVE_INFINITY }: Deps,
  signal: AbortSignal,
): Promise<CommittedState | null> {
  let attempted: CommittedState | undefined
  const { quarantine } = commit
  let { progress: searched } = quarantine
  for (let tries = 0; ; tries++) {
    try {
      if (attempted && (await wasCommitted(db, commit.lease, attempted))) return attempted
      if (tries >= triesAtMost) return null
      await db.within(async (tx) => {
        attempted = await writeAll(tx, commit, budget.rows)
      })
      if (attempted) return attempted
    } catch (error) {
      if (error instanceof SyncError && error.verdict !== 'fenced') throw error
      if (error instanceof SyncError) {
        if (attempted && (await wasCommitted(db, commit.lease, attempted))) return attempted
        throw error
      }
      if (tookTooLong(error)) reduceBudget(budget, countRows(commit.batch.pages), 4)
      if (classify(error) === 'data' && !quarantine.isolate) quarantine.isolate = true
      else await waitForRetry(error, tries, { policy: whileWorking, clock, signal })
      if (quarantine.progress > searched) tries = 0
      searched = quarantine.progress
    }
  }
}

async function writeAll(tx: Database, commit: Commit, rowsPerStatement: number): Promise<CommittedState> {
  const { request, lease, batch, deletions, quarantine, committed, requests } = commit
  const mayHaveRejects = commit.hadRejects || sumCounts(Object.values(committed.progress)).rejected > 0
  const mayHave = { mayHaveRejects, mayHaveErased: commit.hadErased }
  let after: Checkpoint | undefined
  const wasFetched = (item: ListedItem) => {
    after ??= batch.pages.reduce(advance, committed.checkpoint)
    return wasListed(after, item)
  }
  const { overwrite, account, ownership } = commit
  const removeUnshown = await removalOf(tx, commit)
  const writing = {
    jobId: request.jobId,
    accountKey: account,
    mayHaveUnknown: account.mayHaveUnknown,
    overwrite,
    ownership,
    pages: batch.pages,
    deletions,
    quarantine,
    wasFetched,
    ...mayHave,
    rowsPerStatement,
  }
  const { counts, excluded } = await writeBatches(tx, writing)
  const moved = discountItems(
    batch.pages.reduce((before, page) => advance(before, withoutErased(before, page, excluded)), committed.checkpoint),
    excluded.removed,
  )
  const settled = { ...moved, asked: moved.asked + deletions.lookups }
  const unfinished = unfinishedNames(settled, commit.sources)
  const read = addCounts(committed.progress, {
    counts,
    skipped: skippedBy(batch, commit.sources, readBy(commit.resources, committed.progress)),
    drifts: batch.pages.flatMap(({ drifts }) => drifts),
    remaining: batch.remaining,
    unfinished,
  })
  const reached = { checkpoint: settled, progress: read }
  const { checkpoint, progress, warnings } = (await removeUnshown?.(reached)) ?? { ...reached, warnings: [] }
  const commits = committed.commits + 1
  const ends = unfinished.size === 0
  const conclusion = ends ? await conclude(tx, { ...commit, checkpoint, progress }) : null
  const ending = conclusion ? completion(conclusion.result) : { ...leaseExtension(lease), checkpoint }
  const moves = ends
    ? [...movesOf(tx, commit, { checkpoint, progress }), ...splitMoves(tx, account, commit.listSplits())]
    : []
  const [row] = await (moves.length > 0 ? tx.with(...moves) : tx)
    .update(syncJobs)
    .set({ ...ending, ...totals(progress), progress, requests, commits, stalled: 0 })
    .where(and(isHeldBy(lease), eq(syncJobs.commits, committed.commits), knowsErasures(commit)))
    .returning({ notified: notification, counted: conclusion?.counted ?? sql<null>`null` })
  if (!row) throw fenced()
  await conclusion?.settle(row.counted)
  return { checkpoint, progress, commits, ...(warnings.length > 0 && { warnings }) }
}

/** The module is loaded for forced jobs alone, and for providers with rows that only the items of other resources show. */
async function removalOf(tx: Database, commit: Commit): Promise<RemoveUnshown | null> {
  const isDerived = commit.sources.some((source) => source.kind === 'list' && source.namedBy)
  if (commit.overwrite?.kind !== 'stored before' || !isDerived) return null
  return (await import('./remove-unshown.ts')).prepareRemoval(tx, { ...commit, began: commit.overwrite.since })
}

function withoutErased(before: Checkpoint, page: ReadPage, { rows }: ErasedItems): ReadPage {
  if (rows.size === 0) return page
  const items = page.rows
    .filter((row) => rows.has(row))
    .map(({ resource, row: { id, createdAt } }) => ({
      resource,
      id,
      created: createdAt ? Math.floor(createdAt.getTime() / 1_000) : null,
    }))
  return omitItems(before, page, items)
}

/** A job that was claimed just before an erasure does not know of it: it writes nothing and is claimed again. */
function knowsErasures({ request, hadErased }: Commit): SQL {
  const knows = hadErased ? sql`` : sql`and not ${hasTombstones(providerKeyOf(request))}`
  return sql`not ${isTenantErased(request.tenantId)} ${knows}`
}

/** The cursors of what was read move with the last pages of a job. */
function movesOf(
  tx: Database,
  { request, account, sources, resources: planned }: Commit,
  { checkpoint, progress }: Omit<CommittedState, 'commits'>,
) {
  if (checkpoint.until === null) return []
  const isRefused = (name: string) => checkpoint.refused.includes(name) || progress[name]?.skipped !== undefined
  // The cursor of a refused list stays, so that its next items also bring what they show of other resources.
  const isUnseen = (origins: readonly string[]) => origins.length > 0 && origins.every(isRefused)
  const refused = planned.filter(
    (name) =>
      isRefused(name) ||
      nestedIn(sources, [name]).some(isRefused) ||
      isUnseen(originsOf(sources, name).filter((origin) => planned.includes(origin))),
  )
  return cursorMoves(
    tx,
    { ...account, jobId: request.jobId },
    {
      second: checkpoint.until,
      resources: planned.filter((name) => !refused.includes(name)),
      refused,
      known: eventsKnownAfter(checkpoint),
    },
  )
}

function totals(progress: Progress) {
  const { kept: _omitted, ...sums } = sumCounts(Object.values(progress))
  return sums
}

/** Whether a commit is in the database although its answer was lost. */
async function wasCommitted(db: TenantDatabase, { jobId, fence }: Lease, attempted: CommittedState): Promise<boolean> {
  const { slices } = attempted.checkpoint
  // Not only as many commits: what went in may have been more of a batch than what was tried last.
  const same = sql<boolean>`${syncJobs.checkpoint} is not distinct from ${slices.length === 0 ? null : JSON.stringify(attempted.checkpoint)}::jsonb`
  const columns = { fence: syncJobs.fence, commits: syncJobs.commits, same }
  const [row] = await db.read((tx) => tx.select(columns).from(syncJobs).where(eq(syncJobs.id, jobId)))
  return row?.fence === fence && row.commits === attempted.commits && row.same
}
