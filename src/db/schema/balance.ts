import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money } from './column.ts'
import { syncedTable } from './synced.ts'

/** Every movement of the account's balance. Amounts are in the currency's minor unit. */
export const balanceTransactions = syncedTable(
  'balance_transactions',
  {
    /** Stripe: charge, refund, payout, adjustment, stripe_fee, … */
    type: text('type'),
    reportingCategory: text('reporting_category'),
    /** Stripe: pending or available. */
    status: text('status'),
    currency: text('currency'),
    /** Before the fee; negative leaves the balance. */
    amount: money('amount'),
    fee: money('fee'),
    /** The amount less the fee. */
    net: money('net'),
    /** From the payment's currency to this one. */
    exchangeRate: decimal('exchange_rate'),
    /** What moved it: the id of a payment, refund, dispute, payout, … */
    sourceId: text('source_id'),
    balanceType: text('balance_type'),
    description: text('description'),
    availableOn: instant('available_on'),
  },
  { by: ['sourceId'] },
)

/** Money sent from the balance to a bank. Amounts are in the currency's minor unit. */
export const payouts = syncedTable('payouts', {
  balanceTransactionId: text('balance_transaction_id'),
  failureBalanceTransactionId: text('failure_balance_transaction_id'),
  /** The bank account or card it goes to. */
  destinationId: text('destination_id'),
  originalPayoutId: text('original_payout_id'),
  reversedById: text('reversed_by_id'),
  /** Stripe: pending, in_transit, paid, failed or canceled. */
  status: text('status'),
  type: text('type'),
  method: text('method'),
  sourceType: text('source_type'),
  automatic: boolean('automatic'),
  reconciliationStatus: text('reconciliation_status'),
  currency: text('currency'),
  /** Negative takes money back from the bank. */
  amount: money('amount'),
  applicationFeeAmount: money('application_fee_amount'),
  arrivalDate: instant('arrival_date'),
  failureCode: text('failure_code'),
  failureMessage: text('failure_message'),
  description: text('description'),
  statementDescriptor: text('statement_descriptor'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})
