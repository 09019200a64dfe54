import { createIds, type Ids } from '../../server/ids.ts'
import type { NumberRange } from '../../server/relations.ts'
import type { Dataset } from '../resource.ts'
import { type ItemFacts, itemAt, maxNestedRows, type SubscriptionFacts, subscriptionAt } from './subscription-facts.ts'

export interface LineFacts {
  readonly id: string
  readonly amount: number
  readonly quantity: number
  readonly item: ItemFacts
  /** The number of the invoice item of the line; undefined for a line of a subscription item. */
  readonly invoiceItem?: number
  readonly proration: boolean
}

export interface InvoiceFacts {
  readonly n: number
  readonly id: string
  readonly created: number
  readonly subscription: SubscriptionFacts
  /** Created for the customer by a person, without a subscription. */
  readonly manual: boolean
  readonly lines: readonly LineFacts[]
  readonly subtotal: number
  readonly tax: number
  /** The number of the tax rate; undefined if the invoice has no tax. */
  readonly taxRate: number | undefined
  readonly total: number
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'
  /** The numbers of its charges. */
  readonly charges: NumberRange
}

export const lineIds: Ids = createIds('il_', 0x11)

export function invoiceAt(dataset: Dataset, n: number): InvoiceFacts {
  const subscription = subscriptionAt(dataset, dataset.parent('invoices', n) ?? 0)
  const items = dataset.children('invoiceitems', n)
  const billed = range(items).filter((k) => !isPending(k))
  const manual = n % 12 === 0 && billed.length > 0
  const lines = manual
    ? billed.map((k, index) => invoiceItemLine(dataset, n, index, k))
    : subscriptionLines(dataset, n, subscription, billed)
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0)
  const taxed = n % 3 === 1 && dataset.count('tax_rates') > 0
  const tax = taxed ? Math.round(subtotal * 0.19) : 0
  const charges = dataset.children('charges', n)
  return {
    n,
    id: dataset.id('invoices', n),
    created: dataset.created('invoices', n),
    subscription,
    manual,
    lines,
    subtotal,
    tax,
    taxRate: taxed ? n % dataset.count('tax_rates') : undefined,
    total: subtotal + tax,
    status: statusOf(dataset, n, charges),
    charges,
  }
}

function subscriptionLines(dataset: Dataset, n: number, subscription: SubscriptionFacts, billed: readonly number[]) {
  const lineCount = n % 50 === 7 ? 11 : n % 400 === 13 ? 120 : subscription.items + (n % 5 === 0 ? 1 : 0)
  const count = Math.max(lineCount, Math.min(subscription.items, 30) + billed.length)
  return Array.from({ length: count }, (_, index): LineFacts => {
    const beyond = index - Math.min(subscription.items, 30)
    const item = itemAt(dataset, subscription.n, index % subscription.items)
    const id = lineIds.idOf(n * maxNestedRows + index)
    if (beyond < 0) return { id, item, amount: item.amount, quantity: item.quantity, proration: false }
    const invoiceItem = billed[beyond]
    if (invoiceItem !== undefined) return invoiceItemLine(dataset, n, index, invoiceItem)
    // A credit for unused time, then a larger charge for the rest of the period, so that totals stay positive.
    const part = Math.floor(item.amount / 7)
    return { id, item, amount: beyond % 2 === 0 ? part + 1 : -part, quantity: item.quantity, proration: true }
  })
}

function invoiceItemLine(dataset: Dataset, n: number, index: number, k: number): LineFacts {
  const item = itemAt(dataset, dataset.parent('invoices', n) ?? 0, 0)
  const amount = invoiceItemAmount(dataset, k)
  return { id: lineIds.idOf(n * maxNestedRows + index), item, amount, quantity: 1, invoiceItem: k, proration: false }
}

export const invoiceItemAmount = (dataset: Dataset, k: number) => 50 * (1 + (dataset.draw('invoiceitems', k)() % 400))
/** True for an invoice item that is on no invoice yet. */
export const isPending = (invoiceItem: number) => invoiceItem % 9 === 4
export const range = ([from, to]: NumberRange) => Array.from({ length: to - from }, (_, at) => from + at)

function statusOf(dataset: Dataset, n: number, charges: NumberRange): InvoiceFacts['status'] {
  if (charges[1] === charges[0])
    return (['draft', 'void', 'draft', 'open'] as const)[dataset.draw('invoices', n)() % 4] ?? 'draft'
  return succeeded(dataset, charges[1] - 1) ? 'paid' : n % 7 === 0 ? 'uncollectible' : 'open'
}

/** Only the last charge of an invoice succeeds, and one in twelve of those fails. A refunded or disputed charge succeeded. */
export function succeeded(dataset: Dataset, charge: number): boolean {
  if (isNotEmpty(dataset.children('refunds', charge)) || isNotEmpty(dataset.children('disputes', charge))) return true
  const invoice = dataset.parent('charges', charge)
  const last =
    invoice === undefined ||
    charge >= dataset.count('charges') ||
    dataset.children('charges', invoice)[1] - 1 === charge
  return last && charge % 12 !== 5
}

const isNotEmpty = ([from, to]: NumberRange) => to > from
