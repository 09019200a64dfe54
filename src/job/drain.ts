import type { Overwrite } from '../db/overwrite.ts'
import { patiently } from '../db/retry.ts'
import { SyncError } from '../errors.ts'
import type { Account } from '../provider/contract.ts'
import { backfill, type Step } from '../sync/backfill.ts'
import { eventsName } from '../sync/change-feed.ts'
import { accountChanged, type JobAccount, settleAdoption } from './account.ts'
import { type Sizes, sizesOf } from './batch-sizes.ts'
import { commitStep, type Stride } from './commit/commit.ts'
import { nothingSwept, type Swept, sweep } from './commit/deletions.ts'
import { openFindings } from './commit/quarantine.ts'
import type { Commit, Standing } from './commit/transaction.ts'
import type { OpenReading } from './open-reading.ts'
import { outrun } from './plan.ts'
import type { JobDeps, Session } from './session.ts'
import { advance, type Checkpoint, carve } from './state/checkpoint.ts'
import { resultsOf, type SyncJobResult } from './state/result.ts'

/** See Backfill.gatherMs. Progress is still written several times a second. */
const gatherMs = 100

export interface Draining {
  readonly account: Account
  readonly reading: OpenReading
  readonly who: Promise<JobAccount>
  /** The resources the job is about. */
  readonly names: readonly string[]
  readonly standing: Standing
  onCommit(standing: Standing): void
}

/** How reading ended: with a result, or null where time ran out; or because the feed of changes cannot be relied on. */
export type Drained =
  | { readonly kind: 'drained'; readonly result: SyncJobResult | null }
  | { readonly kind: 'outrun'; readonly note: string }

/** What changes while a checkpoint is drained. */
interface State {
  standing: Standing
  account: JobAccount | undefined
  result: SyncJobResult | null
  readonly failures: unknown[]
  readonly budget: { left: number }
  readonly stride: Stride
}

/** Reads a checkpoint's slices to their ends and commits what arrives, batch by batch. @throws SyncError */
export async function drain(session: Session, deps: JobDeps, draining: Draining): Promise<Drained> {
  const sizes = sizesOf(session.request.additionalData.batchSize ?? deps.settings.batchSize, session)
  const state: State = {
    standing: draining.standing,
    account: undefined,
    result: null,
    failures: [],
    budget: { left: sizes.checksById },
    stride: { pages: sizes.pagesAStep },
  }
  for await (const step of startReading(session, deps, draining, { state, sizes })) {
    const began = deps.clock.now()
    failWhereAllSkipped(step, state.standing)
    const note = expiredFeed(step, state.standing, draining.account)
    if (note) return { kind: 'outrun', note }
    state.account ??= await settledAccount(step, session, deps, { draining, state })
    const swept = await sweepInTime(step, session, deps, { draining, state, account: state.account })
    if (!swept) break
    session.requests = draining.reading.requestsBefore + draining.reading.requests()
    await commitAll({ step, swept }, session, deps, { draining, state, account: state.account })
    logCommit(session, step, deps.clock.now() - began)
  }
  return { kind: 'drained', result: state.standing.checkpoint.slices.length === 0 ? state.result : null }
}

function startReading(
  { deadline }: Session,
  { clock }: JobDeps,
  { reading, standing }: Draining,
  { state, sizes }: { readonly state: State; readonly sizes: Sizes },
) {
  return backfill({
    ...reading,
    slices: standing.checkpoint.slices,
    ...sizes,
    gatherMs,
    clock,
    stop: reading.stop,
    cut: deadline.cut,
    since: () => reading.since(deadline.cut),
    onFailure(error) {
      state.failures.push(error)
      reading.fail()
    },
    onCarve: (carved) => {
      state.standing = { ...state.standing, checkpoint: carve(state.standing.checkpoint, carved) }
    },
  })
}

function expiredFeed({ batches }: Step, { checkpoint }: Standing, account: Account): string | null {
  for (const { source, observedAt } of batches) {
    const note = source.name === eventsName ? outrun(checkpoint, account, observedAt) : null
    if (note) return note
  }
  return null
}

interface Progressing {
  readonly draining: Draining
  readonly state: State
}

/** The account must be known before anything of it is committed. */
async function settledAccount(
  step: Step,
  { db, request, deadline }: Session,
  { clock }: JobDeps,
  { draining, state }: Progressing,
): Promise<JobAccount> {
  const account = await draining.who.catch((error: unknown) => {
    throw state.failures[0] ?? error
  })
  const about = { step, tenantId: request.tenantId, provider: request.providerName }
  return patiently(() => settleAdoption(db, account, about), clock, deadline.cut)
}

