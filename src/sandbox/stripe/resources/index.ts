import type { Resource } from '../resource.ts'
import { balanceTransactions } from './balance-transactions.ts'
import { byNameTable } from './by-name-table.ts'
import { charges } from './charges.ts'
import { coupons } from './coupons.ts'
import { creditNotes } from './credit-notes.ts'
import { customers } from './customers.ts'
import { disputes } from './disputes.ts'
import { events } from './events.ts'
import { createFixtureResource } from './fixture-resource.ts'
import { invoicePayments } from './invoice-payments.ts'
import { invoiceitems } from './invoiceitems.ts'
import { invoices } from './invoices.ts'
import type { ByNameName, ByResource } from './names.ts'
import { paymentIntents } from './payment-intents.ts'
import { payouts } from './payouts.ts'
import { plans } from './plans.ts'
import { prices } from './prices.ts'
import { products } from './products.ts'
import { promotionCodes } from './promotion-codes.ts'
import { refunds } from './refunds.ts'
import { subscriptionSchedules } from './subscription-schedules.ts'
import { subscriptions } from './subscriptions.ts'
import { taxRates } from './tax-rates.ts'

// The names are those of the type `ByNameName`.
const fixtureResources = Object.fromEntries(
  Object.entries(byNameTable).map(([path, row]) => [path.replaceAll('/', '_'), createFixtureResource(path, row)]),
) as Record<Exclude<ByNameName, 'plans'>, Resource>

/** Every list that the sandbox serves. */
export const resources: ByResource<Resource> = {
  customers,
  products,
  prices,
  coupons,
  promotion_codes: promotionCodes,
  tax_rates: taxRates,
  subscriptions,
  subscription_schedules: subscriptionSchedules,
  invoices,
  invoiceitems,
  invoice_payments: invoicePayments,
  charges,
  payment_intents: paymentIntents,
  refunds,
  disputes,
  credit_notes: creditNotes,
  balance_transactions: balanceTransactions,
  payouts,
  events,
  plans,
  ...fixtureResources,
}
