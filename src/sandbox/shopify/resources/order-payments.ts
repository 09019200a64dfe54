import { nestedGid, numericPart } from '../gids.ts'
import { type MoneyBag, money, moneyBag } from '../money.ts'
import type { Reference } from '../shopify-object.ts'
import { timestamp } from '../timestamps.ts'
import type { FinancialStatus, OrderFacts } from './order-facts.ts'

export interface Transaction {
  readonly id: string
  readonly __typename: 'OrderTransaction'
  readonly kind: 'SALE' | 'AUTHORIZATION' | 'CAPTURE' | 'VOID' | 'REFUND'
  readonly status: 'SUCCESS' | 'PENDING' | 'FAILURE'
  readonly createdAt: string
  readonly amountSet: MoneyBag
  readonly [field: string]: unknown
}

export interface Refund {
  readonly id: string
  readonly __typename: 'Refund'
  readonly createdAt: string
  readonly totalRefundedSet: MoneyBag
  readonly transactions: readonly Transaction[]
  readonly [field: string]: unknown
}

/** The transactions and refunds of an order, from the oldest. */
export function paymentsOf(order: string, n: number, facts: OrderFacts) {
  const { status, created, updated, currencies, total, received, refunds: amounts } = facts
  const transactions: Transaction[] = []
  const add = (
    given: Pick<Transaction, 'kind' | 'status'> & {
      readonly amount: number
      readonly at: number
      readonly parent?: Reference
    },
  ) => {
    const transaction = transactionObject(order, transactions.length, n, facts, given)
    transactions.push(transaction)
    return { id: transaction.id }
  }
  // One order in 2,000 was tried so often that its transactions fill more than a list of a hundred.
  const failures = n % 1_999 === 3 ? 120 : n % 9 === 4 ? 1 : 0
  for (let at = 0; at < failures; at++) add({ kind: 'SALE', status: 'FAILURE', amount: total, at: created })
  const first = firstOf(status, n)
  const parent = first && add({ ...first, amount: status === 'PARTIALLY_PAID' ? received : total, at: created })
  if (first?.kind === 'AUTHORIZATION' && received > 0)
    add({ kind: 'CAPTURE', status: 'SUCCESS', amount: received, at: created, ...(parent ? { parent } : {}) })
  if (status === 'VOIDED')
    add({ kind: 'VOID', status: 'SUCCESS', amount: total, at: updated, ...(parent ? { parent } : {}) })
  const refunds = amounts.map((amount, index): Refund => {
    const at = created + Math.floor(((updated - created) * (index + 1)) / amounts.length)
    add({ kind: 'REFUND', status: 'SUCCESS', amount, at, ...(parent ? { parent } : {}) })
    const id = nestedGid('Refund', order, index)
    return {
      id,
      __typename: 'Refund',
      legacyResourceId: String(numericPart(id)),
      createdAt: timestamp(at),
      updatedAt: timestamp(at),
      processedAt: timestamp(at),
      note: index % 2 === 0 ? 'Damaged in transit' : null,
      totalRefundedSet: moneyBag(amount, currencies),
      transactions: transactions.slice(-1),
      order: { id: order },
      refundLineItems: [],
      orderAdjustments: [],
    }
  })
  return { transactions, refunds }
}

function firstOf(status: FinancialStatus, n: number): Pick<Transaction, 'kind' | 'status'> | undefined {
  switch (status) {
    case 'PENDING':
      return n % 2 === 0 ? { kind: 'SALE', status: 'PENDING' } : undefined
    case 'AUTHORIZED':
    case 'EXPIRED':
    case 'VOIDED':
      return { kind: 'AUTHORIZATION', status: 'SUCCESS' }
    case 'PARTIALLY_PAID':
      return { kind: 'SALE', status: 'SUCCESS' }
    case 'PAID':
    case 'PARTIALLY_REFUNDED':
    case 'REFUNDED':
      return { kind: n % 5 === 0 ? 'AUTHORIZATION' : 'SALE', status: 'SUCCESS' }
  }
}

interface Given extends Pick<Transaction, 'kind' | 'status'> {
  readonly amount: number
  readonly at: number
  readonly parent?: Reference
}

function transactionObject(order: string, index: number, n: number, facts: OrderFacts, given: Given): Transaction {
  const { kind, status, amount, at, parent } = given
  const { currencies, test } = facts
  const id = nestedGid('OrderTransaction', order, index)
  const isCard = n % 7 !== 3
  const amountSet = moneyBag(amount, currencies)
  const hasFee = isCard && status === 'SUCCESS' && (kind === 'SALE' || kind === 'CAPTURE')
  return {
    id,
    __typename: 'OrderTransaction',
    kind,
    status,
    test,
    gateway: isCard ? 'shopify_payments' : 'manual',
    formattedGateway: isCard ? 'Shopify Payments' : 'Manual',
    createdAt: timestamp(at),
    processedAt: timestamp(at),
    errorCode: status === 'FAILURE' ? 'CARD_DECLINED' : null,
    paymentId: isCard ? `r${numericPart(id)}` : null,
    settlementCurrency: hasFee ? currencies.shop : null,
    settlementCurrencyRate: hasFee ? '1.0' : null,
    amountSet,
    parentTransaction: parent ?? null,
    fees: hasFee ? [feeOf(id, amountSet)] : [],
    paymentDetails: isCard
      ? {
          __typename: 'CardPaymentDetails',
          company: 'Visa',
          number: `•••• •••• •••• ${1000 + (n % 9000)}`,
          name: 'Bogus',
        }
      : null,
    order: { id: order },
  }
}

function feeOf(transaction: string, { shopMoney }: MoneyBag) {
  const { currencyCode } = shopMoney
  return {
    id: nestedGid('TransactionFee', transaction, 0),
    __typename: 'TransactionFee',
    type: 'processing_fee',
    rate: '0.029',
    rateName: 'international',
    amount: { ...shopMoney, amount: money(30, currencyCode).amount },
    flatFee: money(30, currencyCode),
    flatFeeName: 'flat',
    taxAmount: money(0, currencyCode),
  }
}
