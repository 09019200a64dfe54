import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** What was erased on somebody's demand: no later sync stores it again. Hashes, so that the list itself names nobody. */
export const erasedIds = pgTable(
  'erased_ids',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** SHA-256 of tenant, provider and id, in base64url. */
    hash: text('hash').notNull(),
    erasedAt: instant('erased_at').notNull().defaultNow(),
  },
  (erased) => [primaryKey({ columns: [erased.tenantId, erased.provider, erased.hash] }), ...tenantPolicies],
)

/** Tenants that were erased whole: their jobs fail and read nothing. */
export const erasedTenants = pgTable(
  'erased_tenants',
  {
    tenantId: uuid('tenant_id').primaryKey(),
    erasedAt: instant('erased_at').notNull().defaultNow(),
  },
  () => tenantPolicies,
)
