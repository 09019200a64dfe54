import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytes, count, instant } from './column.ts'
import { referencesOnly, referenceWithoutKey } from './references.ts'
import { isTick, tenantPolicies } from './tenants.ts'

/** Status of a job. `pending`, `running`, `paused` and `retrying` continue. `completed`, `failed` and `cancelled` are final; only a person sets `cancelled`. */
export const jobStatuses = ['pending', 'running', 'paused', 'retrying', 'completed', 'failed', 'cancelled'] as const
export type JobStatus = (typeof jobStatuses)[number]
/** States of a job that has ended. */
export const finalStatuses = ['completed', 'failed', 'cancelled'] as const satisfies readonly JobStatus[]
export type FinalStatus = (typeof finalStatuses)[number]
export const isFinal = (status: string): status is FinalStatus => finalStatuses.some((final) => final === status)

/** A key has none of these shapes. A null on the way to the answer refuses the row, too. */
const sentWithoutKey = sql`sent_with is null or coalesce(sent_with - array['token', 'reference', 'account'] = '{}'
    and coalesce(sent_with ->> 'account', '') ~ '^[a-zA-Z0-9_.:-]{0,255}$'
    and case sent_with ->> 'token'
      when 'none' then sent_with -> 'reference' is null
      when 'key' then sent_with -> 'reference' is null
      when 'secret' then sent_with ->> 'reference' ~ '^(arn:aws|ssm:/)[^[:space:]]+$' and length(sent_with ->> 'reference') <= 2048
      when 'account' then sent_with ->> 'reference' ~ '^[a-zA-Z]{1,20}[_:][a-zA-Z0-9_]{1,250}$'
    end, false)`

