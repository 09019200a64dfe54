import type { Resource } from '../../../provider/contract.ts'
import type { StripeConnection } from '../connection.ts'
import { objects } from '../objects.ts'
import { balanceTransactions, payouts } from './balance.ts'
import { coupons, products, promotionCodes, taxRates } from './catalog.ts'
import { creditNotes } from './credit-notes.ts'
import { customers } from './customers.ts'
import { invoiceItems, invoicePayments, invoices } from './invoices.ts'
import { couponOptions, priceOptions } from './options.ts'
import { disputes, paymentIntents, payments, refunds } from './payments.ts'
import { prices } from './prices.ts'
import { subscriptionSchedules, subscriptions } from './subscriptions.ts'

/** The resources that a job reads by default, each with its own table. */
export const billing = [
  customers,
  products,
  prices,
  priceOptions,
  coupons,
  couponOptions,
  promotionCodes,
  subscriptions,
  subscriptionSchedules,
  invoices,
  invoiceItems,
  invoicePayments,
  payments,
  paymentIntents,
  refunds,
  disputes,
  creditNotes,
  balanceTransactions,
  payouts,
  taxRates,
] as const

/** All lists of Stripe that need no parent. */
export const resources: readonly Resource<StripeConnection>[] = [...billing, ...objects]
