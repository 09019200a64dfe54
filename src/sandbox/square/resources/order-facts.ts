import { fraction, oneIn } from '../../server/random.ts'
import { inCurrency } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { hour, second } from '../timestamps.ts'
import { customerBefore } from './customer-before.ts'
import { invoiceAt, paymentOfInvoice } from './invoice-facts.ts'
import { currencyOf, locationOfPayment } from './location-of.ts'
import { paymentAt } from './payment-facts.ts'
import { takenOffline } from './payments.ts'

export interface OrderFacts {
  readonly state: 'OPEN' | 'COMPLETED' | 'CANCELED' | 'DRAFT'
  readonly location: number
  readonly currency: string
  readonly customer: number | undefined
  /** What all lines cost, with their taxes and without the tip. */
  readonly amount: number
  readonly tip: number
  /** The number of the payment that paid it. */
  readonly payment: number | undefined
}

/** The number of the order of an invoice: that of its payment, or one of its own. */
export function orderOfInvoice(invoice: number, data: Dataset): number {
  return paymentOfInvoice(invoice, data) ?? data.count('payments') + invoice
}

/** The first orders are those of the payments; then one for each invoice; then those that were never paid. */
export function orderAt(n: number, data: Dataset): OrderFacts {
  const payments = data.count('payments')
  if (n < payments) return ofPayment(n, data)
  const invoice = n - payments
  const isInvoice = invoice < data.count('invoices') && paymentOfInvoice(invoice, data) === undefined
  if (isInvoice) {
    const { location, currency, customer, amount, state } = invoiceAt(invoice, data)
    const isCanceled = state === 'CANCELED' || state === 'FAILED'
    const orderState = isCanceled ? 'CANCELED' : 'OPEN'
    return { state: orderState, location, currency, customer, amount, tip: 0, payment: undefined }
  }
  const random = data.draw('orders', n)
  const location = locationOfPayment(n, data)
  const currency = currencyOf(location, data)
  return {
    state: (['OPEN', 'DRAFT', 'CANCELED'] as const)[n % 3] ?? 'OPEN',
    location,
    currency,
    customer: oneIn(random, 2) ? undefined : customerBefore(random() % Math.max(payments, 1), random(), data),
    amount: inCurrency(500 + Math.floor(fraction(random) * 9_000), currency),
    tip: 0,
    payment: undefined,
  }
}

const orderStates = {
  APPROVED: 'OPEN',
  PENDING: 'OPEN',
  COMPLETED: 'COMPLETED',
  CANCELED: 'CANCELED',
  FAILED: 'CANCELED',
} as const

function ofPayment(n: number, data: Dataset): OrderFacts {
  const { status, location, currency, customer, amount, tip } = paymentAt(n, data)
  return { state: orderStates[status], location, currency, customer, amount, tip, payment: n }
}

/** An order taken offline was created up to 72 hours before its payment arrived. */
export function orderCreated(n: number, data: Dataset): number {
  const payments = data.count('payments')
  if (n >= payments)
    return n - payments < data.count('invoices')
      ? data.created('invoices', n - payments) - second
      : data.moment('orders', n)
  return paymentAt(n, data).offline ? takenOffline(n, data) : data.created('payments', n) - second
}

export function orderUpdated(n: number, data: Dataset): number {
  if (n < data.count('payments')) return Math.max(orderCreated(n, data), data.updated('payments', n))
  return Math.min(orderCreated(n, data) + (n % 30) * hour, data.now)
}