interface Settled extends Progressing {
  readonly account: JobAccount
}

/** What the step's pages prove; null where time ran out while asking: they are read again by the next delivery. */
async function sweepInTime(
  step: Step,
  session: Session,
  { clock }: JobDeps,
  { draining: { reading }, state, account }: Settled,
): Promise<Swept | null> {
  if (account.hasOthers) return nothingSwept
  const { db, request, deadline } = session
  const { budget, standing } = state
  const overwrite = overwriting(session, standing.checkpoint.mode)
  try {
    return await sweep(step, { db, clock, request, budget, progress: standing.progress, overwrite }, deadline.cut)
  } catch (error) {
    if (!reading.finishing.aborted || error instanceof SyncError) throw error
    if (state.failures.length > 0) throw state.failures[0]
    return null
  }
}

async function commitAll(
  { step, swept }: Pick<Commit, 'step' | 'swept'>,
  session: Session,
  { clock }: JobDeps,
  { draining, state, account }: Settled,
): Promise<void> {
  const { db, request, lease, deadline, job } = session
  const { mode, note } = draining.standing.checkpoint
  const notes = [note, account.hasOthers ? accountChanged : null].filter((text) => text !== null)
  const commits = commitStep(
    {
      request,
      lease,
      step,
      swept,
      overwrite: overwriting(session, mode),
      account,
      findings: openFindings(),
      hadRejects: job.hadRejects,
      hadErased: job.hadErased,
      sources: draining.reading.sources,
      asked: draining.names,
      standing: state.standing,
      requests: session.requests,
      result(resources) {
        const planned = { syncType: mode, ...(notes.length > 0 && { note: notes.join('; ') }) }
        state.result = session.result({ ...planned, status: 'completed', resources, error: null })
        return state.result
      },
    },
    { db, clock, stride: state.stride },
    deadline.cut,
  )
  for await (const { standing: committed, batches } of commits) {
    const { tallies } = committed.checkpoint
    state.standing = { ...committed, checkpoint: { ...withCarvesSince(state.standing.checkpoint, batches), tallies } }
    state.account = { ...account, isRecorded: true, adopts: null }
    draining.onCommit(state.standing)
    session.progress = resultsOf(committed.progress)
    session.commits++
  }
}

/** `force_refresh` overwrites whatever is stored. Events are older than rows and overwrite only what cannot be right. */
function overwriting({ request, job }: Session, mode: Checkpoint['mode']): Overwrite | null {
  if (!request.additionalData.forceRefresh) return null
  if (mode === 'incremental') return { kind: 'from the future' }
  return { kind: 'stored before', since: job.startedAt ?? job.createdAt }
}

/** A key that may read none of what was asked for is no success. @throws SyncError with verdict `reject` */
function failWhereAllSkipped({ batches }: Step, { checkpoint, progress }: Standing): void {
  const skipped = new Map(batches.flatMap(({ skip, source }) => (skip ? [[source.name, skip]] : [])))
  const [first] = skipped.values()
  // An incremental job has its feed besides.
  const all =
    checkpoint.mode === 'full' && Object.entries(progress).every(([name, one]) => one.skipped || skipped.has(name))
  const feed = skipped.get(eventsName)
  if (feed) throw new SyncError('reject', feed.code, `${feed.message}; an incremental job needs the events`)
  if (first && all) throw new SyncError('reject', first.code, first.message)
}

/** The committed checkpoint with the cuts that were made while it was being committed: the moves commute. */
function withCarvesSince(current: Checkpoint, batches: Step['batches']): Checkpoint {
  return batches.reduce(advance, current)
}

function logCommit({ log, requests }: Session, { batches }: Step, ms: number): void {
  const perResource = new Map<string, number>()
  for (const { source, rows } of batches)
    perResource.set(source.name, (perResource.get(source.name) ?? 0) + rows.length)
  for (const [resource, fetched] of perResource)
    log.info('committed', {
      event: 'batch_committed',
      resource,
      fetched,
      pages: batches.length,
      requests,
      ms: Math.round(ms),
    })
  for (const { source, skip } of batches)
    if (skip)
      log.warn('resource skipped', {
        event: 'resource_skipped',
        resource: source.name,
        code: skip.code,
        reason: skip.message,
      })
}
