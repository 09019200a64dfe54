import { fraction, oneIn, pick } from '../../server/random.ts'
import { inCurrency } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { day, hour, second } from '../timestamps.ts'
import { customerBefore } from './customer-before.ts'
import { invoiceAt, invoiceOfPayment } from './invoice-facts.ts'
import { blockSize, currencyOf, locationOfPayment } from './location-of.ts'

export interface PaymentFacts {
  readonly location: number
  readonly currency: string
  /** Without the tip. */
  readonly amount: number
  readonly tip: number
  readonly status: PaymentStatus
  readonly source: (typeof sources)[number]
  readonly customer: number | undefined
  readonly offline: boolean
  readonly last4: string
  readonly brand: (typeof brands)[number]
  /** The amounts of its refunds, in the order of their numbers. */
  readonly refunds: readonly number[]
}

export type PaymentStatus = 'APPROVED' | 'PENDING' | 'COMPLETED' | 'CANCELED' | 'FAILED'

const sources = [
  'CARD',
  'CARD',
  'CARD',
  'CARD',
  'CASH',
  'WALLET',
  'BANK_ACCOUNT',
  'EXTERNAL',
  'SQUARE_ACCOUNT',
] as const
export const brands = ['VISA', 'MASTERCARD', 'AMERICAN_EXPRESS', 'JCB', 'INTERAC', 'SQUARE_GIFT_CARD'] as const
const unsettled = ['APPROVED', 'PENDING', 'CANCELED', 'FAILED'] as const

/** What the payment, its order, its refunds and its invoice agree on. */
export function paymentAt(n: number, data: Dataset): PaymentFacts {
  const random = data.draw('payments', n)
  const location = locationOfPayment(n, data)
  const currency = currencyOf(location, data)
  const number = invoiceOfPayment(n, data)
  const invoice = number === undefined ? undefined : invoiceAt(number, data)
  const refundCount = count(data.children('refunds', n))
  const isContested = refundCount > 0 || count(data.children('disputes', n)) > 0
  const drawn = inCurrency(150 + Math.floor(fraction(random) ** 3 * 40_000), currency)
  const amount = invoice?.paid ?? (n % 997 === 500 ? 2 ** 31 + n : drawn)
  const tip = !invoice && oneIn(random, 4) ? Math.floor(amount / 10) : 0
  const settled = invoice !== undefined || isContested || !oneIn(random, 12)
  return {
    location,
    currency,
    amount,
    tip,
    status: settled ? 'COMPLETED' : pick(random, unsettled),
    source: invoice ? 'CARD' : pick(random, sources),
    customer: invoice ? invoice.customer : oneIn(random, 5) ? undefined : customerBefore(n, random(), data),
    offline: !invoice && oneIn(random, 40),
    last4: String(random() % 10_000).padStart(4, '0'),
    brand: pick(random, brands),
    refunds: refundAmounts(n, refundCount, amount),
  }
}

export const paymentCreated = (n: number, data: Dataset) => data.moment('payments', n)

export function paymentUpdated(n: number, data: Dataset): number {
  const { status, refunds } = paymentAt(n, data)
  const refunded = refunds.length > 0 ? data.updated('refunds', data.children('refunds', n)[1] - 1) : 0
  const delay = status === 'CANCELED' ? 6 * day : status === 'COMPLETED' ? 2 * second + (n % 7) * hour : 100
  return Math.max(refunded, Math.min(paymentCreated(n, data) + delay, data.now))
}

/** A whole refund for every second payment that has one refund; three refunds are a fifth of the payment each. */
function refundAmounts(n: number, refunds: number, amount: number): number[] {
  if (refunds === 1 && n % 24 >= blockSize) return [amount]
  return Array.from({ length: refunds }, () => Math.max(1, Math.floor(amount / 5)))
}

const count = ([from, to]: readonly [number, number]) => to - from
