import { sql } from 'drizzle-orm'
import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money } from './column.ts'
import { syncedTable } from './synced.ts'

/** Movements of the account's balance. Amounts are in the minor unit of the currency. */
export const balanceTransactions = syncedTable(
  'balance_transactions',
  {
    /** Stripe: charge, refund, payout, adjustment, stripe_fee, … */
    type: text('type'),
    reportingCategory: text('reporting_category'),
    /** Stripe: pending or available. */
    status: text('status'),
    currency: text('currency'),
    /** The amount before the fee. A negative amount leaves the balance. */
    amount: money('amount'),
    fee: money('fee'),
    /** The amount minus the fee. */
    net: money('net'),
    /** Rate from the currency of the payment to this currency. */
    exchangeRate: decimal('exchange_rate'),
    /** Id of the payment, refund, dispute, payout or other object behind the movement. */
    sourceId: text('source_id'),
    /** Id of the payout that took the movement to the bank, if the payload contains it. */
    payoutId: text('payout_id'),
    /** Id of the customer, if the payload contains it. Otherwise see the payment. */
    customerId: text('customer_id'),
    orderId: text('order_id'),
    balanceType: text('balance_type'),
    description: text('description'),
    availableOn: instant('available_on'),
    /** Mode of the account, if the payload contains it. Otherwise see the source. */
    livemode: boolean('livemode'),
  },
  { by: ['sourceId'], bySparse: ['payoutId'], unsettled: sql`status = 'pending'` },
)

/** Money sent from the balance to a bank. Amounts are in the minor unit of the currency. */
export const payouts = syncedTable('payouts', {
  balanceTransactionId: text('balance_transaction_id'),
  failureBalanceTransactionId: text('failure_balance_transaction_id'),
  /** Id of the bank account or card that receives the money. */
  destinationId: text('destination_id'),
  originalPayoutId: text('original_payout_id'),
  reversedById: text('reversed_by_id'),
  /** Id of the place whose money it is. */
  locationId: text('location_id'),
  /** Stripe: pending, in_transit, paid, failed or canceled. */
  status: text('status'),
  type: text('type'),
  method: text('method'),
  sourceType: text('source_type'),
  automatic: boolean('automatic'),
  reconciliationStatus: text('reconciliation_status'),
  currency: text('currency'),
  /** A negative amount takes money back from the bank. */
  amount: money('amount'),
  applicationFeeAmount: money('application_fee_amount'),
  /** Fee of the provider for the payout. */
  fee: money('fee'),
  arrivalDate: instant('arrival_date'),
  failureCode: text('failure_code'),
  failureMessage: text('failure_message'),
  description: text('description'),
  statementDescriptor: text('statement_descriptor'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})
