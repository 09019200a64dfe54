import { minorUnits, moneyBag } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { orderAt, orderCreated } from './order-facts.ts'

export interface BalanceFacts {
  /** The number of its order. */
  readonly order: number
  readonly type: 'CHARGE' | 'REFUND' | 'DISPUTE'
  /** In the smallest unit of the shop's currency; negative for what leaves the balance. */
  readonly amount: number
  readonly fee: number
}

/** What a balance transaction and its payout agree on. */
export function balanceAt(n: number, data: Dataset): BalanceFacts {
  const order = orderOf(n, data)
  const { currencies, total } = orderAt(order, data)
  const { amount, currencyCode } = moneyBag(total, currencies).shopMoney
  const gross = minorUnits(amount, currencyCode)
  const isFirst = n === data.children('balanceTransactions', order)[0]
  if (!isFirst)
    return {
      order,
      type: n % 2 === 0 ? 'REFUND' : 'DISPUTE',
      amount: -Math.floor(gross / 2),
      fee: n % 2 === 0 ? 0 : 1_500,
    }
  return { order, type: 'CHARGE', amount: gross, fee: Math.floor(gross * 0.029) + 30 }
}

export function balanceCreated(n: number, data: Dataset): number {
  const order = orderOf(n, data)
  const index = n - data.children('balanceTransactions', order)[0]
  return Math.min(orderCreated(order, data) + 2 + index * 86_400, data.now)
}

/** So many transactions are paid out at a time. The newest are not paid out yet. */
export const payoutSize = 20
export const payoutIndex = (n: number) => Math.floor(n / payoutSize) - 1

const orderOf = (n: number, data: Dataset) => data.parent('balanceTransactions', n) ?? 0
