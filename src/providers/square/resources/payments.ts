import * as tables from '../../../db/schema.ts'
import type { Query } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, integer, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { SquareConnection } from '../connection.ts'
import { pageOf, retrieveAt, rfc3339, squareBegan, timeRange } from '../list.ts'
import { currency, sumOf, valuesIn } from '../readers.ts'
import { byLocation, createdAt, offlineSeconds, type SquareResource, updatedAt } from '../resource.ts'

/** The parameters of both lists. Without a begin they show the last year only; a range of change starts there as well. */
function rangeParameters(query: Query) {
  const { start_at: from, end_at: to } = timeRange(query)
  const sort = { sort_order: 'DESC', limit: String(query.limit), cursor: query.cursor ?? undefined }
  if (query.by !== 'updated') return { ...sort, sort_field: 'CREATED_AT', begin_time: from, end_time: to }
  return {
    ...sort,
    sort_field: 'UPDATED_AT',
    begin_time: rfc3339(squareBegan),
    updated_at_begin_time: from,
    updated_at_end_time: to,
  }
}

const isCompleted = ({ status }: Fields) => status === 'COMPLETED'
const cardError = ({ card_details: card }: Fields) => fields(list(fields(card).errors)?.[0])
const feesOf = (item: Fields) => sumOf(valuesIn(item, 'processing_fee', 'amount_money'))

/** Payments, which Square never deletes. A list has one location. */
export const payments: SquareResource<typeof tables.payments> = {
  name: 'payments',
  table: tables.payments,
  owner: { customer: ['customerId'], about: ['orderId'], owns: ['paymentMethodId'] },
  partition: byLocation,
  createdFilter: createdAt,
  updatedFilter: { ...updatedAt, lag: offlineSeconds },
  async list(square, query) {
    const parameters = { ...rangeParameters(query), location_id: query.part }
    return pageOf(await square.get('/v2/payments', parameters), 'payments')
  },
  retrieve: (square, id) => retrieveAt(square, `/v2/payments/${encodeURIComponent(id)}`, 'payment'),
  row: mapping<typeof tables.payments>({
    customerId: at(reference, 'customer_id'),
    paymentMethodId: at(text, 'card_details.card.id'),
    orderId: at(reference, 'order_id'),
    locationId: at(text, 'location_id'),
    status: text,
    currency: at(currency, 'total_money.currency'),
    amount: at(integer, 'total_money.amount'),
    amountCaptured: derived((item) => (isCompleted(item) ? integer(fields(item.total_money).amount) : 0)),
    amountRefunded: at(integer, 'refunded_money.amount'),
    applicationFeeAmount: at(integer, 'app_fee_money.amount'),
    fee: derived(feesOf),
    paid: derived(isCompleted),
    captured: derived(isCompleted),
    refunded: derived((item) => {
      const [refunded, total] = [item.refunded_money, item.total_money].map((money) => integer(fields(money).amount))
      return refunded !== null && refunded !== undefined && refunded > 0 && refunded === total
    }),
    failureCode: derived((item) => text(cardError(item).code)),
    failureMessage: derived((item) => text(cardError(item).detail)),
    outcomeType: at(text, 'card_details.status'),
    riskLevel: at(text, 'risk_evaluation.risk_level'),
    paymentMethodType: at(text, 'source_type'),
    cardBrand: at(text, 'card_details.card.card_brand'),
    description: at(text, 'note'),
    statementDescriptor: at(text, 'card_details.statement_description'),
    receiptEmail: at(text, 'buyer_email_address'),
    metadata: derived((item) =>
      metadataOf(item, 'reference_id', 'receipt_number', 'team_member_id', 'is_offline_payment'),
    ),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent(
      'paymentIntentId',
      'balanceTransactionId',
      'invoiceId',
      'subscriptionId',
      'presentmentAmount',
      'presentmentCurrency',
      'disputed',
      'outcomeReason',
      'cardCountry',
      'livemode',
    ),
  }),
}

/** Refunds of all locations. */
export const refunds: SquareResource<typeof tables.refunds> = {
  name: 'refunds',
  table: tables.refunds,
  owner: { about: ['paymentId', 'orderId'] },
  createdFilter: createdAt,
  updatedFilter: updatedAt,
  list: async (square: SquareConnection, query) =>
    pageOf(await square.get('/v2/refunds', rangeParameters(query)), 'refunds'),
  retrieve: (square, id) => retrieveAt(square, `/v2/refunds/${encodeURIComponent(id)}`, 'refund'),
  row: mapping<typeof tables.refunds>({
    paymentId: at(reference, 'payment_id'),
    orderId: at(reference, 'order_id'),
    locationId: at(text, 'location_id'),
    status: text,
    currency: at(currency, 'amount_money.currency'),
    amount: at(integer, 'amount_money.amount'),
    fee: derived(feesOf),
    description: at(text, 'reason'),
    metadata: derived((item) => metadataOf(item, 'unlinked', 'destination_type', 'team_member_id')),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent(
      'livemode',
      'paymentIntentId',
      'balanceTransactionId',
      'failureBalanceTransactionId',
      'customerId',
      'presentmentAmount',
      'presentmentCurrency',
      'reason',
      'failureReason',
    ),
  }),
}

/** Disputes of all locations, in one list that takes no limit. */
export const disputes: SquareResource<typeof tables.disputes> = {
  name: 'disputes',
  table: tables.disputes,
  owner: { about: ['paymentId'] },
  list: async (square, { cursor }) =>
    pageOf(await square.get('/v2/disputes', { cursor: cursor ?? undefined }), 'disputes'),
  retrieve: (square, id) => retrieveAt(square, `/v2/disputes/${encodeURIComponent(id)}`, 'dispute'),
  row: mapping<typeof tables.disputes>({
    paymentId: at(reference, 'disputed_payment.payment_id'),
    locationId: at(text, 'location_id'),
    status: at(text, 'state'),
    reason: text,
    networkReasonCode: at(text, 'brand_dispute_id'),
    currency: at(currency, 'amount_money.currency'),
    amount: at(integer, 'amount_money.amount'),
    evidenceDueBy: at(dateTime, 'due_at'),
    hasEvidence: derived((item) => (list(item.evidence_ids) ?? []).length > 0),
    metadata: derived((item) => metadataOf(item, 'card_brand', 'reported_at', 'reported_date')),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent('paymentIntentId', 'customerId', 'orderId', 'balanceTransactionId', 'isChargeRefundable', 'livemode'),
  }),
}