/** Sync jobs, a row each: the request, the progress, the worker and the result. */
export const syncJobs = pgTable(
  'sync_jobs',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account of the job, with its mode: acct_1ABC is live, acct_1ABC:test is test mode. Null until the worker knows it. */
    account: text('account'),
    /** pending: waits for its account. running: a worker holds the lease. paused: out of time, sent again. retrying: an attempt failed, another follows. completed, failed, cancelled: final. */
    status: text('status', { enum: jobStatuses }).notNull().default('pending'),
    syncType: text('sync_type').notNull(),
    /** additionalData of the request, as the worker understood it. It never contains a token. */
    options: jsonb('options').notNull().default({}),
    /** What the message named: token (none, key, secret or account), the reference to the secret or account that the token was, and the account. `billing-sync jobs retry` sends the job again with it. It never contains a key. Null for jobs of older versions. */
    sentWith: jsonb('sent_with'),
    /** SHA-256 of the request without its token. A message with the same id and another hash is refused. Null for jobs of older versions. */
    requestHash: bytes('request_hash'),
    /** Number of failed attempts. Worker.MaxRetries limits it. A pause, a wait or an outage is not a failed attempt. */
    attempt: integer('attempt').notNull().default(0),
    /** Number of times that a worker claimed the job. */
    deliveries: integer('deliveries').notNull().default(0),
    /** The last 50 deliveries, oldest first: when each began and ended, how (completed, failed, retrying, paused, busy, cancelled, or lost if its worker gave no sign of life), what it fetched, its requests and commits, the code of its error, its worker. The table writes them by itself. */
    timeline: jsonb('timeline').notNull().default(sql`jsonb_build_array(jsonb_build_object('began', now()))`),
    /** Number of times that the job was paused because time ran out, and sent again. */
    hop: integer('hop').notNull().default(0),
    /** Number of consecutive deliveries that ended without a commit. */
    stalled: integer('stalled').notNull().default(0),
    /** Each claim raises it. A write with an older fence changes nothing. */
    fence: bigint('fence', { mode: 'number' }).notNull().default(0),
    /** Number of committed transactions. After a lost connection it shows whether a commit succeeded. */
    commits: count('commits'),
    /** Name of the worker that holds the lease, while the job is running. */
    leaseOwner: text('lease_owner'),
    /** Time at which the lease ends, by the clock of the database. */
    leaseUntil: instant('lease_until'),
    /** What the job still has to read. Null before the job is planned and after it completed. */
    checkpoint: jsonb('checkpoint'),
    /** For each resource: fetched, created, updated, unchanged, rejected, and the estimated share done (0 to 1). */
    progress: jsonb('progress').notNull().default({}),
    /** Number of items that the provider listed. A row that was asked for by id or marked as deleted is not one. */
    fetched: count('fetched'),
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    /** Number of items that could not be stored; see sync_rejects. */
    rejected: count('rejected'),
    /** Number of rows marked as deleted, because a list lacked them or an event said so. */
    deleted: count('deleted'),
    /** Number of requests to the provider, including failed requests. */
    requests: count('requests'),
    /** The final SyncJobResult of a completed or failed job. */
    result: jsonb('result'),
    /** The last error, as {code, message, retryable}. Null for a completed job. */
    error: jsonb('error'),
    /** What the job waits for, as {code, message}: the provider, the database or the secret store does not answer as it should. Null if it waits for none of them. */
    waitingFor: jsonb('waiting_for'),
    /** Time since which the job waits. Worker.OutageMinutes limits the wait. */
    waitingSince: instant('waiting_since'),
    /** Milliseconds since started_at in which the job waited for an outage to end or for its next delivery. Worker.TimeoutMinutes does not count them. */
    waitedMs: count('waited_ms'),
    /** Time at which a worker first saw the job. */
    createdAt: instant('created_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    /** Earliest time of the next attempt, while the job is retrying. */
    nextAttemptAt: instant('next_attempt_at'),
    finishedAt: instant('finished_at'),
  },
  (job) => [
    // With the provider: workers of 0.1.0 claim by the key without it, and must not.
    primaryKey({ columns: [job.tenantId, job.provider, job.id] }),
    // An id is one tenant's alone: a message that brings another's is told so, and learns nothing else.
    uniqueIndex('sync_jobs_id').on(job.id),
    uniqueIndex('sync_jobs_one_running').on(job.tenantId, job.provider, job.account).where(sql`status = 'running'`),
    index('sync_jobs_tenant').on(job.tenantId, job.createdAt),
    // For operators, who look at all tenants.
    index('sync_jobs_created').on(job.createdAt),
    index('sync_jobs_open').on(job.createdAt).where(sql`finished_at is null`),
    index('sync_jobs_failed').on(job.finishedAt).where(sql`status = 'failed'`),
    // The last success of an account.
    index('sync_jobs_completed')
      .on(job.tenantId, job.provider, job.account, job.syncType, job.finishedAt)
      .where(sql`status = 'completed'`),
    check('sync_jobs_sent_without_key', sentWithoutKey),
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
    check('sync_jobs_waits_for_something', sql`(waiting_for is null) = (waiting_since is null)`),
    // A row that was asked for by id and has changed is written, and was not listed.
    check('sync_jobs_counts_add_up', sql`fetched <= created + updated + unchanged + rejected`),
    check(
      'sync_jobs_no_negatives',
      sql`least(attempt, deliveries, hop, stalled, fence, commits, created, updated, unchanged, rejected, deleted, requests, waited_ms) >= 0`,
    ),
    ...tenantPolicies,
    pgPolicy('tick', { for: 'select', to: 'public', using: sql`${isTick} and finished_at is null` }),
  ],
)

