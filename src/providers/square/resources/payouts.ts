import * as tables from '../../../db/schema.ts'
import type { Nested } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, integer, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { SquareConnection } from '../connection.ts'
import { pageOf, retrieveAt, timeRange } from '../list.ts'
import { currency, day, sumOf, valuesIn } from '../readers.ts'
import { byLocation, createdAt, type SquareResource } from '../resource.ts'

/** The details of an entry, which stand in a field named after its type: `type_charge_details`. */
const detailsOf = (entry: Fields) => fields(entry[`type_${String(entry.type).toLowerCase()}_details`])

/** What a payout pays for. */
const entries: Nested<SquareConnection, typeof tables.balanceTransactions> = {
  name: 'balance_transactions',
  table: tables.balanceTransactions,
  parent: 'payoutId',
  owner: { about: ['sourceId'] },
  // A payout does not have its entries with it.
  embedded: () => ({ items: [], next: '' }),
  list: async (square, payout, { cursor, limit }) =>
    pageOf(
      await square.get(`/v2/payouts/${encodeURIComponent(payout)}/payout-entries`, {
        limit: String(Math.min(limit, 100)),
        cursor: cursor ?? undefined,
      }),
      'payout_entries',
    ),
  row: mapping<typeof tables.balanceTransactions>({
    type: text,
    currency: at(currency, 'net_amount_money.currency'),
    amount: at(integer, 'gross_amount_money.amount'),
    fee: at(integer, 'fee_amount_money.amount'),
    net: at(integer, 'net_amount_money.amount'),
    sourceId: derived((entry) => reference(detailsOf(entry).payment_id)),
    payoutId: derived(() => null),
    availableOn: at(dateTime, 'effective_at'),
    createdAt: at(dateTime, 'effective_at'),
    ...absent(
      'livemode',
      'reportingCategory',
      'status',
      'exchangeRate',
      'customerId',
      'orderId',
      'balanceType',
      'description',
      'updatedAt',
    ),
  }),
}

/** Payouts, each with its entries. A list has one location. */
export const payouts: SquareResource<typeof tables.payouts> = {
  name: 'payouts',
  table: tables.payouts,
  owner: null,
  partition: byLocation,
  createdFilter: createdAt,
  // PAID and FAILED are final.
  unsettled: { by: { column: 'status' }, values: ['SENT'] },
  nested: [entries],
  async list(square, query) {
    const { start_at: from, end_at: to } = timeRange(query)
    const { cursor, limit, part } = query
    const range = { begin_time: from, end_time: to, sort_order: 'DESC', limit: String(limit) }
    return pageOf(
      await square.get('/v2/payouts', { ...range, location_id: part, cursor: cursor ?? undefined }),
      'payouts',
    )
  },
  retrieve: (square, id) => retrieveAt(square, `/v2/payouts/${encodeURIComponent(id)}`, 'payout'),
  row: mapping<typeof tables.payouts>({
    destinationId: at(reference, 'destination.id'),
    locationId: at(text, 'location_id'),
    status: text,
    type: text,
    method: at(text, 'destination.type'),
    currency: at(currency, 'amount_money.currency'),
    amount: at(integer, 'amount_money.amount'),
    fee: derived((payout) => sumOf(valuesIn(payout, 'payout_fee', 'amount_money'))),
    arrivalDate: at(day, 'arrival_date'),
    metadata: derived((payout) => metadataOf(payout, 'end_to_end_id', 'version')),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent(
      'balanceTransactionId',
      'failureBalanceTransactionId',
      'originalPayoutId',
      'reversedById',
      'sourceType',
      'automatic',
      'reconciliationStatus',
      'applicationFeeAmount',
      'failureCode',
      'failureMessage',
      'description',
      'statementDescriptor',
      'livemode',
    ),
  }),
}
