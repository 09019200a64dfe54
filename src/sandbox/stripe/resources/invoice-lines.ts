import type Stripe from 'stripe'
import type { Wire } from '../wire.ts'
import { day } from './subscription-facts.ts'

/** The content of a line, with the ids of the objects that it refers to. */
export interface Line {
  readonly id: string
  readonly invoice: string
  readonly created: number
  readonly currency: string
  readonly livemode: boolean
  readonly subscription: string | null
  readonly item: string
  readonly price: string
  readonly product: string
  readonly unitAmountDecimal: string
  readonly amount: number
  readonly quantity: number
  readonly description: string
  /** The invoice item of the line; null for a line of a subscription item. */
  readonly invoiceItem: string | null
  readonly proration: boolean
  /** The line that this line credits, or null. */
  readonly credits: string | null
  /** The tax rate, or null if the line has no tax. */
  readonly taxRate: string | null
}

export function lineObject(line: Line) {
  const { id, amount, invoice, invoiceItem, proration, subscription } = line
  const credited = line.credits === null ? null : { invoice, invoice_line_items: [line.credits] }
  return {
    id,
    object: 'line_item',
    amount,
    currency: line.currency,
    description: line.description,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice,
    livemode: line.livemode,
    metadata: {},
    parent:
      invoiceItem === null
        ? {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: null,
              proration,
              proration_details: { credited_items: credited },
              subscription,
              subscription_item: line.item,
            },
            type: 'subscription_item_details',
          }
        : {
            invoice_item_details: {
              invoice_item: invoiceItem,
              proration: false,
              proration_details: { credited_items: null },
              subscription,
            },
            subscription_item_details: null,
            type: 'invoice_item_details',
          },
    period: { end: line.created + 30 * day, start: line.created },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: line.price, product: line.product },
      type: 'price_details',
      unit_amount_decimal: invoiceItem === null ? line.unitAmountDecimal : String(amount),
    },
    quantity: line.quantity,
    quantity_decimal: String(line.quantity),
    subscription,
    subtotal: amount,
    taxes: line.taxRate === null ? [] : [tax(Math.round(amount * 0.19), amount, line.taxRate)],
  } satisfies Wire<Stripe.InvoiceLineItem>
}

export const tax = (amount: number, taxable: number, rate: string) => ({
  amount,
  tax_behavior: 'exclusive',
  tax_rate_details: { tax_rate: rate },
  taxability_reason: 'standard_rated',
  taxable_amount: taxable,
  type: 'tax_rate_details' as const,
})