/** Items that could not be stored, with the reason. Each item has a single row, from the latest attempt. */
export const syncRejects = pgTable(
  'sync_rejects',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
    account: text('account').notNull(),
    resource: text('resource').notNull(),
    /** Id of the item, or the SHA-256 of its payload if it has no usable id. */
    itemKey: text('item_key').notNull(),
    jobId: uuid('job_id').notNull(),
    /** SQLSTATE if Postgres refused the item, else a code of the worker such as invalid_item. */
    code: text('code').notNull(),
    reason: text('reason').notNull(),
    /** Payload as text, cut at 64 KiB. It is text because jsonb may refuse it. */
    payload: text('payload').notNull(),
    rejectedAt: instant('rejected_at').notNull().defaultNow(),
  },
  (reject) => [
    primaryKey({ columns: [reject.tenantId, reject.provider, reject.account, reject.resource, reject.itemKey] }),
    ...tenantPolicies,
  ],
)

/** Cursors of the resources of provider accounts: the table of a resource contains all changes up to its cursor, and the next incremental job continues there. */
export const syncCursors = pgTable(
  'sync_cursors',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
    account: text('account').notNull(),
    /** Name of the resource, as in additionalData.resources. */
    resource: text('resource').notNull(),
    /** Time of the cursor, by the clock of the provider. */
    cursor: instant('cursor').notNull(),
    /** Time since which the provider refuses the resource. Its cursor does not move until the provider permits it again. Null if it is read. */
    refusedAt: instant('refused_at'),
    /** Ids of the newest events that were applied, and the second since which they are complete. Only the cursor of the resource events has them. */
    seenEvents: jsonb('seen_events'),
    jobId: uuid('job_id').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (cursor) => [
    primaryKey({ columns: [cursor.tenantId, cursor.provider, cursor.account, cursor.resource] }),
    ...tenantPolicies,
  ],
)

/** Provider accounts of a tenant, a row each. `unknown` stands for rows of 0.1.0 that no account has adopted yet. */
export const syncAccounts = pgTable(
  'sync_accounts',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
    account: text('account').notNull(),
    /** live or test. Null for the account unknown. */
    mode: text('mode'),
    /** Keyed hash of the last key that read the account. The worker does not ask again which account a known key belongs to. */
    credential: text('credential'),
    /** Time from which the account has data: at the provider, when it was opened. Null if the provider did not say. */
    beganAt: instant('began_at'),
    /** Whether rows of the account unknown were found to be this account's. Null if that was not decided yet. */
    adopted: boolean('adopted'),
    /** By resource, creation seconds at which its list was split evenly by the last full job. The next full job reads all these windows at once. */
    listSplits: jsonb('list_splits'),
    /** Last subscription whose past MRR was read from its invoices, while that goes on. */
    mrrSeededTo: text('mrr_seeded_to'),
    /** Time at which the past MRR of all subscriptions was read from invoices. */
    mrrSeededAt: instant('mrr_seeded_at'),
    /** Rows that were written before this time are in mrr_history. */
    mrrComputedAt: instant('mrr_computed_at'),
    firstSeenAt: instant('first_seen_at').notNull().defaultNow(),
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
    /** Reference to the secret with which live events of the account fetch objects, or the id of a connected account. Null: the configured key of the worker. It never contains a key. */
    reference: text('reference'),
    /** References to the signing secrets of the webhooks of the account. While a secret is replaced there are two. They never contain a secret. */
    webhookSecrets: text('webhook_secrets').array().notNull().default([]),
    /** active, paused or disconnected. Live events of an account that is not active are acknowledged and not applied. */
    state: text('state', { enum: ['active', 'paused', 'disconnected'] })
      .notNull()
      .default('active'),
    /** Why the account is not active, in words. */
    stateBecause: text('state_because'),
  },
  (account) => [
    primaryKey({ columns: [account.tenantId, account.provider, account.account] }),
    check('sync_accounts_without_key', referenceWithoutKey),
    check('sync_accounts_webhook_secrets', referencesOnly),
    check('sync_accounts_state', sql`state in ('active', 'paused', 'disconnected')`),
    check('sync_accounts_not_active_with_a_reason', sql`(state = 'active') = (state_because is null)`),
    ...tenantPolicies,
  ],
)
