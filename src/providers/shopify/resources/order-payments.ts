import * as tables from '../../../db/schema.ts'
import { SyncError } from '../../../errors.ts'
import type { EmbeddedList, Nested, Page } from '../../../provider/contract.ts'
import {
  dateTime,
  type Fields,
  fields,
  flag,
  integer,
  list,
  metadataOf,
  reference,
  text,
} from '../../../provider/fields.ts'
import { type Item, itemsIn } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { ShopifyConnection } from '../connection.ts'
import { parentIn } from '../list.ts'
import { currency, money, sumOf, valuesIn } from '../readers.ts'
import { refundsDocument, refundsInOrder, transactionsDocument } from './order-documents.ts'

/*
 * Transactions and refunds stand in their orders only. Both are plain lists, cut at their `first` without a word: a list that
 * may have been cut is asked for as a whole by the order's id.
 */

/** Transactions that take money or hold it. Refunds have objects of their own; voids and change move no payment. */
const paymentKinds: ReadonlySet<unknown> = new Set(['SALE', 'CAPTURE', 'AUTHORIZATION', 'EMV_AUTHORIZATION'])
const takesMoney = ({ kind, status }: Fields) => status === 'SUCCESS' && (kind === 'SALE' || kind === 'CAPTURE')

/** Payments of an order: its transactions. Shopify never deletes one. */
export const payments: Nested<ShopifyConnection, typeof tables.payments> = {
  name: 'payments',
  table: tables.payments,
  parent: 'orderId',
  owner: { customer: ['customerId'], about: ['orderId'], customerMayBeMissing: true },
  embedded: (order) => entriesOf(order, 'transactions', isComplete(order)),
  async list(shopify, id) {
    const answer = await shopify.query({ document: transactionsDocument, variables: { id }, scope: 'read_orders' })
    const order = parentIn(answer, 'order')
    if (!isComplete(order)) throw cut(id, 'transactions')
    return wholePage(entriesOf(order, 'transactions', true), answer)
  },
  row: mapping<typeof tables.payments>({
    customerId: derived(({ order }) => reference(fields(order).customer)),
    orderId: derived(() => null),
    status: text,
    currency: at(currency, 'amountSet.shopMoney.currencyCode'),
    amount: at(money, 'amountSet.shopMoney'),
    amountCaptured: derived((item) => (takesMoney(item) ? money(fields(item.amountSet).shopMoney) : 0)),
    fee: derived((item) => sumOf(valuesIn(item.fees, 'amount'))),
    presentmentAmount: at(money, 'amountSet.presentmentMoney'),
    presentmentCurrency: at(currency, 'amountSet.presentmentMoney.currencyCode'),
    paid: derived(takesMoney),
    captured: derived(takesMoney),
    failureCode: at(text, 'errorCode'),
    paymentMethodType: at(text, 'gateway'),
    cardBrand: at(text, 'paymentDetails.company'),
    description: at(text, 'formattedGateway'),
    livemode: derived(({ test }) => isLive(test)),
    metadata: derived((item) => metadataOf(item, 'kind', 'paymentId', 'processedAt', 'parentTransaction')),
    createdAt: at(dateTime, 'createdAt'),
    ...absent(
      'paymentIntentId',
      'paymentMethodId',
      'balanceTransactionId',
      'invoiceId',
      'subscriptionId',
      'locationId',
      'amountRefunded',
      'applicationFeeAmount',
      'refunded',
      'disputed',
      'failureMessage',
      'outcomeType',
      'outcomeReason',
      'riskLevel',
      'cardCountry',
      'statementDescriptor',
      'receiptEmail',
      'updatedAt',
    ),
  }),
}

/** Refunds of an order. The money moves in transactions of the kind REFUND, which belong to the refund. */
export const refunds: Nested<ShopifyConnection, typeof tables.refunds> = {
  name: 'refunds',
  table: tables.refunds,
  parent: 'orderId',
  owner: { customer: ['customerId'], about: ['orderId'], customerMayBeMissing: true },
  embedded: (order) => entriesOf(order, 'refunds', (list(fields(order.value()).refunds)?.length ?? 0) < refundsInOrder),
  async list(shopify, id) {
    const answer = await shopify.query({ document: refundsDocument, variables: { id }, scope: 'read_orders' })
    return wholePage(entriesOf(parentIn(answer, 'order'), 'refunds', true), answer)
  },
  row: mapping<typeof tables.refunds>({
    paymentId: derived((item) => reference(transactionsOf(item)[0]?.parentTransaction)),
    customerId: derived(({ order }) => reference(fields(order).customer)),
    orderId: derived(() => null),
    status: derived(statusOf),
    currency: at(currency, 'totalRefundedSet.shopMoney.currencyCode'),
    amount: at(money, 'totalRefundedSet.shopMoney'),
    presentmentAmount: at(money, 'totalRefundedSet.presentmentMoney'),
    presentmentCurrency: at(currency, 'totalRefundedSet.presentmentMoney.currencyCode'),
    description: at(text, 'note'),
    metadata: derived((item) => metadataOf(item, 'processedAt', 'transactions')),
    createdAt: at(dateTime, 'createdAt', 'processedAt'),
    updatedAt: at(dateTime, 'updatedAt'),
    ...absent(
      'livemode',
      'paymentIntentId',
      'balanceTransactionId',
      'failureBalanceTransactionId',
      'locationId',
      'fee',
      'reason',
      'failureReason',
    ),
  }),
}

/** Whether money is real: Shopify marks what is a test. */
export const isLive = (test: unknown): boolean | null => {
  const isTest = flag(test)
  return isTest === null ? null : !isTest
}

const transactionsOf = ({ transactions }: Fields) => (list(fields(transactions).nodes) ?? []).map(fields)

/** The status of a refund's transactions: that of the first that has not succeeded. Null if no money moved. */
function statusOf(refund: Fields): string | null {
  const statuses = transactionsOf(refund).map(({ status }) => text(status))
  return statuses.find((status) => status !== 'SUCCESS') ?? statuses[0] ?? null
}

/** The transactions or refunds of an order, which are about the order's customer. `isWhole`: the list was not cut. */
function entriesOf(order: Item, name: 'transactions' | 'refunds', isWhole: boolean): EmbeddedList | null {
  const { id, customer } = fields(order.value())
  const entries = itemsIn(order.at(name))
  if (!entries) return null
  const isKept = (item: Item) => name === 'refunds' || paymentKinds.has(fields(item.value()).kind)
  const items = entries.filter(isKept).map((item) => item.withFields({ order: { id, customer } }))
  return isWhole ? { items, next: null } : { items: [], next: '' }
}

/** Whether an order shows all of its transactions. */
function isComplete(order: Item): boolean {
  const { transactions, transactionsCount } = fields(order.value())
  const count = integer(fields(transactionsCount).count)
  return count === null || count <= (list(transactions)?.length ?? 0)
}

function wholePage(
  entries: EmbeddedList | null,
  { date, allowance }: Pick<Page, 'allowance'> & { readonly date: Date },
): Page {
  return { items: entries?.items ?? [], next: null, observedAt: date, ...(allowance && { allowance }) }
}

const cut = (id: string, name: string) =>
  new SyncError(
    'reject',
    'provider_contract',
    `shopify: the order ${id} has more ${name} than Shopify shows. Report a bug with this error.`,
    { scope: 'object' },
  )
