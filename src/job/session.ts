import * as z from 'zod'
import type { Clock } from '../clock.ts'
import type { TenantDatabase } from '../db/open.ts'
import type { SyncError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Provider } from '../provider/contract.ts'
import type { Claim, ClaimedJob } from './claim.ts'
import { type Deadline, watchTime } from './deadline.ts'
import type { Lease } from './lease.ts'
import type { SyncJobRequest } from './request.ts'
import type { SyncJobResult } from './state/result.ts'
import { trackWaits, type Wait, type WaitColumns, type Waits } from './waits.ts'
import { type JobWatch, rowsGained } from './watch.ts'

export interface JobSettings {
  readonly maxRetries: number
  readonly retryDelaySeconds: number
  readonly batchSize: number
  /** Over all deliveries; Infinity: no limit. */
  readonly timeoutMs: number
  /** How long a job waits for an outage of the provider or the database to end. */
  readonly outageMs: number
  readonly leaseSeconds: number
}

export interface JobDeps {
  /** The rows of that tenant, and no others. */
  tenant(id: string): TenantDatabase
  readonly clock: Clock
  readonly log: Log
  readonly settings: JobSettings
  /** Names this worker in the lease. */
  readonly owner: string
  /** The provider of that name. @throws SyncError with verdict `reject` where there is none */
  provider(name: string): Promise<Provider>
  /** Reads what an `accessToken` refers to. */
  readonly secrets: Secrets
  readonly watch?: JobWatch
}

/** A token that is no reference comes back as it is. */
export interface Secrets {
  /** @throws SyncError */
  open(request: SyncJobRequest): Promise<string | undefined>
  /** Looks again, now that the provider does not accept `refused`. @throws SyncError */
  renew(request: SyncJobRequest, refused: string | undefined): Promise<string | undefined>
}

/** One delivery of a job. */
export interface Delivery {
  readonly request: SyncJobRequest
  /** What is wrong with the rest of the message, where only the job's identity could be read. */
  readonly problem?: SyncError
  readonly sentAt: Date | undefined
  /** How often the queue has delivered this message. */
  readonly receiveCount: number
  /** Milliseconds until this invocation is ended from outside. */
  readonly remainingMs: number
  /** Aborted when this process is asked to stop. */
  readonly shutdown?: AbortSignal
}

/** What grows while a delivery is worked on. */
interface SessionCounts {
  /** Requests made to the provider over all deliveries. */
  requests: number
  /** Commits of this delivery. */
  commits: number
  /** The account of the job; null until it is known. */
  account: string | null
  /** Names of the lists that the job reads. Empty until it is planned. */
  resources: readonly string[]
  /** What became of the items so far. */
  progress: SyncJobResult['resources']
}

/** A claimed job with what working on it needs. */
export interface Session {
  readonly db: TenantDatabase
  readonly request: SyncJobRequest
  readonly lease: Lease
  readonly job: ClaimedJob
  readonly deadline: Deadline
  /** Each line names the account from when it is known. */
  readonly log: Log
  readonly waits: Waits
  /** Logs what the job waits for, at most once a minute. */
  logWait(): void
  /** The columns of the row that say what the job waits for. */
  waitColumns(wait?: Pick<Wait, 'waitingFor' | 'since'> | null): WaitColumns
  /** The moment of the claim, in the milliseconds of the worker's clock. */
  readonly claimedAt: number
  /** The database's clock, in milliseconds since 1970. */
  databaseNow(): number
  readonly counts: Readonly<SessionCounts>
  /** Replaces some of `counts`: the only way to change the session. */
  update(change: Partial<SessionCounts>): void
  result(
    ending: Pick<SyncJobResult, 'status' | 'resources' | 'error'> &
      Partial<Pick<SyncJobResult, 'syncType' | 'note' | 'estimate'>>,
  ): SyncJobResult
}

const storedWait = z.object({ code: z.string(), message: z.string() })

/** The wait that the row had at the claim, in the milliseconds of the worker's clock. */
function waitBefore({ waitingFor, waitingSince, databaseNow }: ClaimedJob, claimedAt: number) {
  const parsed = storedWait.safeParse(waitingFor)
  if (!parsed.success || !waitingSince) return null
  return { waitingFor: parsed.data, since: claimedAt + waitingSince.getTime() - databaseNow }
}

/** A rate limit of a minute needs no look. */
const longWaitMs = 900_000

export function openSession(
  { db, lease, job }: Extract<Claim, { kind: 'claimed' }> & Pick<Session, 'db'>,
  delivery: Delivery,
  { clock, settings, watch }: JobDeps,
  log: Log,
): Session {
  const { request } = delivery
  const claimedAt = clock.now()
  const waits = trackWaits(clock.now, waitBefore(job, claimedAt))
  const left = { invocation: delivery.remainingMs, job: settings.timeoutMs - (job.elapsedMs - job.waitedMs) }
  const deadline = watchTime(left, delivery.shutdown, waits.waitedMs)
  const ofAccount = (account: string | null) =>
    log.child({ attempt: job.attempt, hop: job.hop, fence: lease.fence, ...(account !== null && { account }) })
  let jobLog = ofAccount(job.account)
  const counts: SessionCounts = {
    requests: job.requests,
    commits: 0,
    account: job.account,
    resources: [],
    progress: {},
  }
  return {
    db,
    request,
    lease,
    job,
    deadline,
    get log() {
      return jobLog
    },
    waits,
    logWait() {
      const wait = waits.due()
      if (!wait) return
      const { code, message } = wait.error
      const waitMs = Math.round(clock.now() - wait.since)
      jobLog.warn('the job waits and repeats its requests', {
        event: 'request_retrying',
        code,
        reason: message,
        count: wait.failures,
        waitMs,
      })
      if (waitMs >= longWaitMs) watch?.waiting(code)
    },
    waitColumns: (wait = waits.longest()) => ({
      waitingFor: wait?.waitingFor ?? null,
      waitingSince: wait ? new Date(job.databaseNow + wait.since - claimedAt) : null,
      waitedMs: Math.round(job.waitedMs + waits.waitedMs()),
    }),
    claimedAt,
    databaseNow: () => job.databaseNow + clock.now() - claimedAt,
    counts,
    update(change) {
      if (change.commits !== undefined) {
        waits.progressed()
        if (change.progress) watch?.committed(rowsGained(counts.progress, change.progress))
      }
      if (change.account !== undefined) jobLog = ofAccount(change.account)
      Object.assign(counts, change)
    },
    result(ending) {
      const startedAt = job.startedAt ?? job.createdAt
      const durationMs = Math.round(job.elapsedMs + clock.now() - claimedAt)
      const finishedAt = new Date(startedAt.getTime() + durationMs)
      return {
        jobId: request.jobId,
        tenantId: request.tenantId,
        provider: request.providerName,
        account: counts.account,
        syncType: request.additionalData.syncType,
        ...ending,
        requests: counts.requests,
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
        durationMs,
      }
    },
  }
}
