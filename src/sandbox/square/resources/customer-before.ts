import type { Dataset } from '../resource.ts'

/** A customer from before the n-th payment: both lists are newest first, and equally dense. */
export function customerBefore(n: number, draw: number, data: Dataset): number | undefined {
  const customers = data.count('customers')
  if (customers === 0) return undefined
  const from = Math.floor((Math.min(n, data.count('payments')) / Math.max(data.count('payments'), 1)) * customers)
  return Math.min(customers - 1, from + (draw % Math.max(customers - from, 1)))
}
