/* Every table, the one border between snake_case and camelCase. */
export { balanceTransactions, payouts } from './schema/balance.ts'
export { coupons, prices, products, promotionCodes, taxRates } from './schema/catalog.ts'
export { creditNoteLines, creditNotes } from './schema/credit-notes.ts'
export { customers } from './schema/customers.ts'
export { couponOptions, discounts } from './schema/discounts.ts'
export { erasedIds, erasedTenants } from './schema/erased.ts'
export { erasureRequests } from './schema/erasure-requests.ts'
export { syncEventCounts } from './schema/event-counts.ts'
export { eventRoutes } from './schema/event-routes.ts'
export { invoiceItems, invoiceLines, invoicePayments, invoices } from './schema/invoices.ts'
export {
  type FinalStatus,
  finalStatuses,
  isFinal,
  type JobStatus,
  jobStatuses,
  syncAccounts,
  syncCursors,
  syncJobs,
  syncRejects,
} from './schema/jobs.ts'
export { orderLines, orders } from './schema/orders.ts'
export { disputes, paymentIntents, payments, refunds } from './schema/payments.ts'
export { priceOptions, priceTiers } from './schema/price-options.ts'
export { providerObjects } from './schema/provider-objects.ts'
export { mrrChanges, mrrHistory, mrrMonthSums } from './schema/revenue.ts'
export { syncSchedules } from './schema/schedules.ts'
export { type StateKind, states, vocabulary } from './schema/states.ts'
export { subscriptionItems, subscriptionSchedules, subscriptions } from './schema/subscriptions.ts'
export type { RowOf, SyncedTable } from './schema/synced.ts'
export { unlistedRows } from './schema/unlisted.ts'
