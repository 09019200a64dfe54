import type { Overwrite } from '../db/overwrite.ts'
import type { Ownership } from '../erasure/ownership.ts'
import { SyncError } from '../errors.ts'
import type { Account } from '../provider/contract.ts'
import { backfill } from '../sync/backfill.ts'
import { eventsName } from '../sync/change-feed.ts'
import type { Batch } from '../sync/read-page.ts'
import type { Source } from '../sync/source.ts'
import { openNoted } from './absence.ts'
import type { JobAccount } from './account.ts'
import { type BatchSizes, batchSizes } from './batch-sizes.ts'
import { commitBatch } from './commit/commit.ts'
import { applyMove, type CommittedState, type Move, readsAll } from './commit/committed-state.ts'
import type { DetectedDeletions } from './commit/deletions.ts'
import { openQuarantine } from './commit/quarantine.ts'
import { readBy, refusalsIn } from './commit/related.ts'
import type { RowBudget } from './commit/row-budget.ts'
import type { Commit } from './commit/transaction.ts'
import { collectSplits, type SplitCollector } from './list-splits.ts'
import { logCommit } from './log-commit.ts'
import { openIdsOf } from './open-ids.ts'
import type { OpenReading } from './open-reading.ts'
import { overwriting } from './overwriting.ts'
import { eventsBefore, isCursorExpired } from './plan.ts'
import type { JobDeps, Session } from './session.ts'
import { settleAbsence } from './settle-absence.ts'
import { resultsOf, type SyncJobResult } from './state/result.ts'

/** See Backfill.gatherMs. Progress is still written twice a second. */
const gathering = { gatherMs: 100, gatherMsInLine: 500 }

export interface Draining {
  readonly account: Account
  readonly reading: OpenReading
  readonly jobAccount: Promise<JobAccount>
  /** The resources of the job's plan. */
  readonly names: readonly string[]
  readonly ownership: Ownership
  readonly committed: CommittedState
  onCommit(committed: CommittedState): void
}

/** How reading ended: with a result, or null where time ran out; or because the feed of changes cannot be relied on. */
export type DrainOutcome =
  | { readonly kind: 'drained'; readonly result: SyncJobResult | null }
  /** `observedAt`: when the feed answered. */
  | { readonly kind: 'cursorExpired'; readonly observedAt: Date }

/** What draining a checkpoint works with; the fields that are not read-only change. */
interface State {
  committed: CommittedState
  account: JobAccount | undefined
  result: SyncJobResult | null
  readonly failures: unknown[]
  readonly overwrite: Overwrite | null
  /** Resources with notes about rows that lists do not show; undefined before the first batch. */
  noted: Set<string> | undefined
  /** See Absence.refusedParents. */
  readonly refusedParents: Set<string>
  readonly checksById: number
  readonly rowBudget: RowBudget
  /** Null unless the job reads its lists from the beginning. */
  readonly splits: SplitCollector | null
}

/** Reads a checkpoint's slices to their ends and commits what arrives, page by page. @throws SyncError */
export async function drain(session: Session, deps: JobDeps, draining: Draining): Promise<DrainOutcome> {
  const sizes = batchSizes(session.request.additionalData.batchSize ?? deps.settings.batchSize, session)
  const state: State = {
    committed: draining.committed,
    account: undefined,
    result: null,
    failures: [],
    overwrite: overwriting(session, draining.committed.checkpoint.mode),
    noted: undefined,
    refusedParents: new Set(),
    checksById: sizes.checksById,
    rowBudget: { rows: Number.POSITIVE_INFINITY },
    splits: readsAll(draining.committed) ? collectSplits(sizes.pageSize, draining.reading.knownSplits) : null,
  }
  const { read, refused } = startReading(session, deps, draining, { state, sizes })
  for await (const batch of read) {
    const began = deps.clock.now()
    failWhereAllSkipped(batch, draining.reading.sources, state.committed)
    const observedAt = expiredFeed(batch, state.committed, draining.account)
    if (observedAt) return { kind: 'cursorExpired', observedAt }
    state.account ??= await openedAccount({ draining, state })
    const deletions = await settleInTime(batch, session, deps, { draining, state, account: state.account })
    if (!deletions) break
    state.splits?.add(batch.pages)
    await commitAll({ batch, deletions }, session, deps, { draining, state, account: state.account })
    logCommit(session, batch, { ms: deps.clock.now() - began, watch: deps.watch })
  }
  if (refused.aborted) throw state.failures[0] ?? refused.reason
  return { kind: 'drained', result: state.committed.checkpoint.slices.length === 0 ? state.result : null }
}

