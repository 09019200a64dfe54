import { oneIn, pick, type Random } from '../../server/random.ts'
import { type Currencies, inCurrency, presentmentCurrencies } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { day, hour } from '../timestamps.ts'
import { type LineFacts, linesOf } from './order-lines.ts'

export interface OrderFacts extends OrderTimes {
  readonly currencies: Currencies
  readonly customer: number | undefined
  readonly lines: readonly LineFacts[]
  /** In the smallest unit of the customer's currency. */
  readonly subtotal: number
  readonly discounts: number
  readonly tax: number
  readonly shipping: number
  readonly total: number
  readonly received: number
  /** The amounts of its refunds, from the oldest. */
  readonly refunds: readonly number[]
  readonly test: boolean
}

interface OrderTimes {
  readonly status: FinancialStatus
  /** In unix seconds. */
  readonly created: number
  readonly updated: number
}

const statuses = [
  ...Array<'PAID'>(12).fill('PAID'),
  'PENDING',
  'AUTHORIZED',
  'PARTIALLY_PAID',
  'PARTIALLY_REFUNDED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'VOIDED',
  'EXPIRED',
] as const
export type FinancialStatus = (typeof statuses)[number]

/** What the order, its transactions, its refunds and its disputes agree on. */
export function orderAt(n: number, data: Dataset): OrderFacts {
  const { random, ...times } = drawTimes(n, data)
  const currencies = { shop: data.shop.currency, presentment: pick(random, presentmentCurrencies) }
  const lines = linesOf(n, currencies.presentment, random, data)
  const subtotal = sum(lines.map(({ unit, quantity, discount }) => unit * quantity - discount))
  const tax = sum(lines.map((line) => line.tax))
  const shipping = oneIn(random, 3) ? 0 : inCurrency(499 + (random() % 1_500), currencies.presentment)
  const total = subtotal + tax + shipping
  return {
    ...times,
    currencies,
    customer: oneIn(random, 10) ? undefined : data.before('customers', times.created, random()),
    lines,
    subtotal,
    discounts: sum(lines.map(({ discount }) => discount)),
    tax,
    shipping,
    total,
    received: receivedOf(times.status, total),
    refunds: refundsOf(n, times.status, total, random),
    test: oneIn(random, 60),
  }
}

/** Orders are numbered from 1,001 as they come, and those that are added later after them. */
export function orderNumber(n: number, data: Dataset): number {
  const count = data.count('orders')
  return n < count ? 1_000 + count - n : 1_001 + n
}

export const orderCreated = (n: number, data: Dataset) => data.moment('orders', n)

export const orderUpdated = (n: number, data: Dataset) => drawTimes(n, data).updated

/** One order in fifty was imported with the moment at which another system had taken it. */
export const orderProcessed = (n: number, data: Dataset) => orderCreated(n, data) - (n % 50 === 20 ? 30 * day : 0)

function drawTimes(n: number, data: Dataset): OrderTimes & { readonly random: Random } {
  const random = data.draw('orders', n)
  const created = orderCreated(n, data)
  const status = pick(random, statuses)
  const longest = status.includes('REFUNDED') ? 40 * day : status === 'PAID' ? 3 * day : 10 * hour
  return { random, status, created, updated: Math.min(created + 1 + (random() % longest), data.now) }
}

function receivedOf(status: FinancialStatus, total: number): number {
  switch (status) {
    case 'PENDING':
    case 'AUTHORIZED':
    case 'VOIDED':
    case 'EXPIRED':
      return 0
    case 'PARTIALLY_PAID':
      return Math.floor(total / 2)
    case 'PAID':
    case 'PARTIALLY_REFUNDED':
    case 'REFUNDED':
      return total
  }
}

/** One order in 500 that was refunded in part has twelve refunds. */
function refundsOf(n: number, status: FinancialStatus, total: number, random: Random): number[] {
  if (status === 'REFUNDED') return [total]
  if (status !== 'PARTIALLY_REFUNDED') return []
  const count = n % 50 === 10 ? 12 : 1 + (random() % 3)
  return Array.from({ length: count }, () => Math.max(1, Math.floor(total / (count + 2))))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
