import { nestedGid, numericPart } from '../gids.ts'
import { type Currencies, minorUnits, moneyBag } from '../money.ts'
import { type Fields, fieldOf, type ShopifyObject } from '../shopify-object.ts'
import { timestamp } from '../timestamps.ts'

/** The amount of a field of an order, in the smallest unit of the customer's currency. */
export function amountOf(order: Fields, field: string): number {
  const amount = fieldOf(fieldOf(order[field], 'presentmentMoney'), 'amount')
  return minorUnits(String(amount), currenciesOf(order).presentment)
}

const currenciesOf = (order: Fields): Currencies => ({
  shop: String(order.currencyCode),
  presentment: String(order.presentmentCurrencyCode),
})

export const bagOf = (order: Fields, amount: number) => moneyBag(amount, currenciesOf(order))

export const listIn = (order: Fields, field: string): readonly unknown[] => {
  const list = order[field]
  return Array.isArray(list) ? list : []
}

interface Payment {
  readonly kind: 'SALE' | 'REFUND'
  readonly status: 'SUCCESS' | 'PENDING' | 'FAILURE'
  readonly amount: number
}

/** A new transaction of an order, made now. */
export function newTransaction(order: ShopifyObject, { kind, status, amount }: Payment, now: number) {
  const index = listIn(order, 'transactions').length
  return {
    id: nestedGid('OrderTransaction', order.id, index),
    __typename: 'OrderTransaction',
    kind,
    status,
    test: order.test === true,
    gateway: 'shopify_payments',
    formattedGateway: 'Shopify Payments',
    createdAt: timestamp(now),
    processedAt: timestamp(now),
    errorCode: status === 'FAILURE' ? 'CARD_DECLINED' : null,
    paymentId: null,
    settlementCurrency: null,
    settlementCurrencyRate: null,
    amountSet: bagOf(order, amount),
    parentTransaction: null,
    fees: [],
    paymentDetails: null,
    order: { id: order.id },
  }
}

/** What a refund of so much adds to an order. */
export function refundPatch(order: ShopifyObject, amount: number, now: number): Fields {
  const refunds = listIn(order, 'refunds')
  const transaction = newTransaction(order, { kind: 'REFUND', status: 'SUCCESS', amount }, now)
  const id = nestedGid('Refund', order.id, refunds.length)
  const refund = {
    id,
    __typename: 'Refund',
    legacyResourceId: String(numericPart(id)),
    createdAt: timestamp(now),
    updatedAt: timestamp(now),
    processedAt: timestamp(now),
    note: 'Refunded in the simulation',
    totalRefundedSet: bagOf(order, amount),
    transactions: [transaction],
    order: { id: order.id },
    refundLineItems: [],
    orderAdjustments: [],
  }
  const refunded = amountOf(order, 'totalRefundedSet') + amount
  const received = amountOf(order, 'totalReceivedSet')
  return {
    refunds: [...refunds, refund],
    transactions: [...listIn(order, 'transactions'), transaction],
    totalRefundedSet: bagOf(order, refunded),
    currentTotalPriceSet: bagOf(order, amountOf(order, 'totalPriceSet') - refunded),
    netPaymentSet: bagOf(order, received - refunded),
    displayFinancialStatus: refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
  }
}

/** What a payment of all that is open adds to an order. */
export function paidPatch(order: ShopifyObject, now: number): Fields {
  const amount = amountOf(order, 'totalOutstandingSet')
  const received = amountOf(order, 'totalReceivedSet') + amount
  const transaction = newTransaction(order, { kind: 'SALE', status: 'SUCCESS', amount }, now)
  return {
    transactions: [...listIn(order, 'transactions'), transaction],
    totalReceivedSet: bagOf(order, received),
    totalOutstandingSet: bagOf(order, 0),
    totalCapturableSet: bagOf(order, 0),
    netPaymentSet: bagOf(order, received - amountOf(order, 'totalRefundedSet')),
    displayFinancialStatus: 'PAID',
    fullyPaid: true,
    unpaid: false,
  }
}
