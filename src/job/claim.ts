import { and, eq, getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import { codeOf, constraintOf } from '../db/errors.ts'
import type { TenantDatabase } from '../db/open.ts'
import { type FinalStatus, isFinal, syncJobs } from '../db/schema.ts'
import { hasTombstones, isTenantErased } from '../erasure/tombstones.ts'
import { SyncError } from '../errors.ts'
import { type KnownAccount, knownAccounts } from './account.ts'
import { freeAccount, secondsLeft, secondsUntilFree } from './account-lease.ts'
import { notification } from './commit/notify.ts'
import { hasRejects } from './commit/rejects.ts'
import { type Lease, leaseEnd } from './lease.ts'
import { providerKeyOf, type SyncJobRequest } from './request.ts'
import { reusedJobId } from './request-hash.ts'
import type { SentWith } from './sent-with.ts'

/** The job's row as it was when claimed. */
export type ClaimedJob = typeof syncJobs.$inferSelect & {
  /** How long it has been worked on, by the database's clock. */
  readonly elapsedMs: number
  /** The accounts of this tenant and provider that jobs have read, and `unknown`. */
  readonly accounts: readonly KnownAccount[]
  /** The database's clock at the claim, in milliseconds since 1970. */
  readonly databaseNow: number
  /** Whether an account of the tenant has rows in `sync_rejects`. */
  readonly hadRejects: boolean
  /** Whether something of the account was erased, so that commits must look out for it. */
  readonly hadErased: boolean
  /** Whether the tenant was erased whole. */
  readonly tenantErased: boolean
  /** Whether this login owns the tables, so that it may change them and switch row-level security off. */
  readonly ownsTables: boolean
  /** Whether this login sees the rows of all tenants, as a superuser does: row-level security is bypassed. */
  readonly bypassesRls: boolean
}

export type Claim =
  | { readonly kind: 'claimed'; readonly lease: Lease; readonly job: ClaimedJob }
  | { readonly kind: 'finished'; readonly status: FinalStatus; readonly code: string | null }
  | { readonly kind: 'busy'; readonly waitSeconds: number }

export interface Claimant {
  readonly request: SyncJobRequest
  /** See `requestHash`; null if only the identity of the request could be read. */
  readonly hash: Buffer | null
  /** Null if only the identity of the request could be read. */
  readonly sentWith: SentWith | null
  /** When the message was sent. Only a message sent after a job's end takes the job up again. */
  readonly sentAt: Date | undefined
  /** Of this delivery alone. */
  readonly owner: string
  readonly leaseSeconds: number
}

/** Claims the job in one statement, by the database's clock; makes its row where there is none. @throws SyncError */
export async function claim(db: TenantDatabase, claimant: Claimant): Promise<Claim> {
  const { request } = claimant
  for (let tries = 0; ; tries++) {
    try {
      const [job] = await claimRow(db, claimant)
      if (job)
        return { kind: 'claimed', lease: { jobId: job.id, fence: job.fence, seconds: claimant.leaseSeconds }, job }
      return await explainRefusal(db, claimant)
    } catch (error) {
      if (codeOf(error) !== '23505') throw error
      // The id is taken: by another tenant, whose row is not seen here, or by this very job a moment ago.
      if (constraintOf(error) === 'sync_jobs_id') return await explainRefusal(db, claimant)
      // A job that goes on names its account, and another job of this account is running. If that one's worker is dead, its
      // lease is over and the account is free.
      const rival = await accountOf(db, request)
      if (tries > 0 || !(await freeAccount(db, rival)))
        return { kind: 'busy', waitSeconds: await secondsUntilFree(db, rival) }
    }
  }
}

function claimRow(
  db: TenantDatabase,
  { request, hash, sentWith, sentAt, owner, leaseSeconds }: Claimant,
): Promise<ClaimedJob[]> {
  const old = syncJobs
  const providerKey = providerKeyOf(request)
  const running = {
    status: 'running',
    leaseOwner: owner,
    leaseUntil: leaseEnd(leaseSeconds),
    nextAttemptAt: null,
  } as const
  // The answer to this very claim was lost: it is made again.
  const repeated = sql`(${old.status} = 'running' and ${old.leaseOwner} = ${owner})`
  const { forceRefresh } = request.additionalData
  const endedBefore = sql`(${old.finishedAt} is not null and ${old.finishedAt} < coalesce(${sentAt?.toISOString() ?? null}::timestamptz, now()))`
  const mayGoOn = sql`(${old.status} = 'failed' and (${old.error} ->> 'retryable' = 'true' or ${old.error} ->> 'code' in ${resumable}))`
  const taken = sql`(${endedBefore} and (${forceRefresh} or ${mayGoOn}))`
  // The job's clocks start again; its checkpoint and counts stay, unless the message asks to start over.
  const again = (fresh: SQL, kept: SQL) => sql`case when ${taken} then ${fresh} else ${kept} end`
  const restart = sql`(${taken} and ${forceRefresh})`
  const afresh = (column: SQL) => sql`case when ${restart} then 0 else ${column} end`
  // No worker had the job between two deliveries, and none has it since its lease ended.
  const leftAt = sql`case when ${old.status} in ('paused', 'retrying') then ${old.updatedAt} when ${old.status} = 'running' then ${old.leaseUntil} end`
  const gap = sql`case when ${old.startedAt} is null then 0 else greatest(0, coalesce(extract(epoch from now() - ${leftAt}), 0) * 1000)::bigint end`
  const fresh = {
    ...identity(request, hash),
    sentWith,
    ...running,
    fence: 1,
    deliveries: 1,
    stalled: 1,
    startedAt: sql`now()`,
  }
  // The row is complete, its tenant named, before any policy looks at it or at what is there already.
  return db.alone((statement, tenant) =>
    statement
      .insert(syncJobs)
      .values({ ...fresh, tenantId: tenant })
      .onConflictDoUpdate({
        target: [old.tenantId, old.provider, old.id],
        set: {
          ...running,
          fence: sql`${old.fence} + 1`,
          deliveries: sql`case when ${repeated} then ${old.deliveries} else ${old.deliveries} + 1 end`,
          stalled: again(
            sql`1`,
            sql`case when ${repeated} then ${old.stalled} when ${old.status} = 'retrying' then greatest(1, ${old.stalled}) else ${old.stalled} + 1 end`,
          ),
          attempt: again(sql`0`, sql`${old.attempt}`),
          waitingFor: again(sql`null`, sql`${old.waitingFor}`),
          waitingSince: again(sql`null`, sql`${old.waitingSince}`),
          waitedMs: again(sql`0`, sql`${old.waitedMs} + ${gap}`),
          syncType: sql`case when ${restart} then excluded.sync_type else ${old.syncType} end`,
          account: sql`case when ${restart} then null else ${old.account} end`,
          startedAt: again(sql`now()`, sql`coalesce(${old.startedAt}, now())`),
          finishedAt: null,
          result: null,
          options: sql`case when ${restart} then excluded.options else ${old.options} end`,
          // The token of a message may differ from that of the first.
          sentWith: sql`coalesce(excluded.sent_with, ${old.sentWith})`,
          requestHash: sql`coalesce(excluded.request_hash, ${old.requestHash})`,
          error: again(sql`null`, sql`${old.error}`),
          checkpoint: sql`case when ${restart} then null else ${old.checkpoint} end`,
          progress: sql`case when ${restart} then '{}'::jsonb else ${old.progress} end`,
          fetched: afresh(sql`${old.fetched}`),
          created: afresh(sql`${old.created}`),
          updated: afresh(sql`${old.updated}`),
          unchanged: afresh(sql`${old.unchanged}`),
          rejected: afresh(sql`${old.rejected}`),
          deleted: afresh(sql`${old.deleted}`),
          requests: afresh(sql`${old.requests}`),
          updatedAt: sql`now()`,
        },
        setWhere: sql`${old.provider} = ${request.providerName}
          and (coalesce(${old.requestHash} = excluded.request_hash, true) or ${restart})
          and (${old.status} in ('pending', 'paused', 'retrying') or (${old.status} = 'running' and ${old.leaseUntil} < now()) or ${repeated} or ${taken})`,
      })
      .returning({
        ...getTableColumns(syncJobs),
        notified: notification,
        hadRejects: hasRejects(providerKey),
        hadErased: hasTombstones(providerKey),
        accounts: knownAccounts(providerKey, request.additionalData),
        databaseNow: sql<number>`(extract(epoch from now()) * 1000)::float8`,
        tenantErased: isTenantErased(request.tenantId),
        ownsTables: sql<boolean>`(select pg_get_userbyid(relowner) = current_user from pg_class where oid = ${getTableName(syncJobs)}::text::regclass)`,
        bypassesRls: sql<boolean>`not row_security_active(${getTableName(syncJobs)}::text)`,
        elapsedMs: sql<number>`(extract(epoch from now() - ${syncJobs.startedAt}) * 1000)::float8`,
      }),
  )
}

/** Codes of failures that are not retried, and after which the job goes on when it is sent again. */
export const resumableCodes = ['timeout', 'stalled'] as const
const resumable = sql.raw(`('${resumableCodes.join(`', '`)}')`)

function identity({ jobId, tenantId, providerName, additionalData }: SyncJobRequest, requestHash: Buffer | null) {
  const meaning = { syncType: additionalData.syncType, options: additionalData, requestHash }
  return { id: jobId, tenantId, provider: providerName, ...meaning }
}

async function explainRefusal(db: TenantDatabase, { request, hash }: Claimant): Promise<Claim> {
  const { provider, options, requestHash: storedHash } = syncJobs
  const code = sql<string | null>`${syncJobs.error} ->> 'code'`
  const columns = { provider, status: syncJobs.status, code, options, storedHash, left: secondsLeft }
  const [job] = await db.read((tx) => tx.select(columns).from(syncJobs).where(isJob(request)))
  if (job?.provider !== request.providerName) throw belongsToAnother()
  if (hash && job.storedHash && !job.storedHash.equals(hash)) throw reusedJobId(job, request)
  const { status, left, code: endedWith } = job
  // A job that another worker has paused since the claim may be claimed by the next try.
  return isFinal(status) ? { kind: 'finished', status, code: endedWith } : { kind: 'busy', waitSeconds: left }
}

/** The request's row. It names the tenant, too, for logins that see the rows of several. */
const isJob = ({ jobId, tenantId }: SyncJobRequest) => and(eq(syncJobs.tenantId, tenantId), eq(syncJobs.id, jobId))

function belongsToAnother(): SyncError {
  return new SyncError(
    'unreadable',
    'job_belongs_to_another',
    'message: its jobId belongs to a job of another tenant or provider. Send it with a new jobId.',
  )
}

/** The account that the job's row names. */
async function accountOf(db: TenantDatabase, request: SyncJobRequest) {
  const [job] = await db.read((tx) => tx.select({ account: syncJobs.account }).from(syncJobs).where(isJob(request)))
  return { ...providerKeyOf(request), account: job?.account ?? '', jobId: request.jobId }
}
