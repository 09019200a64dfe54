import * as tables from '../../../db/schema.ts'
import type { DerivedResource } from '../../../provider/define.ts'
import { dateTime, type Fields, fields, metadataOf, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { currencyOf, customerIdOf, money, nameOf } from '../readers.ts'

/*
 * What PayPal does not list: its customers, payments, refunds and payouts stand in the lines of the ledger.
 */

const derivedFrom = ['balance_transactions'] as const
const namedBy = { balance_transactions: 'sourceId' } as const

const infoOf = (item: Fields) => fields(item.transaction_info)
const status = at(text, 'transaction_info.transaction_status')
const currency = at(currencyOf, 'transaction_info.transaction_amount')
const createdAt = at(dateTime, 'transaction_info.transaction_initiation_date')
const updatedAt = at(dateTime, 'transaction_info.transaction_updated_date')
const description = at(text, 'transaction_info.transaction_subject')
const customerId = derived((item: Fields) => customerIdOf(item.payer_info))
const metadata = derived((item: Fields) =>
  metadataOf(infoOf(item), 'transaction_event_code', 'invoice_id', 'custom_field', 'paypal_reference_id'),
)
/** What leaves the balance is a negative amount in the ledger, and a positive one in its own table. */
const outgoing = derived((item: Fields) => {
  const amount = money(infoOf(item).transaction_amount)
  return amount === null ? null : 0 - amount
})
const fee = derived((item: Fields) => {
  const amount = money(infoOf(item).fee_amount)
  return amount === null ? null : 0 - amount
})

/** The object that a line refers to, if it is of that kind. */
const referenceOf = (kind: string) => (item: Fields) => {
  const { paypal_reference_id: id, paypal_reference_id_type: type } = infoOf(item)
  return type === kind ? text(id) : null
}

/** Payers and subscribers. PayPal has no list of them: the id is that of their account, or else `email:` and the address. */
export const customers: DerivedResource = {
  name: 'customers',
  table: tables.customers,
  owner: {},
  derivedFrom: ['balance_transactions', 'subscriptions'],
  namedBy: { balance_transactions: 'customerId', subscriptions: 'customerId' },
  row: mapping<typeof tables.customers>({
    email: at(text, 'email_address'),
    name: derived((payer) => nameOf(payer.payer_name) ?? nameOf(payer.name)),
    phone: derived(({ phone_number: phone }) => text(fields(phone).national_number) ?? text(phone)),
    country: at(text, 'country_code', 'address.country_code', 'shipping_address.address.country_code'),
    ...absent('description', 'currency', 'balance', 'delinquent', 'livemode', 'metadata', 'createdAt', 'updatedAt'),
  }),
}

export const payments: DerivedResource = {
  name: 'payments',
  table: tables.payments,
  owner: { customer: ['customerId'], about: ['subscriptionId'] },
  derivedFrom,
  namedBy,
  row: mapping<typeof tables.payments>({
    customerId,
    subscriptionId: derived(referenceOf('SUB')),
    orderId: derived(referenceOf('ODR')),
    status,
    currency,
    amount: at(money, 'transaction_info.transaction_amount'),
    fee,
    paid: derived((item) => infoOf(item).transaction_status === 'S'),
    refunded: derived((item) => infoOf(item).transaction_status === 'V'),
    description,
    receiptEmail: at(text, 'payer_info.email_address'),
    metadata,
    createdAt,
    updatedAt,
    ...absent(
      'paymentIntentId',
      'paymentMethodId',
      'balanceTransactionId',
      'invoiceId',
      'locationId',
      'amountCaptured',
      'amountRefunded',
      'applicationFeeAmount',
      'presentmentAmount',
      'presentmentCurrency',
      'captured',
      'disputed',
      'failureCode',
      'failureMessage',
      'outcomeType',
      'outcomeReason',
      'riskLevel',
      'paymentMethodType',
      'cardBrand',
      'cardCountry',
      'statementDescriptor',
      'livemode',
    ),
  }),
}

export const refunds: DerivedResource = {
  name: 'refunds',
  table: tables.refunds,
  owner: { customer: ['customerId'], about: ['paymentId'], customerMayBeMissing: true },
  derivedFrom,
  namedBy,
  row: mapping<typeof tables.refunds>({
    paymentId: derived(referenceOf('TXN')),
    customerId,
    status,
    currency,
    amount: outgoing,
    fee,
    description,
    metadata,
    createdAt,
    updatedAt,
    ...absent(
      'livemode',
      'paymentIntentId',
      'balanceTransactionId',
      'failureBalanceTransactionId',
      'orderId',
      'locationId',
      'presentmentAmount',
      'presentmentCurrency',
      'reason',
      'failureReason',
    ),
  }),
}

/** Money that left the PayPal balance for a bank account, or came from one with a negative amount. */
export const payouts: DerivedResource = {
  name: 'payouts',
  table: tables.payouts,
  owner: null,
  derivedFrom,
  namedBy,
  row: mapping<typeof tables.payouts>({
    status,
    type: at(text, 'transaction_info.transaction_event_code'),
    currency,
    amount: outgoing,
    fee,
    description,
    metadata,
    createdAt,
    updatedAt,
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
      'arrivalDate',
      'failureCode',
      'failureMessage',
      'statementDescriptor',
      'livemode',
    ),
  }),
}
