import { SyncError } from '../errors.ts'
import { backfill, type Step } from '../sync/backfill.ts'
import { metered } from '../sync/metered.ts'
import type { Account, Provider } from '../sync/provider.ts'
import { advance, type Checkpoint, carve, plan, readCheckpoint } from './checkpoint.ts'
import { commit, type Standing } from './commit.ts'
import { readProgress, type SyncJobResult, startProgress, withoutShares } from './progress.ts'
import type { SyncJobRequest } from './request.ts'
import type { JobDeps, Session } from './run.ts'

/** Pages fetched ahead of the committer; at 100 items of 2 kB some 10 MB with what is made of them. */
const pagesAhead = 32

/** Reads what the job's checkpoint still holds and commits it. The result once nothing is left, null when time ran out. @throws SyncError */
export async function read(session: Session, deps: JobDeps): Promise<SyncJobResult | null> {
  const { request, job, deadline } = session
  const provider = deps.provider(request.providerName)
  const account = provider.connect({ accessToken: request.accessToken })
  try {
    const resources = choose(provider, request)
    const checkpoint = job.checkpoint === null ? plan(resources) : readCheckpoint(job.checkpoint)
    const progress = startProgress(resources, readProgress(job.progress))
    return await drain(session, deps, { account, standing: { checkpoint, progress, commits: job.commits } })
  } finally {
    deadline.cutNow()
    account.close()
  }
}

function choose({ name, resources }: Provider, { additionalData }: SyncJobRequest): readonly string[] {
  if (additionalData.syncType === 'incremental')
    throw new SyncError('reject', 'not_available', 'request: sync_type "incremental" is not available yet; send "full"')
  const asked = additionalData.resources ?? resources
  const unknown = asked.filter((one) => !resources.includes(one))
  if (unknown.length > 0)
    throw new SyncError(
      'reject',
      'unknown_resource',
      `request: ${name} has no resource ${unknown.map((one) => `"${one}"`).join(', ')}; it has ${resources.join(', ')}`,
    )
  return resources.filter((one) => asked.includes(one))
}

interface Start {
  readonly account: Account
  readonly standing: Standing
}

async function drain(session: Session, deps: JobDeps, start: Start): Promise<SyncJobResult | null> {
  const { request, job, lease, deadline, log } = session
  const { clock, settings } = deps
  const names = [...new Set(start.standing.checkpoint.slices.map((slice) => slice.resource))]
  const reading = metered(start.account, names, {
    clock,
    waiting: deadline.stop,
    onWait: ({ source, error, ms }) =>
      log.info('waiting before another try', { resource: source.name, code: error.code, waitMs: Math.round(ms) }),
  })
  let standing = start.standing
  let result: SyncJobResult | null = null
  const steps = backfill({
    ...reading,
    slices: standing.checkpoint.slices,
    pageSize: request.additionalData.batchSize ?? settings.batchSize,
    pagesAhead,
    clock,
    stop: deadline.stop,
    cut: deadline.cut,
    since: () => reading.since(deadline.cut),
    onFailure: deadline.stopNow,
    onCarve: (carved) => {
      standing = { ...standing, checkpoint: carve(standing.checkpoint, carved) }
    },
  })
  try {
    for await (const step of steps) {
      const began = clock.now()
      session.requests = job.requests + reading.requests()
      const committed = await commit(
        {
          request,
          lease,
          step,
          standing,
          requests: session.requests,
          result(progress) {
            result = session.result({ status: 'completed', resources: withoutShares(progress), error: null })
            return result
          },
        },
        deps,
        deadline.cut,
      )
      standing = { ...committed, checkpoint: withCarvesSince(standing.checkpoint, step) }
      session.progress = withoutShares(committed.progress)
      session.commits++
      logCommit(session, step, clock.now() - began)
    }
  } finally {
    session.requests = job.requests + reading.requests()
  }
  return standing.checkpoint.slices.length === 0 ? result : null
}

/** The committed checkpoint with the cuts that were made while it was being committed: the moves commute. */
function withCarvesSince(current: Checkpoint, step: Step): Checkpoint {
  return step.batches.reduce(advance, current)
}

function logCommit({ log, requests }: Session, { batches }: Step, ms: number): void {
  const perResource = new Map<string, number>()
  for (const { source, fetched } of batches) perResource.set(source.name, (perResource.get(source.name) ?? 0) + fetched)
  for (const [resource, fetched] of perResource)
    log.info('committed', { resource, fetched, pages: batches.length, requests, ms: Math.round(ms) })
}
