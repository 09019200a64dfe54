import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** Live rows that a list of the provider did not show, until the worker asks for them by id. A row that the provider still has stays here, so that the next job asks for others first. */
export const unlistedRows = pgTable(
  'unlisted_rows',
  {
    tenantId: uuid('tenant_id').notNull(),
    provider: text('provider').notNull(),
    /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
    account: text('account').notNull(),
    resource: text('resource').notNull(),
    id: text('id').notNull(),
    /** Partition of the list, such as a location. A row is absent if no partition shows it. */
    part: text('part').notNull(),
    /** The last job whose list did not show the row. */
    jobId: uuid('job_id').notNull(),
    /** Time of the list, by the clock of the provider. */
    notedAt: instant('noted_at').notNull(),
    /** The last job that asked for the row by id and got it. */
    askedJobId: uuid('asked_job_id'),
    askedAt: instant('asked_at'),
  },
  (row) => [
    primaryKey({ columns: [row.tenantId, row.provider, row.account, row.resource, row.id, row.part] }),
    ...tenantPolicies,
  ],
)
