import { randomUUID } from 'node:crypto'
import { databaseFailure } from '../db/errors.ts'
import { atTheEdge, withRetry } from '../db/retry.ts'
import { asSyncError, SyncError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { type Claim, claim } from './claim.ts'
import { type Failure, fail, pause, retryDelay } from './finish.ts'
import { hasEnded, startHeartbeat } from './lease.ts'
import type { Outcome } from './outcome.ts'
import { read } from './read.ts'
import { requestHash } from './request-hash.ts'
import { type Delivery, type JobDeps, type JobSettings, openSession, type Session } from './session.ts'
import { readProgress } from './state/progress.ts'
import { resultsOf, type SyncJobResult } from './state/result.ts'

/** Deliveries in a row without a commit after which a job fails, by how they ended. */
const stallLimits = { paused: 3, died: 10 } as const

/** Works on one delivery of a job, to the end or as far as time allows. Never throws. */
export async function run(delivery: Delivery, deps: JobDeps): Promise<Outcome> {
  const { request } = delivery
  const log = deps.log.child({ jobId: request.jobId, tenantId: request.tenantId, provider: request.providerName })
  const db = deps.tenant(request.tenantId)
  let claimed: Claim
  try {
    const { settings } = deps
    const owner = `${deps.owner} ${randomUUID()}`
    const hash = delivery.problem ? null : requestHash(request)
    const claimant = { request, hash, sentAt: delivery.sentAt, owner, leaseSeconds: settings.leaseSeconds }
    claimed = await withRetry(() => claim(db, claimant), { policy: atTheEdge, clock: deps.clock })
  } catch (error) {
    return unclaimed(databaseFailure(error), delivery, deps, log)
  }
  if (claimed.kind !== 'claimed') {
    log.info(
      claimed.kind === 'busy' ? 'job waits: its account or the job itself is being worked on' : 'job had ended before',
      { event: claimed.kind === 'busy' ? 'job_busy' : 'job_already_ended', outcome: claimed.kind },
    )
    return claimed.kind === 'busy'
      ? { kind: 'busy', waitSeconds: claimed.waitSeconds + deps.clock.random() * scatterSeconds(deps.settings) }
      : { kind: 'finished' }
  }
  const session = openSession({ ...claimed, db }, delivery, deps, log)
  const stopKeeping = startHeartbeat(db, claimed.lease, () => session.deadline.abort())
  try {
    return await runJob(session, delivery, deps)
  } catch (error) {
    return await recordFailure(session, error, deps)
  } finally {
    stopKeeping()
    session.deadline.close()
  }
}

/** Spreads the jobs that wait for one lease, in proportion to its length. */
const scatterSeconds = ({ leaseSeconds }: JobSettings) => Math.min(15, leaseSeconds / 4)

async function runJob(session: Session, delivery: Delivery, deps: JobDeps): Promise<Outcome> {
  const { job, log, deadline } = session
  const { receiveCount } = delivery
  if (job.checkpoint === null) log.info('job starts', { event: 'job_started', receiveCount })
  else log.info('job goes on', { event: 'job_resumed', receiveCount })
  if (job.bypassesRls) log.warn(loginBypassesRls, { event: 'row_security_bypassed', code: 'row_security_bypassed' })
  session.update({ progress: resultsOf(readProgress(job.progress)) })
  if (job.tenantErased)
    throw new SyncError('reject', 'tenant_erased', 'job: its tenant was erased; nothing of it is read or stored')
  if (delivery.problem) throw delivery.problem
  if (job.stalled > stallLimits.died) throw stalled(job.stalled, 'their workers died: give the function more memory')
  const result = await read(session, deps)
  if (result) {
    log.info('job ends', { event: 'job_completed', outcome: 'completed', status: result.status, result })
    return { kind: 'completed' }
  }
  if (deadline.jobOver())
    throw new SyncError(
      'reject',
      'timeout',
      'job: not done within Worker.TimeoutMinutes; send the same jobId again to go on from its checkpoint',
    )
  if (session.counts.commits === 0 && job.stalled >= stallLimits.paused) {
    const seconds = Math.round(delivery.remainingMs / 1_000)
    throw stalled(
      job.stalled,
      `the last, of ${seconds} s, asked for a single item at a time. Give the function more time, or find out why the provider does not answer`,
    )
  }
  log.info('job pauses: its progress is saved', {
    event: 'job_paused',
    outcome: 'paused',
    requests: session.counts.requests,
  })
  return await withRetry(() => pause(session.db, session.lease, session.counts.requests), {
    policy: atTheEdge,
    clock: deps.clock,
  })
}

const loginBypassesRls =
  'this database login sees the rows of all tenants, because it bypasses row-level security. Give the worker a login that is only a member of billing_sync_worker'

function stalled(deliveries: number, why: string): SyncError {
  return new SyncError('reject', 'stalled', `job: ${deliveries} deliveries in a row ended without a commit; ${why}`)
}

/** Stores how a delivery failed. What cannot be stored is redelivered: the lease runs out by itself. */
async function recordFailure(session: Session, cause: unknown, { clock, settings }: JobDeps): Promise<Outcome> {
  const { db, lease, job, log } = session
  const error = asSyncError(cause)
  if (error.verdict === 'fenced') {
    // If the row cannot be read, the next delivery finds out.
    if (await hasEnded(db, lease).catch(() => false)) {
      log.warn('job was ended from outside, as by cancelling it', { event: 'job_ended_elsewhere', outcome: 'finished' })
      return { kind: 'finished' }
    }
    log.warn('job was taken over by another worker', { event: 'job_taken_over', outcome: 'busy', code: error.code })
    return { kind: 'busy', waitSeconds: lease.seconds }
  }
  try {
    let ended: SyncJobResult | undefined
    const failure: Failure = {
      error,
      attempt: job.attempt,
      maxRetries: settings.maxRetries,
      retryDelaySeconds: settings.retryDelaySeconds,
      requests: session.counts.requests,
      random: clock.random,
      result(stored) {
        ended = session.result({ status: 'failed', resources: session.counts.progress, error: stored })
        return ended
      },
    }
    const outcome = await withRetry(() => fail(db, lease, failure), { policy: atTheEdge, clock })
    const why = { outcome: 'failed', code: error.code }
    if (ended) log.error('job ends', { event: 'job_failed', ...why, status: 'failed', result: ended }, error)
    else log.warn('job will be tried again', { event: 'job_retrying', ...why, retryable: true }, error)
    return outcome
  } catch (second) {
    const failure = databaseFailure(second)
    if (failure.verdict === 'fenced') return { kind: 'busy', waitSeconds: lease.seconds }
    log.error('job failed and its row could not be written', { event: 'job_not_stored', code: failure.code }, error)
    return { kind: 'failed', error, final: false, waitSeconds: lease.seconds }
  }
}

function unclaimed(error: SyncError, delivery: Delivery, { clock, settings }: JobDeps, log: Log): Outcome {
  if (error.verdict === 'unreadable') {
    log.error('message refused', { event: 'message_refused', code: error.code }, error)
    return { kind: 'unreadable', error }
  }
  log.error(
    'job could not be claimed; the message is redelivered',
    { event: 'job_not_claimed', code: error.code },
    error,
  )
  const { retryDelaySeconds } = settings
  const waitSeconds = retryDelay(delivery.receiveCount - 1, { retryDelaySeconds, random: clock.random })
  return { kind: 'failed', error, final: false, waitSeconds }
}
