import { sql } from 'drizzle-orm'
import { check, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** What providers ask for about persons: to erase a customer or an account, or to export a customer. A person erases with billing-sync erase, exports with a query of the tables, and then sets done_at as the owner of the tables. */
export const erasureRequests = pgTable(
  'erasure_requests',
  {
    id: uuid('id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode. */
    account: text('account').notNull(),
    /** erase-customer, erase-tenant or export-customer. */
    kind: text('kind', { enum: ['erase-customer', 'erase-tenant', 'export-customer'] }).notNull(),
    /** Id of the customer at the provider. Null if the request is about the whole account. */
    customer: text('customer'),
    requestedAt: instant('requested_at').notNull().defaultNow(),
    /** Time by which the provider wants it done. */
    dueAt: instant('due_at').notNull(),
    /** Time at which it was carried out. Null before. */
    doneAt: instant('done_at'),
  },
  (request) => [
    primaryKey({ columns: [request.tenantId, request.id] }),
    uniqueIndex('erasure_requests_open')
      .on(request.tenantId, request.provider, request.account, request.kind, sql`coalesce(customer, '')`)
      .where(sql`done_at is null`),
    index('erasure_requests_due').on(request.dueAt).where(sql`done_at is null`),
    check('erasure_requests_kind', sql`kind in ('erase-customer', 'erase-tenant', 'export-customer')`),
    check('erasure_requests_customer', sql`(kind = 'erase-tenant') = (customer is null)`),
    ...tenantPolicies,
  ],
)
