import { setMaxListeners } from 'node:events'
import { unavailable } from '../db/failure.ts'
import { SyncError } from '../errors.ts'
import { type Account, keyRefused, type Provider } from '../provider/contract.ts'
import { backfill, type Step } from '../sync/backfill.ts'
import { eventsName } from '../sync/changes.ts'
import { metered } from '../sync/metered.ts'
import { advance, type Checkpoint, carve, readCheckpoint } from './checkpoint.ts'
import { chooseResources, outrun, planFull, planIncremental } from './choose.ts'
import { openFindings } from './commit/quarantine.ts'
import type { Standing } from './commit.ts'
import { commitStep } from './commit-step.ts'
import { readCursor } from './cursor.ts'
import { patiently } from './patience.ts'
import { readProgress, resultsOf, type SyncJobResult, startProgress } from './progress.ts'
import type { JobDeps, Session } from './run.ts'
import { sizesOf } from './sizes.ts'
import { sweep } from './sweep.ts'

/** See Backfill.gatherMs. Progress is still written several times a second. */
const gatherMs = 100

/** Reads what the job's checkpoint still holds and commits it. The result once nothing is left, null when time ran out. @throws SyncError */
export async function read(session: Session, deps: JobDeps): Promise<SyncJobResult | null> {
  const { request, job, deadline, log } = session
  const provider = deps.provider(request.providerName)
  const sofar = {
    checkpoint: job.checkpoint === null ? null : readCheckpoint(job.checkpoint),
    progress: readProgress(job.progress),
    commits: job.commits,
  }
  try {
    const accessToken = await deps.secrets.open(request)
    const first = await readWith(provider.connect({ accessToken }), { provider, session, sofar }, deps)
    if (first.kind === 'drained') return first.result
    // The key may have been replaced since its secret was read: what the store has now is tried once, from the last commit.
    const renewed = await deps.secrets.renew(request, accessToken)
    if (renewed === accessToken) throw first.error
    log.info('the key is not accepted, and its secret has been replaced: going on with the new one', {
      event: 'key_replaced',
    })
    const account = provider.connect({ accessToken: renewed })
    const second = await readWith(account, { provider, session, sofar: first.standing }, deps)
    if (second.kind === 'drained') return second.result
    throw second.error
  } finally {
    deadline.cutNow()
  }
}

interface Reading {
  readonly provider: Provider
  readonly session: Session
  /** Without a checkpoint the job has not been planned yet. */
  readonly sofar: Omit<Standing, 'checkpoint'> & { readonly checkpoint: Checkpoint | null }
}

/** Reads with one key. Closes the account. */
async function readWith(
  account: Account,
  { provider, session, sofar }: Reading,
  deps: JobDeps,
): Promise<Exclude<Drained, { kind: 'outrun' }>> {
  const { request, deadline, log } = session
  try {
    const resources = chooseResources(provider, request)
    const names = resources.map(({ name }) => name)
    const cursorKey = { tenantId: request.tenantId, provider: provider.name, account: account.id }
    const fresh = async () =>
      request.additionalData.syncType === 'full'
        ? planFull(resources)
        : planIncremental(resources, {
            account,
            cursor: await patiently(() => readCursor(session.db, cursorKey), deps.clock, deadline.cut),
          })
    const begin = (from: Checkpoint, { progress, commits }: Omit<Standing, 'checkpoint'>): Start => {
      const started = startProgress(from.mode === 'full' ? names : [], progress)
      return { account, names, standing: { checkpoint: from, progress: started, commits } }
    }
    const ended = await drain(session, deps, begin(sofar.checkpoint ?? (await fresh()), sofar))
    if (ended.kind !== 'outrun') return ended
    log.warn('job becomes a full one', { event: 'job_became_full', reason: ended.note })
    const full = await drain(session, deps, begin(planFull(resources, ended.note), ended.standing))
    return full.kind === 'outrun' ? { kind: 'drained', result: null } : full
  } finally {
    account.close()
  }
}

interface Start {
  readonly account: Account
  /** The resources the job is about. */
  readonly names: readonly string[]
  readonly standing: Standing
}

