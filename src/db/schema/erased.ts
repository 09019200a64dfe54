import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** Tombstones of erased objects, as hashes. Later syncs do not store these objects again. */
export const erasedIds = pgTable(
  'erased_ids',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode, or * for every account. */
    account: text('account').notNull(),
    /** SHA-256 of tenant, provider and id, in base64url. */
    hash: text('hash').notNull(),
    erasedAt: instant('erased_at').notNull().defaultNow(),
  },
  (erased) => [
    primaryKey({ columns: [erased.tenantId, erased.provider, erased.account, erased.hash] }),
    ...tenantPolicies,
  ],
)

/** Erased tenants. Jobs of these tenants fail and read nothing. */
export const erasedTenants = pgTable(
  'erased_tenants',
  {
    tenantId: uuid('tenant_id').primaryKey(),
    erasedAt: instant('erased_at').notNull().defaultNow(),
  },
  () => tenantPolicies,
)
