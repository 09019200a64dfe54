import * as tables from '../../../db/schema.ts'
import { flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { resource } from '../resource.ts'

/**
 * Charges. Their refunds are read as a list of their own, which is complete, filtered by `created` and has events;
 * embedding them would need `expand` on every page, which Stripe serves slower and limits more.
 */
export const payments = resource('payments', '/v1/charges', {
  table: tables.payments,
  owner: {
    customer: ['customerId'],
    about: ['paymentIntentId'],
    owns: ['paymentMethodId', 'balanceTransactionId'],
  },
  row: mapping<typeof tables.payments>({
    customerId: at(reference, 'customer'),
    paymentIntentId: at(reference, 'payment_intent'),
    paymentMethodId: at(reference, 'payment_method', 'source'),
    balanceTransactionId: at(reference, 'balance_transaction'),
    // Before API 2025-03-31 a charge named its invoice.
    invoiceId: at(reference, 'invoice'),
    locationId: at(
      text,
      'payment_method_details.card_present.location',
      'payment_method_details.interac_present.location',
    ),
    status: text,
    currency: text,
    amount: integer,
    amountCaptured: integer,
    amountRefunded: integer,
    applicationFeeAmount: integer,
    presentmentAmount: at(integer, 'presentment_details.presentment_amount'),
    presentmentCurrency: at(text, 'presentment_details.presentment_currency'),
    paid: flag,
    captured: flag,
    refunded: flag,
    disputed: flag,
    failureCode: text,
    failureMessage: text,
    outcomeType: at(text, 'outcome.type'),
    outcomeReason: at(text, 'outcome.reason'),
    riskLevel: at(text, 'outcome.risk_level'),
    paymentMethodType: at(text, 'payment_method_details.type'),
    cardBrand: at(text, 'payment_method_details.card.brand'),
    cardCountry: at(text, 'payment_method_details.card.country'),
    description: text,
    statementDescriptor: text,
    receiptEmail: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('orderId', 'subscriptionId', 'fee', 'updatedAt'),
  }),
})

export const paymentIntents = resource('payment_intents', '/v1/payment_intents', {
  table: tables.paymentIntents,
  owner: { customer: ['customerId'], owns: ['paymentMethodId', 'latestPaymentId'] },
  row: mapping<typeof tables.paymentIntents>({
    customerId: at(reference, 'customer'),
    paymentMethodId: at(reference, 'payment_method', 'source'),
    // Before API 2022-11-15 all attempts were embedded, the latest first.
    latestPaymentId: at(reference, 'latest_charge', 'charges.data.0'),
    status: text,
    currency: text,
    amount: integer,
    amountCapturable: integer,
    amountReceived: integer,
    applicationFeeAmount: integer,
    captureMethod: text,
    setupFutureUsage: text,
    cancellationReason: text,
    canceledAt: unixSeconds,
    lastErrorCode: at(text, 'last_payment_error.code'),
    lastDeclineCode: at(text, 'last_payment_error.decline_code'),
    description: text,
    receiptEmail: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

export const refunds = resource('refunds', '/v1/refunds', {
  table: tables.refunds,
  owner: {
    customer: ['customerId'],
    about: ['paymentId', 'paymentIntentId'],
    owns: ['balanceTransactionId', 'failureBalanceTransactionId'],
    customerMayBeMissing: true,
  },
  unsettled: { by: { column: 'status' }, values: ['pending', 'requires_action'] },
  row: mapping<typeof tables.refunds>({
    paymentId: at(reference, 'charge'),
    paymentIntentId: at(reference, 'payment_intent'),
    balanceTransactionId: at(reference, 'balance_transaction'),
    failureBalanceTransactionId: at(reference, 'failure_balance_transaction'),
    customerId: at(reference, 'customer'),
    status: text,
    currency: text,
    amount: integer,
    presentmentAmount: at(integer, 'presentment_details.presentment_amount'),
    presentmentCurrency: at(text, 'presentment_details.presentment_currency'),
    reason: text,
    failureReason: text,
    description: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('orderId', 'locationId', 'fee', 'updatedAt'),
  }),
})

export const disputes = resource('disputes', '/v1/disputes', {
  table: tables.disputes,
  owner: { about: ['paymentId', 'paymentIntentId'], owns: ['balanceTransactionId'] },
  row: mapping<typeof tables.disputes>({
    paymentId: at(reference, 'charge'),
    paymentIntentId: at(reference, 'payment_intent'),
    balanceTransactionId: at(reference, 'balance_transactions.0', 'balance_transaction'),
    status: text,
    reason: text,
    networkReasonCode: at(text, 'network_reason_code', 'payment_method_details.card.network_reason_code'),
    currency: text,
    amount: integer,
    isChargeRefundable: flag,
    evidenceDueBy: at(unixSeconds, 'evidence_details.due_by'),
    hasEvidence: at(flag, 'evidence_details.has_evidence'),
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('customerId', 'orderId', 'locationId', 'updatedAt'),
  }),
})
