import type { Dataset } from '../resource.ts'
import { invoiceAt, range, succeeded } from './invoice-facts.ts'

export interface ChargeFacts {
  readonly invoice: number | undefined
  readonly amount: number
  readonly currency: string
  /** The number of the customer. */
  readonly customer: number | undefined
  readonly failed: boolean
  /** The sum of all refunds. */
  readonly refunded: number
  readonly disputed: boolean
}

export function chargeAt(dataset: Dataset, n: number): ChargeFacts {
  const number = dataset.parent('charges', n)
  const invoice = invoiceAt(dataset, number ?? 0)
  const refunds = range(dataset.children('refunds', n))
  const disputes = dataset.children('disputes', n)
  return {
    invoice: number,
    amount: invoice.total,
    currency: invoice.subscription.currency,
    customer: invoice.subscription.customer,
    failed: !succeeded(dataset, n),
    refunded: refunds.reduce((sum, refund) => sum + refundAmount(refund, refunds.length, invoice.total), 0),
    disputed: disputes[1] > disputes[0],
  }
}

/** A single refund with an odd number is the whole charge. Every other refund is a part of it, so that a rest stays. */
export const refundAmount = (refund: number, siblings: number, charged: number) =>
  siblings === 1 && refund % 2 === 1 ? charged : Math.floor(charged / (siblings + 1))
