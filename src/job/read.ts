import { unavailable } from '../db/errors.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { findUnsettled } from '../db/unsettled.ts'
import { ownershipOf } from '../erasure/ownership.ts'
import { SyncError } from '../errors.ts'
import { redactSecrets } from '../log/redact.ts'
import { type Account, keyRefused, type Provider, type ProviderResource } from '../provider/contract.ts'
import { secondAsked } from '../sync/observed-at.ts'
import { withParts } from '../sync/partition.ts'
import type { JobAccount } from './account.ts'
import type { CommittedState } from './commit/committed-state.ts'
import { readCursors } from './cursor.ts'
import { type Draining, drain } from './drain.ts'
import { splitsToRead } from './list-splits.ts'
import { openAccount } from './open-account.ts'
import { type OpenReading, openReading } from './open-reading.ts'
import { chooseResources, planFull, planIncremental, unsettledSearches } from './plan.ts'
import type { SyncJobRequest } from './request.ts'
import type { JobDeps, Session } from './session.ts'
import type { Checkpoint } from './state/checkpoint.ts'
import { readProgress, startProgress } from './state/progress.ts'
import type { SyncJobResult } from './state/result.ts'
import { readCheckpoint } from './state/stored-checkpoint.ts'

/** Reads what the job's checkpoint still holds and commits it. The result once nothing is left, null when time ran out. @throws SyncError */
export async function read(session: Session, deps: JobDeps): Promise<SyncJobResult | null> {
  const { request, job, deadline, log } = session
  const { tenantId } = request
  const provider = await deps.provider(request.providerName)
  const jobState = {
    checkpoint: job.checkpoint === null ? null : readCheckpoint(job.checkpoint),
    progress: readProgress(job.progress),
    commits: job.commits,
  }
  try {
    const accessToken = await deps.secrets.open(request)
    const connect = (token: string | undefined) =>
      provider.connect({ tenantId, accessToken: token, secret: secretOf(request, token), account: request.account })
    const first = await readWith(connect(accessToken), { provider, session, jobState }, deps)
    if (first.kind === 'drained') return first.result
    // The key may have been replaced since its secret was read: what the store has now is tried once, from the last commit.
    const renewed = await deps.secrets.renew(request, accessToken)
    if (renewed === accessToken) throw first.error
    log.info('the key is not accepted, and its secret has been replaced: going on with the new one', {
      event: 'key_replaced',
    })
    const second = await readWith(connect(renewed), { provider, session, jobState: first.jobState }, deps)
    if (second.kind === 'drained') return second.result
    throw second.error
  } finally {
    deadline.abort()
  }
}

/** The reference of the message, if its secret was read; undefined where the message has the key itself. */
function secretOf({ accessToken }: Session['request'], opened: string | undefined): string | undefined {
  return accessToken === undefined || accessToken === opened ? undefined : redactSecrets(accessToken)
}

/** Where a job stands; without a checkpoint it has not been planned yet. */
type JobState = Omit<CommittedState, 'checkpoint'> & {
  readonly checkpoint: Checkpoint | null
}

interface ReadOptions {
  readonly provider: Provider
  readonly session: Session
  readonly jobState: JobState
}

type ReadWith =
  | { readonly kind: 'drained'; readonly result: SyncJobResult | null }
  | { readonly kind: 'refused'; readonly error: SyncError; readonly jobState: JobState }

const outOfTime: ReadWith = { kind: 'drained', result: null }

