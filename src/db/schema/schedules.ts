import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgPolicy, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { referenceWithoutKey } from './references.ts'
import { isTick, tenantPolicies } from './tenants.ts'

/** Schedules of provider accounts: the tick sends a job to the queue each time that a schedule is due. */
export const syncSchedules = pgTable(
  'sync_schedules',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Account that the credentials must belong to, without its mode, as in a message. Null if none is named. */
    account: text('account'),
    /** Reference to a secret, or id of a connected account, that the messages have as their accessToken. Null: the configured key of the worker. It never contains a key. */
    reference: text('reference'),
    /** full or incremental. */
    syncType: text('sync_type', { enum: ['full', 'incremental'] })
      .notNull()
      .default('incremental'),
    /** Names of resources, as in additionalData.resources. Null: those that a job reads if none are named. */
    resources: text('resources').array(),
    /** Seconds between two due times. */
    everySeconds: integer('every_seconds').notNull().default(3_600),
    /** Whether the tick chooses every_seconds, from the requests of the last jobs and what the provider allows. */
    auto: boolean('auto').notNull().default(false),
    /** Time at which the next job is due. */
    nextAt: instant('next_at').notNull(),
    /** Time since which the tick sends no jobs. Null if the schedule is active. */
    pausedAt: instant('paused_at'),
    /** Why the schedule is paused, in words. */
    pausedBecause: text('paused_because'),
    /** Number of consecutive jobs that were refused. The tick pauses the schedule after three. At least three if its account was disconnected. */
    rejects: integer('rejects').notNull().default(0),
    /** The last job that was sent. */
    lastJobId: uuid('last_job_id'),
    lastSentAt: instant('last_sent_at'),
    /** Status of the last job when the tick last looked. Null before a worker has seen the job. */
    lastStatus: text('last_status'),
    /** Time at which a job of the schedule last completed. */
    lastSuccessAt: instant('last_success_at'),
    /** Number of requests that each of the last ten ended jobs made, oldest first. */
    recentRequests: integer('recent_requests').array().notNull().default([]),
    /** Time since which no live event of the account has come, though its jobs have found new objects. Null if events come or none are routed here. */
    eventsSilentSince: instant('events_silent_since'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (schedule) => [
    primaryKey({ columns: [schedule.tenantId, schedule.id] }),
    unique('sync_schedules_one_of_a_kind')
      .on(
        schedule.tenantId,
        schedule.provider,
        schedule.account,
        schedule.reference,
        schedule.syncType,
        schedule.resources,
      )
      .nullsNotDistinct(),
    index('sync_schedules_due').on(schedule.nextAt).where(sql`paused_at is null`),
    check('sync_schedules_without_key', referenceWithoutKey),
    check('sync_schedules_sync_type', sql`sync_type in ('full', 'incremental')`),
    check('sync_schedules_every', sql`every_seconds between 60 and 31622400`),
    check('sync_schedules_paused_with_a_reason', sql`(paused_at is null) = (paused_because is null)`),
    check('sync_schedules_rejects', sql`rejects >= 0`),
    ...tenantPolicies,
    pgPolicy('tick', { for: 'all', to: 'public', using: isTick, withCheck: isTick }),
  ],
)
