import type { World } from '../dataset.ts'
import { invoiceAt, range, succeeded } from './invoice-facts.ts'

export interface ChargeFacts {
  readonly invoice: number | undefined
  readonly amount: number
  readonly currency: string
  /** The number of the customer. */
  readonly customer: number | undefined
  readonly failed: boolean
  /** What was given back, in all. */
  readonly refunded: number
  readonly disputed: boolean
}

export function chargeAt(world: World, n: number): ChargeFacts {
  const number = world.parent('charges', n)
  const invoice = invoiceAt(world, number ?? 0)
  const refunds = range(world.children('refunds', n))
  const disputes = world.children('disputes', n)
  return {
    invoice: number,
    amount: invoice.total,
    currency: invoice.subscription.currency,
    customer: invoice.subscription.customer,
    failed: !succeeded(world, n),
    refunded: refunds.reduce((sum, refund) => sum + refundAmount(refund, refunds.length, invoice.total), 0),
    disputed: disputes[1] > disputes[0],
  }
}

/** Whole when it is the only one and its number is odd; otherwise a part, so that something is left. */
export const refundAmount = (refund: number, siblings: number, charged: number) =>
  siblings === 1 && refund % 2 === 1 ? charged : Math.floor(charged / (siblings + 1))
