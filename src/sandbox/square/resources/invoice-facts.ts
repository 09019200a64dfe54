import { fraction } from '../../server/random.ts'
import { inCurrency } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { day, hour } from '../timestamps.ts'
import { customerBefore } from './customer-before.ts'
import { blockSize, currencyOf, locationOfPayment } from './location-of.ts'
import { subscriptionAt } from './subscription-facts.ts'

export const invoiceStates = [
  'DRAFT',
  'UNPAID',
  'SCHEDULED',
  'PARTIALLY_PAID',
  'PAID',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'CANCELED',
  'FAILED',
  'PAYMENT_PENDING',
] as const
export type InvoiceState = (typeof invoiceStates)[number]

export interface InvoiceFacts {
  readonly state: InvoiceState
  readonly location: number
  readonly currency: string
  readonly customer: number | undefined
  readonly subscription: number | undefined
  readonly amount: number
  /** The amount that was paid; undefined if no payment belongs to the invoice. */
  readonly paid: number | undefined
}

/** Every fourth payment can be that of an invoice. */
const paymentOf = (invoice: number) => 4 * invoice + 3
const invoicesOfSubscription = 3

/** The number of the invoice that a payment pays; undefined if it pays none. */
export function invoiceOfPayment(n: number, data: Dataset): number | undefined {
  const invoice = (n - 3) / 4
  if (!Number.isInteger(invoice) || invoice < 0 || invoice >= data.count('invoices')) return undefined
  return paidStates.has(stateOf(invoice, data)) ? invoice : undefined
}

/** The number of the payment of an invoice; undefined if it was not paid. */
export function paymentOfInvoice(invoice: number, data: Dataset): number | undefined {
  const n = paymentOf(invoice)
  return n < data.count('payments') && paidStates.has(stateOf(invoice, data)) ? n : undefined
}

export function invoiceAt(n: number, data: Dataset): InvoiceFacts {
  const random = data.draw('invoices', n)
  const state = stateOf(n, data)
  const location = locationOfInvoice(n, data)
  const currency = currencyOf(location, data)
  const subscription = subscriptionOf(n, data)
  const billed = subscription === undefined ? undefined : subscriptionAt(subscription, data)
  const drawn = inCurrency(1_000 + Math.floor(fraction(random) * 90_000), currency)
  const amount = billed ? billed.price : drawn
  const paid = state === 'PARTIALLY_PAID' ? Math.floor(amount / 2) : amount
  return {
    state,
    location,
    currency,
    customer: billed ? billed.customer : customerBefore(paymentOf(n), random(), data),
    subscription,
    amount,
    paid: paymentOfInvoice(n, data) === undefined ? undefined : paid,
  }
}

export const locationOfInvoice = (n: number, data: Dataset) => locationOfPayment(paymentOf(n), data)

export function invoiceCreated(n: number, data: Dataset): number {
  const before = Math.floor(fraction(data.draw('invoices', n)) * 2 * day)
  const payment = paymentOf(n)
  return (payment < data.count('payments') ? data.moment('payments', payment) : data.moment('invoices', n)) - before
}

export function invoiceUpdated(n: number, data: Dataset): number {
  const payment = paymentOfInvoice(n, data)
  if (payment !== undefined) return data.updated('payments', payment)
  return Math.min(invoiceCreated(n, data) + (n % 5) * hour, data.now)
}

/** The numbers of the invoices of a subscription. */
export function invoicesOf(subscription: number, data: Dataset): readonly number[] {
  const first = subscription * invoicesOfSubscription
  return [first, first + 1, first + 2].filter((n) => n < data.count('invoices'))
}

function subscriptionOf(invoice: number, data: Dataset): number | undefined {
  const subscription = Math.floor(invoice / invoicesOfSubscription)
  return subscription < data.count('subscriptions') ? subscription : undefined
}

const paidStates = new Set<InvoiceState>(['PARTIALLY_PAID', 'PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'])

function stateOf(invoice: number, data: Dataset): InvoiceState {
  const [from, to] = paymentOf(invoice) < data.count('payments') ? data.children('refunds', paymentOf(invoice)) : [0, 0]
  if (to > from) return to - from === 1 && paymentOf(invoice) % 24 >= blockSize ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
  const state = statesInTurn[invoice % statesInTurn.length] ?? 'PAID'
  return state === 'PARTIALLY_REFUNDED' || state === 'REFUNDED' ? 'PAID' : state
}

const statesInTurn: readonly InvoiceState[] = [...invoiceStates, ...Array.from({ length: 13 }, () => 'PAID' as const)]
