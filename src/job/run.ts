import { randomUUID } from 'node:crypto'
import { databaseFailure } from '../db/errors.ts'
import { atTheEdge, withRetry } from '../db/retry.ts'
import { asSyncError, SyncError } from '../errors.ts'
import { standBack } from './account-lease.ts'
import { readsRevenue } from './changes-revenue.ts'
import { type Claim, claim } from './claim.ts'
import { type Failure, fail, pause } from './finish.ts'
import { hasEnded, startHeartbeat } from './lease.ts'
import { isOutage } from './outage.ts'
import type { Outcome } from './outcome.ts'
import { read } from './read.ts'
import { requestHash } from './request-hash.ts'
import { refreshRevenue } from './revenue.ts'
import { sentWithOf } from './sent-with.ts'
import { type Delivery, type JobDeps, openSession, type Session } from './session.ts'
import { refuseDying, waitOrStall } from './stall.ts'
import { readProgress } from './state/progress.ts'
import { resultsOf, type SyncJobResult } from './state/result.ts'
import { declined, unclaimed } from './unclaimed.ts'

/** Works on one delivery of a job, to the end or as far as time allows. Never throws. */
export async function run(delivery: Delivery, deps: JobDeps): Promise<Outcome> {
  const { request } = delivery
  const log = deps.log.child({ jobId: request.jobId, tenantId: request.tenantId, provider: request.providerName })
  const db = deps.tenant(request.tenantId)
  const receivedAt = deps.clock.now()
  let claimed: Claim
  try {
    const { settings } = deps
    const owner = `${deps.owner} ${randomUUID()}`
    const hash = delivery.problem ? null : requestHash(request)
    const sentWith = delivery.problem ? null : await sentWithOf(request, deps)
    const claimant = { request, hash, sentWith, sentAt: delivery.sentAt, owner, leaseSeconds: settings.leaseSeconds }
    claimed = await withRetry(() => claim(db, claimant), { policy: atTheEdge, clock: deps.clock })
  } catch (error) {
    return unclaimed(databaseFailure(error), delivery, deps, log)
  }
  if (claimed.kind !== 'claimed') return declined(claimed, deps, log)
  const session = openSession({ ...claimed, db }, delivery, deps, log)
  const waitColumns = () => {
    session.logWait()
    return session.waitColumns()
  }
  const stopKeeping = startHeartbeat({ db, lease: claimed.lease, waitColumns }, () => session.deadline.abort())
  try {
    const outcome = await runJob(session, delivery, deps)
    if (outcome.kind === 'completed') {
      // The lease has ended with the job: a heartbeat would take it for lost.
      stopKeeping()
      const remainingMs = delivery.remainingMs - (deps.clock.now() - receivedAt)
      if (readsRevenue(session)) await refreshRevenue(session, { ...delivery, remainingMs })
    }
    return outcome
  } catch (error) {
    return await recordFailure(session, error, deps)
  } finally {
    stopKeeping()
    session.deadline.close()
  }
}

async function runJob(session: Session, delivery: Delivery, deps: JobDeps): Promise<Outcome> {
  const { job, log, deadline } = session
  const { receiveCount } = delivery
  if (job.checkpoint === null) log.info('job starts', { event: 'job_started', receiveCount })
  else log.info('job goes on', { event: 'job_resumed', receiveCount })
  if (job.bypassesRls) log.warn(loginBypassesRls, { event: 'row_security_bypassed', code: 'row_security_bypassed' })
  else if (job.ownsTables) log.warn(loginOwnsTables, { event: 'login_owns_tables', code: 'login_owns_tables' })
  session.update({ progress: resultsOf(readProgress(job.progress)) })
  if (job.tenantErased)
    throw new SyncError(
      'reject',
      'tenant_erased',
      'job: its tenant was erased, so nothing of it is read or stored. Stop sending its jobs, or let the tenant back (docs/operations.md).',
    )
  if (delivery.problem) throw delivery.problem
  refuseDying(session)
  // Loaded for such jobs only.
  const { dryRun } = session.request.additionalData
  const result = dryRun ? await (await import('./dry-run.ts')).dryRun(session, deps) : await read(session, deps)
  if (result) {
    deps.watch?.jobEnded({ status: 'completed', durationMs: result.durationMs })
    session.log.info('job ends', { event: 'job_completed', outcome: 'completed', status: result.status, result })
    return { kind: 'completed' }
  }
  if (deadline.jobOver())
    throw new SyncError(
      'reject',
      'timeout',
      `job: it was not done within ${deps.settings.timeoutMs / 60_000} minutes (Worker.TimeoutMinutes). Send the same jobId again to go on from its checkpoint.`,
    )
  const wait = waitOrStall(session, delivery)
  session.log.info('job pauses: its progress is saved', {
    event: 'job_paused',
    outcome: 'paused',
    requests: session.counts.requests,
  })
  const left = { ...session.waitColumns(wait), requests: session.counts.requests }
  return await withRetry(() => pause(session.db, session.lease, left), {
    policy: atTheEdge,
    clock: deps.clock,
  })
}

