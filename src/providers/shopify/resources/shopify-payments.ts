import * as tables from '../../../db/schema.ts'
import { dateTime, type Fields, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { currency, money } from '../readers.ts'
import { payoutSeconds, resource } from '../resource.ts'

/*
 * Shopify Payments: disputes, payouts and the movements of the balance. A shop that takes its money elsewhere has none of
 * them, which is no empty list.
 */

const disputesSeconds = 180 * 86_400

const dispute = /* GraphQL */ `fragment dispute on ShopifyPaymentsDispute {
  id initiatedAt evidenceDueBy evidenceSentOn finalizedOn status type
  reasonDetails { reason networkReasonCode }
  amount { amount currencyCode }
  order @include(if: $order) { id }
}`

/** Disputes. Their list has no sort key, and is read again for half a year. */
export const disputes = resource<typeof tables.disputes>(
  {
    name: 'disputes',
    table: tables.disputes,
    owner: { about: ['orderId'] },
    createdFilter: { field: 'initiatedAt', read: dateTime, order: 'none', lag: disputesSeconds },
    row: mapping<typeof tables.disputes>({
      orderId: at(reference, 'order.id'),
      status: text,
      reason: at(text, 'reasonDetails.reason'),
      networkReasonCode: at(text, 'reasonDetails.networkReasonCode'),
      currency: at(currency, 'amount.currencyCode'),
      amount: at(money, 'amount'),
      evidenceDueBy: at(dateTime, 'evidenceDueBy'),
      hasEvidence: derived(({ evidenceSentOn }) => text(evidenceSentOn) !== null),
      metadata: derived((item) => metadataOf(item, 'type', 'evidenceSentOn', 'finalizedOn')),
      createdAt: at(dateTime, 'initiatedAt'),
      ...absent(
        'paymentId',
        'paymentIntentId',
        'customerId',
        'locationId',
        'balanceTransactionId',
        'isChargeRefundable',
        'livemode',
        'updatedAt',
      ),
    }),
  },
  {
    document: /* GraphQL */ `query disputes($first: Int!, $after: String, $query: String, $order: Boolean! = true) {
  disputes(first: $first, after: $after, query: $query, reverse: true) {
    nodes { ...dispute }
    pageInfo { hasNextPage endCursor }
  }
}
${dispute}`,
    path: ['disputes'],
    scope: 'read_shopify_payments_disputes',
    terms: { created: 'initiated_at' },
    objectQuery: {
      document: /* GraphQL */ `query dispute($id: ID!, $order: Boolean! = true) { dispute(id: $id) { ...dispute } }
${dispute}`,
      field: 'dispute',
    },
  },
)

const payout = /* GraphQL */ `fragment payout on ShopifyPaymentsPayout {
  id issuedAt status transactionType externalTraceId
  net { amount currencyCode }
  summary {
    chargesGross { amount currencyCode }
    chargesFee { amount currencyCode }
    refundsFeeGross { amount currencyCode }
    adjustmentsGross { amount currencyCode }
  }
}`

/** Payouts. Those of the last 30 days are read again by each job, and older ones by their ids until they are paid or have failed. */
export const payouts = resource<typeof tables.payouts>(
  {
    name: 'payouts',
    table: tables.payouts,
    owner: null,
    createdFilter: { field: 'issuedAt', read: dateTime, lag: payoutSeconds },
    unsettled: { by: { column: 'status' }, values: ['SCHEDULED', 'IN_TRANSIT'] },
    row: mapping<typeof tables.payouts>({
      status: text,
      type: at(text, 'transactionType'),
      currency: at(currency, 'net.currencyCode'),
      amount: at(money, 'net'),
      arrivalDate: at(dateTime, 'issuedAt'),
      metadata: derived((item) => metadataOf(item, 'externalTraceId', 'summary')),
      createdAt: at(dateTime, 'issuedAt'),
      ...absent(
        'balanceTransactionId',
        'failureBalanceTransactionId',
        'destinationId',
        'originalPayoutId',
        'reversedById',
        'locationId',
        'method',
        'sourceType',
        'automatic',
        'reconciliationStatus',
        'applicationFeeAmount',
        'fee',
        'failureCode',
        'failureMessage',
        'description',
        'statementDescriptor',
        'livemode',
        'updatedAt',
      ),
    }),
  },
  {
    document: /* GraphQL */ `query payouts($first: Int!, $after: String, $query: String) {
  shopifyPaymentsAccount {
    payouts(first: $first, after: $after, query: $query, sortKey: ISSUED_AT, reverse: true) {
      nodes { ...payout }
      pageInfo { hasNextPage endCursor }
    }
  }
}
${payout}`,
    path: ['shopifyPaymentsAccount', 'payouts'],
    scope: 'read_shopify_payments_payouts',
    terms: { created: 'issued_at' },
    objectQuery: {
      document: /* GraphQL */ `query payout($id: ID!) { node(id: $id) { ...payout } }
${payout}`,
      field: 'node',
    },
  },
)

const movement = /* GraphQL */ `fragment movement on ShopifyPaymentsBalanceTransaction {
  id type sourceType sourceId sourceOrderTransactionId transactionDate test adjustmentReason
  amount { amount currencyCode }
  fee { amount currencyCode }
  net { amount currencyCode }
  associatedOrder { id }
  associatedPayout { id status }
}`

/** The transaction of an order behind a movement, by the id that its payment has. Shopify writes its number. */
function sourceOf({ sourceOrderTransactionId: source }: Fields): string | null {
  const digits = typeof source === 'number' ? String(source) : text(source)
  return digits !== null && /^\d{1,20}$/.test(digits) ? `gid://shopify/OrderTransaction/${digits}` : null
}

/** Movements of the balance of the last 30 days are read again by each job: they show the status of their payout. */
export const balanceTransactions = resource<typeof tables.balanceTransactions>(
  {
    name: 'balance_transactions',
    table: tables.balanceTransactions,
    owner: { about: ['sourceId', 'orderId'] },
    createdFilter: { field: 'transactionDate', read: dateTime, lag: payoutSeconds },
    row: mapping<typeof tables.balanceTransactions>({
      type: text,
      reportingCategory: at(text, 'sourceType'),
      status: at(text, 'associatedPayout.status'),
      currency: at(currency, 'amount.currencyCode'),
      amount: at(money, 'amount'),
      fee: at(money, 'fee'),
      net: at(money, 'net'),
      sourceId: derived(sourceOf),
      payoutId: at(reference, 'associatedPayout.id'),
      orderId: at(reference, 'associatedOrder.id'),
      description: at(text, 'adjustmentReason'),
      createdAt: at(dateTime, 'transactionDate'),
      ...absent('livemode', 'exchangeRate', 'customerId', 'balanceType', 'availableOn', 'updatedAt'),
    }),
  },
  {
    document: /* GraphQL */ `query balanceTransactions($first: Int!, $after: String, $query: String) {
  shopifyPaymentsAccount {
    balanceTransactions(first: $first, after: $after, query: $query, sortKey: PROCESSED_AT, reverse: true) {
      nodes { ...movement }
      pageInfo { hasNextPage endCursor }
    }
  }
}
${movement}`,
    path: ['shopifyPaymentsAccount', 'balanceTransactions'],
    scope: 'read_shopify_payments_payouts',
    terms: { created: 'processed_at' },
    objectQuery: {
      document: /* GraphQL */ `query balanceTransaction($id: ID!) { node(id: $id) { ...movement } }
${movement}`,
      field: 'node',
    },
  },
)
