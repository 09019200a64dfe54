import { sql } from 'drizzle-orm'
import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { instant, money } from './column.ts'
import { syncedTable } from './synced.ts'

/** Attempts to collect money, including failed attempts; Stripe's charges. Amounts are in the minor unit of the currency. */
export const payments = syncedTable(
  'payments',
  {
    customerId: text('customer_id'),
    paymentIntentId: text('payment_intent_id'),
    paymentMethodId: text('payment_method_id'),
    balanceTransactionId: text('balance_transaction_id'),
    orderId: text('order_id'),
    /** Id of the paid invoice, if the payload contains it. Otherwise see invoice_payments. */
    invoiceId: text('invoice_id'),
    /** Id of the paid subscription, if the payload contains it. */
    subscriptionId: text('subscription_id'),
    /** Id of the place where the payment was made: a location of Square or Shopify, a location of a Stripe Terminal reader. */
    locationId: text('location_id'),
    /** Stripe: succeeded, pending or failed. The table states has the states of all providers. */
    status: text('status'),
    currency: text('currency'),
    amount: money('amount'),
    amountCaptured: money('amount_captured'),
    amountRefunded: money('amount_refunded'),
    applicationFeeAmount: money('application_fee_amount'),
    /** Fee of the provider, if the payload contains it. Otherwise see balance_transactions. */
    fee: money('fee'),
    /** Amount in the currency that the customer saw, in the minor unit of presentment_currency. */
    presentmentAmount: money('presentment_amount'),
    presentmentCurrency: text('presentment_currency'),
    paid: boolean('paid'),
    captured: boolean('captured'),
    /** True if the payment is refunded in full. */
    refunded: boolean('refunded'),
    disputed: boolean('disputed'),
    failureCode: text('failure_code'),
    failureMessage: text('failure_message'),
    outcomeType: text('outcome_type'),
    outcomeReason: text('outcome_reason'),
    riskLevel: text('risk_level'),
    /** Stripe: card, sepa_debit, … */
    paymentMethodType: text('payment_method_type'),
    cardBrand: text('card_brand'),
    cardCountry: text('card_country'),
    description: text('description'),
    statementDescriptor: text('statement_descriptor'),
    receiptEmail: text('receipt_email'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['customerId'], bySparse: ['orderId'], mappingVersion: 2 },
)

/** Payment intents, each with all attempts of a payment. Amounts are in the minor unit of the currency. */
export const paymentIntents = syncedTable('payment_intents', {
  customerId: text('customer_id'),
  paymentMethodId: text('payment_method_id'),
  /** Id of the latest attempt, in payments. */
  latestPaymentId: text('latest_payment_id'),
  /** Stripe: requires_payment_method, requires_confirmation, requires_action, processing, requires_capture, canceled or succeeded. */
  status: text('status'),
  currency: text('currency'),
  amount: money('amount'),
  amountCapturable: money('amount_capturable'),
  amountReceived: money('amount_received'),
  applicationFeeAmount: money('application_fee_amount'),
  captureMethod: text('capture_method'),
  setupFutureUsage: text('setup_future_usage'),
  cancellationReason: text('cancellation_reason'),
  canceledAt: instant('canceled_at'),
  lastErrorCode: text('last_error_code'),
  lastDeclineCode: text('last_decline_code'),
  description: text('description'),
  receiptEmail: text('receipt_email'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

/** Refunds. Amounts are in the minor unit of the currency. */
export const refunds = syncedTable(
  'refunds',
  {
    paymentId: text('payment_id'),
    paymentIntentId: text('payment_intent_id'),
    balanceTransactionId: text('balance_transaction_id'),
    failureBalanceTransactionId: text('failure_balance_transaction_id'),
    customerId: text('customer_id'),
    orderId: text('order_id'),
    /** Id of the place where the refund was made. */
    locationId: text('location_id'),
    /** Stripe: pending, requires_action, succeeded, failed or canceled. */
    status: text('status'),
    currency: text('currency'),
    amount: money('amount'),
    /** Fee of the provider, if the payload contains it. A negative fee was given back. */
    fee: money('fee'),
    /** Amount in the currency that the customer saw, in the minor unit of presentment_currency. */
    presentmentAmount: money('presentment_amount'),
    presentmentCurrency: text('presentment_currency'),
    reason: text('reason'),
    failureReason: text('failure_reason'),
    description: text('description'),
    /** Mode of the account, if the payload contains it. Otherwise see the payment. */
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  {
    by: ['paymentId'],
    bySparse: ['orderId'],
    unsettled: sql`status in ('pending', 'requires_action')`,
    mappingVersion: 2,
  },
)

/** Payments that customers dispute with their bank. Amounts are in the minor unit of the currency. */
export const disputes = syncedTable('disputes', {
  paymentId: text('payment_id'),
  paymentIntentId: text('payment_intent_id'),
  /** Id of the customer, if the payload contains it. Otherwise see the payment. */
  customerId: text('customer_id'),
  orderId: text('order_id'),
  /** Id of the place where the payment was made. */
  locationId: text('location_id'),
  /** Id of the first balance transaction of the dispute. */
  balanceTransactionId: text('balance_transaction_id'),
  /** Stripe: warning_…, needs_response, under_review, won, lost or prevented. */
  status: text('status'),
  reason: text('reason'),
  networkReasonCode: text('network_reason_code'),
  currency: text('currency'),
  amount: money('amount'),
  isChargeRefundable: boolean('is_charge_refundable'),
  /** Time by which evidence must be submitted. */
  evidenceDueBy: instant('evidence_due_by'),
  hasEvidence: boolean('has_evidence'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})
