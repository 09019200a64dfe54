import { sql } from 'drizzle-orm'
import { pgPolicy, pgRole } from 'drizzle-orm/pg-core'

/** What the worker's own login is to be a member of; it may write, one tenant's rows at a time. Migrations create it. */
export const worker = 'billing_sync_worker'

/** What people and reports may be members of: reads all tenants' rows and writes none. Migrations create it. */
export const reader = 'billing_sync_reader'

/** The tick changes all tenants' schedules, and reads their erasure requests and their open jobs. It sees no other table that way. Only its transactions set this. */
export const isTick = sql`(select current_setting('app.tick', true)) = 'on'`

/** In a subquery, so that it is evaluated once a statement and serves indexes; null where no tenant was named, or ''. */
const ownRows = sql`tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`

/**
 * For every table with a tenant: nobody sees or writes a row of a tenant that was not named in this transaction, but
 * members of `billing_sync_reader`, who see all. Its migration must also FORCE it, so that the tables' owner is nobody
 * special, and grant what the worker needs; test/db/tenants.test.ts says what is missing.
 */
export const tenantPolicies = [
  pgPolicy('tenant', { for: 'all', to: 'public', using: ownRows, withCheck: ownRows }),
  pgPolicy('reader', { for: 'select', to: pgRole(reader).existing(), using: sql`true` }),
]
