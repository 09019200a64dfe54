import { foreignKey, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { syncAccounts } from './jobs.ts'

/** Routes of live events: the account that the events of an origin belong to. An event names no tenant, so the table has no row-level security. It holds no secret and no personal data. */
export const eventRoutes = pgTable(
  'event_routes',
  {
    provider: text('provider').notNull(),
    /** Origin of events, as the event names it: acct_1ABC live, ed_61ABC live, stripe/k7Qw live, paypal/k7Qw, square MLX, x.myshopify.com. */
    route: text('route').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** Provider account with its mode, as in sync_accounts. */
    account: text('account').notNull(),
    /** What the provider signs with the body: the id of a webhook of PayPal, the notification URL of Square. Null for the others. */
    signedFor: text('signed_for'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (route) => [
    primaryKey({ columns: [route.provider, route.route] }),
    foreignKey({
      name: 'event_routes_account',
      columns: [route.tenantId, route.provider, route.account],
      foreignColumns: [syncAccounts.tenantId, syncAccounts.provider, syncAccounts.account],
    }).onDelete('cascade'),
    index('event_routes_of_account').on(route.tenantId, route.provider, route.account),
  ],
)
