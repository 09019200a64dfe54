import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { observation, owner } from './synced.ts'
import { tenantPolicies } from './tenants.ts'

/** Everything a provider lists that has no table of its own, read where a job names it. */
export const providerObjects = pgTable(
  'provider_objects',
  {
    ...owner,
    /** As in additionalData.resources. */
    resource: text('resource').notNull(),
    id: text('id').notNull(),
    /** The provider's name of its type. */
    object: text('object'),
    livemode: boolean('livemode'),
    ...observation,
  },
  (row) => [
    primaryKey({ columns: [row.tenantId, row.provider, row.resource, row.id] }),
    index('provider_objects_created').on(row.tenantId, row.createdAt, row.resource),
    ...tenantPolicies,
  ],
)