const loginOwnsTables =
  'the database login owns the tables, so it may change them and switch row-level security off. Give the worker a login that is only a member of billing_sync_worker.'

const loginBypassesRls =
  'the database login sees the rows of all tenants, because it bypasses row-level security. Give the worker a login that is only a member of billing_sync_worker.'

/** Stores how a delivery failed. What cannot be stored is redelivered: the lease runs out by itself. */
async function recordFailure(session: Session, cause: unknown, deps: JobDeps): Promise<Outcome> {
  const { clock, settings } = deps
  const { db, lease, job, log } = session
  const error = asSyncError(cause)
  if (error.verdict === 'fenced') {
    // If the row cannot be read, the next delivery finds out.
    if (await hasEnded(db, lease).catch(() => false)) {
      log.warn('job was ended from outside, as by cancelling it', { event: 'job_ended_elsewhere', outcome: 'finished' })
      return { kind: 'finished' }
    }
    deps.watch?.leaseLost()
    log.warn('job was taken over by another worker', { event: 'job_taken_over', outcome: 'busy', code: error.code })
    return { kind: 'busy', waitSeconds: lease.seconds }
  }
  if (error.verdict === 'busy') {
    await withRetry(() => standBack(db, lease, session.counts.account), { policy: atTheEdge, clock }).catch(() => {})
    return declined({ kind: 'busy', waitSeconds: (error.retryAfter ?? 0) / 1_000 }, deps, log)
  }
  try {
    let ended: SyncJobResult | undefined
    const outage = outageOf(session, error, deps)
    const failure: Failure = {
      error,
      outage,
      columns: session.waitColumns(
        outage && { waitingFor: { code: error.code, message: error.message }, since: outage.since },
      ),
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
    const waitMs = outcome.kind === 'failed' ? outcome.waitSeconds * 1_000 : 0
    if (ended) {
      deps.watch?.jobEnded({ status: 'failed', durationMs: ended.durationMs })
      log.error(
        `the job fails. ${ended.error?.message}`,
        { event: 'job_failed', ...why, status: 'failed', result: ended },
        error,
      )
    } else
      log.warn(
        `the job is tried again. ${error.message}`,
        { event: 'job_retrying', ...why, retryable: true, waitMs },
        error,
      )
    return outcome
  } catch (second) {
    const failure = databaseFailure(second)
    if (failure.verdict === 'fenced') return { kind: 'busy', waitSeconds: lease.seconds }
    log.error(
      `the job failed and its row could not be written. ${error.message}`,
      { event: 'job_not_stored', code: failure.code },
      error,
    )
    return { kind: 'failed', error, final: false, waitSeconds: lease.seconds, outage: isOutage(failure) }
  }
}

/** The outage that the error is; null if the error is another. Its wait goes on from an earlier delivery without a commit since. */
function outageOf({ waits }: Session, error: SyncError, { clock, settings }: JobDeps) {
  if (!isOutage(error)) return null
  const now = clock.now()
  const since = waits.longest()?.since ?? now
  return { since, waitedMs: now - since, patienceMs: settings.outageMs }
}
