import { bigint, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { count, instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** Live events of provider accounts by the hour: how many came, what became of them, and how late they were. */
export const syncEventCounts = pgTable(
  'sync_event_counts',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
    account: text('account').notNull(),
    /** Beginning of the hour in which the events were applied. */
    hour: instant('hour').notNull(),
    /** 0 to 7. Several writers count at once, each in a row of its own: an account has up to eight rows an hour. Add them up. */
    shard: smallint('shard').notNull(),
    received: count('received'),
    /** Number of events that wrote a row, or marked one as deleted. */
    applied: count('applied'),
    /** Number of events that were not newer than the stored row. */
    unchanged: count('unchanged'),
    /** Number of events that share their second with another event of the same object. The worker fetched the object instead. */
    tied: count('tied'),
    /** Number of requests to the provider. */
    retrieved: count('retrieved'),
    /** Number of events whose object could not be stored; see sync_rejects. */
    rejected: count('rejected'),
    /** Number of events about objects that are not stored. */
    skipped: count('skipped'),
    /** Sum over all events of the milliseconds from the sending of the message to the commit. */
    lagMsSum: bigint('lag_ms_sum', { mode: 'number' }).notNull().default(0),
    /** Milliseconds from the sending of the message to the commit, of the slowest event. */
    lagMsMax: integer('lag_ms_max').notNull().default(0),
  },
  (counts) => [
    primaryKey({ columns: [counts.tenantId, counts.provider, counts.account, counts.hour, counts.shard] }),
    ...tenantPolicies,
  ],
)
