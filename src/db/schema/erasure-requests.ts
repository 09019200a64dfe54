import { sql } from 'drizzle-orm'
import { check, index, jsonb, pgPolicy, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { isTick, tenantPolicies } from './tenants.ts'

/** What providers ask for about persons: to erase a customer or an account, or to export a customer. billing-sync erase --pending and billing-sync export --pending carry them out. */
export const erasureRequests = pgTable(
  'erasure_requests',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode. */
    account: text('account').notNull(),
    /** erase-customer, erase-account or export-customer. */
    kind: text('kind', { enum: ['erase-customer', 'erase-account', 'export-customer'] }).notNull(),
    /** Id of the customer at the provider, and after the erasure its hash, as erased_ids has it. Null if the request is about the whole account. */
    customer: text('customer'),
    /** Ids of other objects that the request names, such as orders, and after the erasure their hashes. */
    objects: jsonb('objects').$type<readonly string[]>().notNull().default([]),
    requestedAt: instant('requested_at').notNull().defaultNow(),
    /** Time by which the provider wants the request carried out. */
    dueAt: instant('due_at').notNull(),
    /** Time at which the request was carried out. Null before. */
    doneAt: instant('done_at'),
    /** Rows that were removed or exported, by table. Null before the request was carried out. */
    rows: jsonb('rows'),
    /** Time of the last attempt, if it failed. Null otherwise. */
    failedAt: instant('failed_at'),
    /** Why the last attempt failed, in words. */
    failedBecause: text('failed_because'),
    /** Process that carries out the request now. Null if none does. */
    claimedBy: uuid('claimed_by'),
    /** Time from which another process may take the request over. Each transaction of an erasure moves it on. */
    claimedUntil: instant('claimed_until'),
  },
  (request) => [
    primaryKey({ columns: [request.tenantId, request.id] }),
    uniqueIndex('erasure_requests_open')
      .on(
        request.tenantId,
        request.provider,
        request.account,
        request.kind,
        sql`coalesce(customer, '')`,
        sql`md5(objects::text)`,
      )
      .where(sql`done_at is null`),
    index('erasure_requests_due').on(request.dueAt).where(sql`done_at is null`),
    check('erasure_requests_kind', sql`kind in ('erase-customer', 'erase-account', 'export-customer')`),
    check('erasure_requests_customer', sql`(kind = 'erase-account') = (customer is null)`),
    check('erasure_requests_done', sql`(done_at is null) = (rows is null)`),
    check('erasure_requests_failed', sql`(failed_at is null) = (failed_because is null)`),
    check('erasure_requests_claimed', sql`(claimed_by is null) = (claimed_until is null)`),
    ...tenantPolicies,
    pgPolicy('tick', { for: 'select', to: 'public', using: isTick }),
  ],
)