/** Reads ahead of the account's lease; `refused` is aborted when the job does not get it. */
function startReading(
  { deadline, db, request }: Session,
  { clock }: JobDeps,
  { reading, committed, jobAccount }: Draining,
  { state, sizes }: { readonly state: State; readonly sizes: BatchSizes },
) {
  const refusal = new AbortController()
  jobAccount.catch((error: unknown) => refusal.abort(error))
  const read = backfill({
    ...reading,
    slices: committed.checkpoint.slices,
    begun: Object.keys(committed.checkpoint.tallies),
    refused: committed.checkpoint.refused,
    fetchesTouched: committed.checkpoint.mode === 'incremental',
    eventsBefore: eventsBefore(committed.checkpoint),
    openIds: async (source) => openIdsOf(source, db, { ...(await jobAccount), seed: request.jobId }),
    ...sizes,
    ...gathering,
    clock,
    drainSignal: reading.drainSignal,
    abortSignal: AbortSignal.any([deadline.abortSignal, refusal.signal]),
    since: () => reading.since(deadline.abortSignal),
    onFailure(error) {
      state.failures.push(error)
      reading.fail()
    },
    onSplit: (split) => moveState(state, { kind: 'split', split }),
  })
  return { read, refused: refusal.signal }
}

/** When the feed answered, if it no longer goes back to a cursor of the plan; else null. */
function expiredFeed({ pages }: Batch, { checkpoint }: CommittedState, account: Account): Date | null {
  const answer = pages.find(
    ({ source, observedAt }) => source.name === eventsName && isCursorExpired(checkpoint, account, observedAt),
  )
  return answer?.observedAt ?? null
}

interface DrainContext {
  readonly draining: Draining
  readonly state: State
}

/** The job must hold the account before it commits anything. */
async function openedAccount({ draining, state }: DrainContext): Promise<JobAccount> {
  try {
    return await draining.jobAccount
  } catch (error) {
    throw state.failures[0] ?? error
  }
}

interface AccountDrain extends DrainContext {
  readonly account: JobAccount
}

/** What is known of rows that lists do not show; null where time ran out: the batch's pages are read again by the next delivery. */
async function settleInTime(
  batch: Batch,
  session: Session,
  deps: JobDeps,
  { draining, state, account }: AccountDrain,
): Promise<DetectedDeletions | null> {
  const { db, request, deadline, job } = session
  const { reading } = draining
  const signal = deadline.abortSignal
  const absence = { db, clock: deps.clock, accountKey: account, jobId: request.jobId, overwrite: state.overwrite }
  try {
    state.noted ??= job.deliveries > 1 ? await openNoted(absence, signal) : new Set()
    const settling = {
      ...absence,
      noted: state.noted,
      refusedParents: state.refusedParents,
      checksById: state.checksById,
      committed: () => state.committed,
      requests: () => reading.requestsBefore + reading.requests(),
      commit: (deletions: DetectedDeletions) =>
        commitAll({ batch: { ...batch, pages: [] }, deletions }, session, deps, { draining, state, account }),
    }
    return await settleAbsence(batch, settling, signal)
  } catch (error) {
    if (!reading.finishing.aborted || error instanceof SyncError) throw error
    if (state.failures.length > 0) throw state.failures[0]
    return null
  }
}

async function commitAll(
  { batch, deletions }: Pick<Commit, 'batch' | 'deletions'>,
  session: Session,
  { clock }: JobDeps,
  { draining, state, account }: AccountDrain,
): Promise<void> {
  const { db, request, lease, deadline, job } = session
  const { mode } = draining.committed.checkpoint
  session.update({ requests: draining.reading.requestsBefore + draining.reading.requests() })
  const commits = commitBatch(
    {
      request,
      lease,
      batch,
      deletions,
      overwrite: state.overwrite,
      account,
      quarantine: openQuarantine(),
      hadRejects: job.hadRejects,
      hadErased: job.hadErased,
      ownership: draining.ownership,
      sources: draining.reading.sources,
      resources: draining.names,
      committed: state.committed,
      requests: session.counts.requests,
      listSplits: () => state.splits?.splits() ?? null,
      result(resources, note) {
        const planned = { syncType: mode, ...(note !== null && { note }) }
        state.result = session.result({ ...planned, status: 'completed', resources, error: null })
        return state.result
      },
    },
    { db, clock, budget: state.rowBudget },
    deadline.abortSignal,
  )
  for await (const { committed, pages } of commits) {
    moveState(state, { kind: 'commit', committed, pages })
    draining.onCommit(state.committed)
    for (const warning of committed.warnings ?? []) session.log.warn(warning, { event: 'rows_not_searched' })
    session.update({ progress: resultsOf(committed.progress), commits: session.counts.commits + 1 })
  }
}

/** A job fails if the key may read none of its resources. @throws SyncError with verdict `reject` */
function failWhereAllSkipped(batch: Batch, sources: readonly Source[], { checkpoint, progress }: CommittedState): void {
  const { mode, cursors, resources } = checkpoint
  const skipped = refusalsIn(batch, sources, readBy(resources ?? [], progress))
  const [first] = skipped
  // An incremental job that follows the feed has its events besides.
  const names = mode === 'full' ? Object.keys(progress) : Object.keys(cursors).length > 0 ? null : resources
  const all = names?.every((name) => progress[name]?.skipped || skipped.has(name)) ?? false
  const feed = skipped.get(eventsName)
  if (feed) throw new SyncError('reject', feed.code, `job: an incremental job needs the events. ${feed.message}`)
  if (!first || !all) return
  const [name, skip] = first
  throw new SyncError('reject', skip.code, `job: none of its resources can be read. Of ${name}: ${skip.message}`)
}

/** The only place that changes the committed state. */
function moveState(state: State, move: Move): void {
  state.committed = applyMove(state.committed, move)
}
