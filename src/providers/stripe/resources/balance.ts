import * as tables from '../../../db/schema.ts'
import { decimal, flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { resource } from '../resource.ts'

export const balanceTransactions = resource('balance_transactions', '/v1/balance_transactions', {
  table: tables.balanceTransactions,
  owner: { about: ['sourceId'] },
  // They have no events, and become available at a time that is known from the start.
  unsettled: { by: { column: 'status' }, values: ['pending'], dueAt: 'availableOn' },
  row: mapping<typeof tables.balanceTransactions>({
    type: text,
    reportingCategory: text,
    status: text,
    currency: text,
    amount: integer,
    fee: integer,
    net: integer,
    exchangeRate: decimal,
    sourceId: at(reference, 'source'),
    balanceType: text,
    description: text,
    availableOn: unixSeconds,
    livemode: flag,
    createdAt: at(unixSeconds, 'created'),
    ...absent('payoutId', 'customerId', 'orderId', 'updatedAt'),
  }),
})

export const payouts = resource('payouts', '/v1/payouts', {
  table: tables.payouts,
  owner: null,
  row: mapping<typeof tables.payouts>({
    balanceTransactionId: at(reference, 'balance_transaction'),
    failureBalanceTransactionId: at(reference, 'failure_balance_transaction'),
    destinationId: at(reference, 'destination'),
    originalPayoutId: at(reference, 'original_payout'),
    reversedById: at(reference, 'reversed_by'),
    status: text,
    type: text,
    method: text,
    sourceType: text,
    automatic: flag,
    reconciliationStatus: text,
    currency: text,
    amount: integer,
    applicationFeeAmount: integer,
    arrivalDate: unixSeconds,
    failureCode: text,
    failureMessage: text,
    description: text,
    statementDescriptor: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('locationId', 'fee', 'updatedAt'),
  }),
})
