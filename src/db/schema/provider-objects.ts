import { sql } from 'drizzle-orm'
import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { observation, owner } from './synced.ts'
import { tenantPolicies } from './tenants.ts'

/** Objects of the resources that have no table of their own. Of Stripe, only jobs that name such a resource read it. */
export const providerObjects = pgTable(
  'provider_objects',
  {
    ...owner,
    /** Name of the resource, as in additionalData.resources. */
    resource: text('resource').notNull(),
    id: text('id').notNull(),
    /** Type of the object, as the provider names it. */
    object: text('object'),
    /** Id of the object whose list contains this object. Null if the object is in a list of its own. */
    parentId: text('parent_id'),
    livemode: boolean('livemode'),
    ...observation,
  },
  (row) => [
    primaryKey({ columns: [row.tenantId, row.provider, row.account, row.resource, row.id] }),
    index('provider_objects_created').on(row.tenantId, row.createdAt, row.resource),
    index('provider_objects_parent_id')
      .on(row.tenantId, row.parentId)
      .where(sql`${sql.identifier('parent_id')} is not null`),
    ...tenantPolicies,
  ],
)
