import { sql } from 'drizzle-orm'
import { boolean, check, date, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { decimal, instant, whole } from './column.ts'
import { tenantPolicies } from './tenants.ts'

const holder = {
  tenantId: uuid('tenant_id').notNull(),
  provider: text('provider').notNull(),
  /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
  account: text('account').notNull(),
}

/** MRR of each item of a subscription, a row for each change. Amounts are in the minor unit of the currency, with fractions. */
export const mrrHistory = pgTable(
  'mrr_history',
  {
    ...holder,
    livemode: boolean('livemode'),
    subscriptionId: text('subscription_id'),
    itemId: text('item_id').notNull(),
    customerId: text('customer_id'),
    currency: text('currency'),
    priceId: text('price_id'),
    quantity: whole('quantity'),
    /** State of the subscription, in the words of the table states. MRR counts while it is active or past_due. */
    state: text('state').notNull(),
    /** MRR before discounts. */
    grossMrr: decimal('gross_mrr'),
    /** MRR after discounts that recur. Null if the item has no price that is known. */
    mrr: decimal('mrr'),
    validFrom: instant('valid_from').notNull(),
    /** Time from which the row no longer holds. Null if it holds until further notice. */
    validTo: instant('valid_to'),
    /** What showed the change: an invoice, a live event, or a job (sync). */
    source: text('source').notNull().default('sync'),
  },
  (row) => [
    primaryKey({ columns: [row.tenantId, row.provider, row.account, row.itemId, row.validFrom] }),
    index('mrr_history_valid_from').on(row.tenantId, row.validFrom),
    index('mrr_history_customer_id').on(row.tenantId, row.customerId),
    index('mrr_history_subscription_id').on(row.tenantId, row.subscriptionId),
    check('mrr_history_source', sql`source in ('invoice', 'event', 'sync')`),
    ...tenantPolicies,
  ],
)

/** Changes of the MRR of customers, a row for each day in UTC. Postgres derives it from mrr_history with each write. */
export const mrrChanges = pgTable(
  'mrr_changes',
  {
    ...holder,
    livemode: boolean('livemode'),
    customerId: text('customer_id').notNull(),
    currency: text('currency').notNull(),
    /** Day of the changes, in UTC. */
    day: date('day'),
    mrrBefore: decimal('mrr_before').notNull(),
    mrrAfter: decimal('mrr_after').notNull(),
    /** new, expansion, reactivation, contraction or churn. */
    kind: text('kind').notNull(),
    /** MRR of the customer when the month of the day began. */
    monthOpening: decimal('month_opening').notNull(),
    /** The first day with MRR. */
    firstDay: date('first_day'),
    /** Day of the next change. Null if there is none. */
    nextDay: date('next_day'),
  },
  (row) => [
    unique('mrr_changes_one_a_day')
      .on(row.tenantId, row.provider, row.account, row.customerId, row.currency, row.livemode, row.day)
      .nullsNotDistinct(),
    index('mrr_changes_day').on(row.tenantId, row.day),
    index('mrr_changes_customer_id').on(row.tenantId, row.customerId),
    ...tenantPolicies,
  ],
)

/** Sums of mrr_changes by month in UTC. Postgres keeps them with each write. A month that has not ended also has the changes of days to come. */
export const mrrMonthSums = pgTable(
  'mrr_month_sums',
  {
    ...holder,
    livemode: boolean('livemode'),
    currency: text('currency').notNull(),
    /** First day of the month, in UTC. */
    month: date('month').notNull(),
    newMrr: decimal('new_mrr').notNull(),
    expansion: decimal('expansion').notNull(),
    reactivation: decimal('reactivation').notNull(),
    contraction: decimal('contraction').notNull(),
    churn: decimal('churn').notNull(),
    newCustomers: whole('new_customers').notNull(),
    churnedCustomers: whole('churned_customers').notNull(),
    reactivatedCustomers: whole('reactivated_customers').notNull(),
    /** Customers who had MRR when the month began and none when it ended. */
    lostCustomers: whole('lost_customers').notNull(),
    /** Sum over the customers whose MRR at the end of the month is less than at its beginning: by how much it is less. */
    lost: decimal('lost').notNull(),
    /** Change of MRR over the month, of customers who had MRR at its beginning: what was gained minus what was lost. */
    kept: decimal('kept').notNull(),
    /** Number of rows of mrr_changes in the sums. */
    changes: whole('changes').notNull(),
  },
  (row) => [
    unique('mrr_month_sums_one_a_month')
      .on(row.tenantId, row.provider, row.account, row.currency, row.livemode, row.month)
      .nullsNotDistinct(),
    ...tenantPolicies,
  ],
)
