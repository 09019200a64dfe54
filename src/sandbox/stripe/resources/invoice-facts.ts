import { createIds, type Ids } from '../../server/ids.ts'
import type { World } from '../dataset.ts'
import { type ItemFacts, itemAt, rowRoom, type SubscriptionFacts, subscriptionAt } from './subscription-facts.ts'

export interface LineFacts {
  readonly id: string
  readonly amount: number
  readonly quantity: number
  readonly item: ItemFacts
  /** The number of the invoice item behind the line; undefined when it is a subscription item alone. */
  readonly invoiceItem?: number
  readonly proration: boolean
}

export interface InvoiceFacts {
  readonly n: number
  readonly id: string
  readonly created: number
  readonly subscription: SubscriptionFacts
  /** Made by hand for the customer, without a subscription. */
  readonly manual: boolean
  readonly lines: readonly LineFacts[]
  readonly subtotal: number
  readonly tax: number
  /** The number of the tax rate, undefined when nothing is taxed. */
  readonly taxRate: number | undefined
  readonly total: number
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'
  /** The numbers of its charges, from and up to. */
  readonly charges: readonly [number, number]
}

export const lineIds: Ids = createIds('il_', 0x11)

export function invoiceAt(world: World, n: number): InvoiceFacts {
  const subscription = subscriptionAt(world, world.parent('invoices', n) ?? 0)
  const items = world.children('invoiceitems', n)
  const billed = range(items).filter((k) => !pending(k))
  const manual = n % 12 === 0 && billed.length > 0
  const lines = manual
    ? billed.map((k, index) => invoiceItemLine(world, n, index, k))
    : subscriptionLines(world, n, subscription, billed)
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0)
  const taxed = n % 3 === 1 && world.count('tax_rates') > 0
  const tax = taxed ? Math.round(subtotal * 0.19) : 0
  const charges = world.children('charges', n)
  return {
    n,
    id: world.id('invoices', n),
    created: world.created('invoices', n),
    subscription,
    manual,
    lines,
    subtotal,
    tax,
    taxRate: taxed ? n % world.count('tax_rates') : undefined,
    total: subtotal + tax,
    status: statusOf(world, n, charges),
    charges,
  }
}

function subscriptionLines(world: World, n: number, subscription: SubscriptionFacts, billed: readonly number[]) {
  const wanted = n % 50 === 7 ? 11 : n % 400 === 13 ? 120 : subscription.items + (n % 5 === 0 ? 1 : 0)
  const count = Math.max(wanted, Math.min(subscription.items, 30) + billed.length)
  return Array.from({ length: count }, (_, index): LineFacts => {
    const beyond = index - Math.min(subscription.items, 30)
    const item = itemAt(world, subscription.n, index % subscription.items)
    const id = lineIds.of(n * rowRoom + index)
    if (beyond < 0) return { id, item, amount: item.amount, quantity: item.quantity, proration: false }
    const invoiceItem = billed[beyond]
    if (invoiceItem !== undefined) return invoiceItemLine(world, n, index, invoiceItem)
    // A credit for unused time, then a charge for the rest of the period that is larger: totals stay positive.
    const part = Math.floor(item.amount / 7)
    return { id, item, amount: beyond % 2 === 0 ? part + 1 : -part, quantity: item.quantity, proration: true }
  })
}

function invoiceItemLine(world: World, n: number, index: number, k: number): LineFacts {
  const item = itemAt(world, world.parent('invoices', n) ?? 0, 0)
  const amount = invoiceItemAmount(world, k)
  return { id: lineIds.of(n * rowRoom + index), item, amount, quantity: 1, invoiceItem: k, proration: false }
}

export const invoiceItemAmount = (world: World, k: number) => 50 * (1 + (world.draw('invoiceitems', k)() % 400))
/** Not yet on any invoice. */
export const pending = (invoiceItem: number) => invoiceItem % 9 === 4
export const range = ([from, to]: readonly [number, number]) => Array.from({ length: to - from }, (_, at) => from + at)

function statusOf(world: World, n: number, charges: readonly [number, number]): InvoiceFacts['status'] {
  if (charges[1] === charges[0])
    return (['draft', 'void', 'draft', 'open'] as const)[world.draw('invoices', n)() % 4] ?? 'draft'
  return succeeded(world, charges[1] - 1) ? 'paid' : n % 7 === 0 ? 'uncollectible' : 'open'
}

/** Only the last charge of an invoice pays it, and one in twelve does not; what was refunded or disputed had been paid. */
export function succeeded(world: World, charge: number): boolean {
  if (some(world.children('refunds', charge)) || some(world.children('disputes', charge))) return true
  const invoice = world.parent('charges', charge)
  const last =
    invoice === undefined || charge >= world.count('charges') || world.children('charges', invoice)[1] - 1 === charge
  return last && charge % 12 !== 5
}

const some = ([from, to]: readonly [number, number]) => to > from