/** Reads with a key, and says where the job stood if the provider refused it. Closes the account. */
async function readWith(
  account: Account,
  { provider, session, jobState }: ReadOptions,
  deps: JobDeps,
): Promise<ReadWith> {
  const { request, deadline, log } = session
  const resources = plannedResources(provider, request, jobState.checkpoint)
  const names = resources.map(({ name }) => name)
  session.update({ resources: names })
  const planned = jobState.checkpoint?.slices.map(({ resource }) => resource) ?? []
  const reading = openReading(account, [...new Set([...names, ...planned])], session, deps)
  const jobAccount = openAccount(
    { connection: account, reading, begunWith: jobState.checkpoint && session.counts.account },
    session,
    deps,
  )
  const ownership = ownershipOf(provider.resources)
  let reached = jobState
  const onCommit = (committed: CommittedState) => {
    reached = committed
  }
  const begin = (from: Checkpoint): Draining => {
    const started = startProgress(from.mode === 'full' ? names : [], reached.progress)
    const committed = { checkpoint: from, progress: started, commits: reached.commits }
    return { account, reading, jobAccount, names, ownership, committed, onCommit }
  }
  try {
    const planning = { account, jobAccount, reading }
    const checkpoint = reached.checkpoint ?? (await planFresh(resources, planning, session, deps))
    const ended = await drain(session, deps, begin(checkpoint))
    if (ended.kind === 'drained') return ended
    const feedNow = secondAsked(ended.observedAt) * 1_000
    const replanned = await planFresh(resources, { ...planning, feedNow }, session, deps)
    log.warn('job is planned anew: the feed of changes does not go back to its cursors', {
      event: 'job_became_full',
      reason: replanned.note ?? '',
    })
    const again = await drain(session, deps, begin(replanned))
    return again.kind === 'cursorExpired' ? outOfTime : again
  } catch (error) {
    if (error instanceof SyncError && error.code === keyRefused) return { kind: 'refused', error, jobState: reached }
    // Out of time while waiting for the database is a pause like any other, and no failed attempt.
    if (error instanceof SyncError && error.code === unavailable && deadline.abortSignal.aborted) return outOfTime
    if (
      deadline.drainSignal.aborted &&
      (error === deadline.drainSignal.reason || error === deadline.abortSignal.reason)
    )
      return outOfTime
    throw error
  } finally {
    session.update({ requests: reading.requestsBefore + reading.requests() })
    account.close()
  }
}

interface PlanOptions {
  readonly account: Account
  readonly jobAccount: Promise<JobAccount>
  readonly reading: OpenReading
  /** See planIncremental. */
  readonly feedNow?: number
}

/** The resources of the job: those of its plan, whatever the message names now. @throws SyncError with verdict `reject` */
function plannedResources(
  provider: Provider,
  request: SyncJobRequest,
  checkpoint: Checkpoint | null,
): readonly ProviderResource[] {
  const planned = checkpoint?.resources
  if (planned) return provider.resources.filter(({ name }) => planned.includes(name))
  const chosen = chooseResources(provider, request)
  if (!checkpoint) return chosen
  // An older version did not store its plan, and did not have the lists that came later.
  const read = new Set([...checkpoint.slices.map(({ resource }) => resource), ...Object.keys(checkpoint.tallies)])
  return chosen.filter(({ name }) => read.has(name))
}

/** An incremental job needs the cursors of its account, and so waits for its name; a full one does not. */
async function planFresh(
  chosen: readonly ProviderResource[],
  { account, jobAccount, reading, feedNow }: PlanOptions,
  { db, request, deadline, databaseNow }: Session,
  { clock }: JobDeps,
): Promise<Checkpoint> {
  const resources = await withParts(chosen, reading.sources, deadline.abortSignal)
  if (request.additionalData.syncType === 'full')
    return planFull(resources, { now: databaseNow(), splitsOf: splitsToRead(account, reading.knownSplits) })
  const accountKey = await jobAccount
  const patience = { policy: whileWorking, clock, signal: deadline.abortSignal }
  const { cursors, known } = await withRetry(() => readCursors(db, accountKey), patience)
  const searches = unsettledSearches(resources, cursors)
  const unsettled = await withRetry(() => findUnsettled(db, searches, accountKey), patience)
  return planIncremental(resources, {
    account,
    cursors,
    unsettled,
    known,
    now: databaseNow(),
    ...(feedNow && { feedNow }),
  })
}