/**
 * How reading ended: with a result, or null where time ran out; because the feed of changes cannot be relied on; or because
 * the key is not accepted.
 */
type Drained =
  | { readonly kind: 'drained'; readonly result: SyncJobResult | null }
  | { readonly kind: 'outrun'; readonly note: string; readonly standing: Standing }
  | { readonly kind: 'refused'; readonly error: SyncError; readonly standing: Standing }

const outOfTime: Drained = { kind: 'drained', result: null }

async function drain(session: Session, deps: JobDeps, { account, names, standing: start }: Start): Promise<Drained> {
  const { db, request, lease, deadline, log } = session
  const { clock, settings } = deps
  const requestsBefore = session.requests
  const failing = new AbortController()
  const stop = AbortSignal.any([deadline.stop, failing.signal])
  const finishing = AbortSignal.any([deadline.cut, failing.signal])
  setMaxListeners(0, stop, finishing)
  const asked = new Set([...names, ...start.checkpoint.slices.map(({ resource }) => resource)])
  const reading = metered(account, [...asked], {
    clock,
    waiting: stop,
    finishing,
    onWait: ({ endpoint, error, ms }) =>
      log.info('waiting before another try', {
        event: 'request_retrying',
        resource: endpoint,
        code: error.code,
        waitMs: Math.round(ms),
      }),
  })
  const sizes = sizesOf(request.additionalData.batchSize ?? settings.batchSize, session)
  const budget = { left: sizes.checksById }
  const { mode, note } = start.checkpoint
  const planned = { syncType: mode, ...(note && { note }) }
  const stride = { pages: sizes.pagesAStep }
  let standing = start
  let result: SyncJobResult | null = null
  const failures: unknown[] = []
  const steps = backfill({
    ...reading,
    slices: standing.checkpoint.slices,
    ...sizes,
    gatherMs,
    clock,
    stop,
    cut: deadline.cut,
    since: () => reading.since(deadline.cut),
    onFailure(error) {
      failures.push(error)
      failing.abort()
    },
    onCarve: (carved) => {
      standing = { ...standing, checkpoint: carve(standing.checkpoint, carved) }
    },
  })
  try {
    for await (const step of steps) {
      const began = clock.now()
      failWhereAllSkipped(step, standing)
      for (const { source, observedAt } of step.batches) {
        const note = source.name === eventsName ? outrun(standing.checkpoint, account, observedAt) : null
        if (note) return { kind: 'outrun', note, standing }
      }
      const swept = await sweep(step, { db, clock, request, budget }, deadline.cut).catch((error: unknown) => {
        // Out of time while asking about unlisted rows: these pages are read again by the next delivery.
        if (finishing.aborted && !(error instanceof SyncError)) return null
        throw error
      })
      if (!swept && failures.length > 0) throw failures[0]
      if (!swept) break
      session.requests = requestsBefore + reading.requests()
      const commits = commitStep(
        {
          request,
          lease,
          step,
          swept,
          findings: openFindings(),
          hadRejects: session.job.hadRejects,
          hadErased: session.job.hadErased,
          sources: reading.sources,
          cursor: { account: account.id, resources: names },
          standing,
          requests: session.requests,
          result(resources) {
            result = session.result({ ...planned, status: 'completed', resources, error: null })
            return result
          },
        },
        { db, clock, stride },
        deadline.cut,
      )
      for await (const { standing: committed, batches } of commits) {
        const { tallies } = committed.checkpoint
        standing = { ...committed, checkpoint: { ...withCarvesSince(standing.checkpoint, batches), tallies } }
        session.progress = resultsOf(committed.progress)
        session.commits++
      }
      logCommit(session, step, clock.now() - began)
    }
  } catch (error) {
    if (error instanceof SyncError && error.code === keyRefused) return { kind: 'refused', error, standing }
    // Out of time while waiting for the database is a pause like any other, and no failed attempt.
    if (error instanceof SyncError && error.code === unavailable && deadline.cut.aborted) return outOfTime
    throw error
  } finally {
    session.requests = requestsBefore + reading.requests()
  }
  return { kind: 'drained', result: standing.checkpoint.slices.length === 0 ? result : null }
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
