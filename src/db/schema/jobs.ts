import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { count, instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** Where a job is. `pending running paused retrying` go on; `completed failed cancelled` are ends, the last by SQL alone. */
export const jobStatuses = ['pending', 'running', 'paused', 'retrying', 'completed', 'failed', 'cancelled'] as const
export type JobStatus = (typeof jobStatuses)[number]

/** One row a SyncJobRequest: what was asked, how far it is, who works on it, how it ended. */
export const syncJobs = pgTable(
  'sync_jobs',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** The provider account that was read, with its mode: `acct_1ABC` live, `acct_1ABC:test` otherwise; null before the first commit. */
    account: text('account'),
    status: text('status', { enum: jobStatuses }).notNull().default('pending'),
    syncType: text('sync_type').notNull(),
    /** The request's additionalData as understood; never a token. */
    options: jsonb('options').notNull().default({}),
    /** Failed attempts so far; bounded by Worker.MaxRetries. A pause or a wait is none. */
    attempt: integer('attempt').notNull().default(0),
    /** How often a worker has taken the job up. */
    deliveries: integer('deliveries').notNull().default(0),
    /** How often the job was paused and sent again, out of time. */
    hop: integer('hop').notNull().default(0),
    /** Deliveries in a row that ended without a commit. */
    stalled: integer('stalled').notNull().default(0),
    /** Raised by each claim; a write with an older fence changes nothing. */
    fence: bigint('fence', { mode: 'number' }).notNull().default(0),
    /** Transactions committed for this job; tells after a lost connection whether a commit went in. */
    commits: count('commits'),
    leaseOwner: text('lease_owner'),
    /** By the database's clock. */
    leaseUntil: instant('lease_until'),
    /** What is still to be read. */
    checkpoint: jsonb('checkpoint'),
    /** Per resource: fetched, created, updated, unchanged, rejected and the estimated share done (0 to 1). */
    progress: jsonb('progress').notNull().default({}),
    fetched: count('fetched'),
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    rejected: count('rejected'),
    /** Rows marked as deleted. */
    deleted: count('deleted'),
    /** Requests made to the provider, failed ones too. */
    requests: count('requests'),
    /** The final SyncJobResult. */
    result: jsonb('result'),
    /** The last error as {code, message, retryable}; null on a completed job. */
    error: jsonb('error'),
    /** When the job was first seen by a worker. */
    createdAt: instant('created_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    /** No attempt before this moment, while retrying. */
    nextAttemptAt: instant('next_attempt_at'),
    finishedAt: instant('finished_at'),
  },
  (job) => [
    primaryKey({ columns: [job.tenantId, job.id] }),
    // An id is one tenant's alone: a message that brings another's is told so, and learns nothing else.
    uniqueIndex('sync_jobs_id').on(job.id),
    uniqueIndex('sync_jobs_one_running').on(job.tenantId, job.provider).where(sql`status = 'running'`),
    index('sync_jobs_tenant').on(job.tenantId, job.createdAt),
    check(
      'sync_jobs_status',
      sql`status in ('pending', 'running', 'paused', 'retrying', 'completed', 'failed', 'cancelled')`,
    ),
    check(
      'sync_jobs_lease_while_running',
      sql`(status = 'running') = (lease_owner is not null and lease_until is not null)`,
    ),
    check(
      'sync_jobs_finished_at_an_end',
      sql`(status in ('completed', 'failed', 'cancelled')) = (finished_at is not null)`,
    ),
    check('sync_jobs_result_at_an_end', sql`(status in ('completed', 'failed')) = (result is not null)`),
    check('sync_jobs_completed_has_nothing_left', sql`status <> 'completed' or (checkpoint is null and error is null)`),
    check('sync_jobs_failure_has_error', sql`status not in ('failed', 'retrying') or error is not null`),
    check('sync_jobs_counts_add_up', sql`fetched = created + updated + unchanged + rejected`),
    check(
      'sync_jobs_no_negatives',
      sql`least(attempt, deliveries, hop, stalled, fence, commits, created, updated, unchanged, rejected, deleted, requests) >= 0`,
    ),
    ...tenantPolicies,
  ],
)

/** Items that could not be stored, with the reason. The latest try of an item wins. */
export const syncRejects = pgTable(
  'sync_rejects',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    resource: text('resource').notNull(),
    /** The item's id, or the SHA-256 of its payload where it has no usable id. */
    itemKey: text('item_key').notNull(),
    jobId: uuid('job_id').notNull(),
    /** SQLSTATE, or `invalid_item` when the worker refused it. */
    code: text('code').notNull(),
    reason: text('reason').notNull(),
    /** The payload as text, cut at 64 KiB; text because jsonb may be what refused it. */
    payload: text('payload').notNull(),
    rejectedAt: instant('rejected_at').notNull().defaultNow(),
  },
  (reject) => [
    primaryKey({ columns: [reject.tenantId, reject.provider, reject.resource, reject.itemKey] }),
    ...tenantPolicies,
  ],
)

/** Up to when the changes of a provider account are in the tables; the next incremental job goes on from there. */
export const syncCursors = pgTable(
  'sync_cursors',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** The provider account with its mode: `acct_1ABC` live, `acct_1ABC:test` otherwise. */
    account: text('account').notNull(),
    /** The provider's clock. */
    cursor: instant('cursor').notNull(),
    /** Resources that are complete up to the cursor. */
    resources: text('resources').array().notNull(),
    jobId: uuid('job_id').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (cursor) => [primaryKey({ columns: [cursor.tenantId, cursor.provider, cursor.account] }), ...tenantPolicies],
)

/** The provider accounts that a tenant's rows were read from. A tenant with several is never reconciled: its rows do not say whose they are. */
export const syncAccounts = pgTable(
  'sync_accounts',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** The provider account with its mode: `acct_1ABC` live, `acct_1ABC:test` otherwise; `key_` and a hash where the key may not ask for it. */
    account: text('account').notNull(),
    /** A keyed hash of the last key that read the account. A known key is not asked about again. */
    credential: text('credential'),
    firstSeenAt: instant('first_seen_at').notNull().defaultNow(),
  },
  (account) => [primaryKey({ columns: [account.tenantId, account.provider, account.account] }), ...tenantPolicies],
)
