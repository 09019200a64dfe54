import type { ResourceName, Sandbox } from '../../src/sandbox/square/index.ts'
import type { ExpectedObject } from './copy-differences.ts'

/** The tables of Square's lists. */
const lists: Readonly<Record<string, ResourceName>> = {
  customers: 'customers',
  products: 'plans',
  prices: 'variations',
  subscriptions: 'subscriptions',
  subscription_items: 'subscriptions',
  invoices: 'invoices',
  orders: 'orders',
  payments: 'payments',
  refunds: 'refunds',
  disputes: 'disputes',
  payouts: 'payouts',
  balance_transactions: 'entries',
}

/** Every table that a job without `resources` fills. */
export const squareTables: readonly string[] = [...Object.keys(lists), 'order_lines']

/** What a complete copy of a seller holds now, in these tables or in all of them. */
export function* squareObjects(square: Pick<Sandbox, 'objects'>, scope = squareTables): Generator<ExpectedObject> {
  for (const [table, name] of Object.entries(lists)) {
    if (!scope.includes(table)) continue
    for (const raw of square.objects(name)) yield { table, key: String(raw.id), raw }
  }
  if (!scope.includes('order_lines')) return
  for (const { id, line_items: lines } of square.objects('orders'))
    for (const raw of linesOf(lines)) yield { table: 'order_lines', key: `${id}:${raw.uid}`, raw }
}

const linesOf = (lines: unknown) => (Array.isArray(lines) ? (lines as readonly Record<string, unknown>[]) : [])
