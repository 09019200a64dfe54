import type Stripe from 'stripe'
import type { Wire } from '../wire.ts'
import type { World } from '../world.ts'
import type { InvoiceFacts, LineFacts } from './invoice-facts.ts'
import { day } from './subscription-facts.ts'

/** A line of an invoice; `world` says the ids of what it refers to. */
export function lineObject(world: World, invoice: InvoiceFacts, line: LineFacts, id: string, livemode: boolean) {
  const { invoiceItem, item, proration } = line
  const subscription = invoice.manual ? null : invoice.subscription.id
  const credited = proration && line.amount < 0
  return {
    id: line.id,
    object: 'line_item',
    amount: line.amount,
    currency: invoice.subscription.currency,
    description: proration ? 'Unused time – nicht genutzte Zeit' : `${line.quantity} × Plan №${item.price.n}`,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice: id,
    livemode,
    metadata: {},
    parent:
      invoiceItem === undefined
        ? {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: null,
              proration,
              proration_details: credited
                ? { credited_items: { invoice: id, invoice_line_items: [invoice.lines[0]?.id ?? line.id] } }
                : { credited_items: null },
              subscription,
              subscription_item: item.id,
            },
            type: 'subscription_item_details',
          }
        : {
            invoice_item_details: {
              invoice_item: world.id('invoiceitems', invoiceItem),
              proration: false,
              proration_details: { credited_items: null },
              subscription,
            },
            subscription_item_details: null,
            type: 'invoice_item_details',
          },
    period: { end: invoice.created + 30 * day, start: invoice.created },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: world.id('prices', item.price.n), product: item.price.product },
      type: 'price_details',
      unit_amount_decimal: invoiceItem === undefined ? item.price.unitAmountDecimal : String(line.amount),
    },
    quantity: line.quantity,
    quantity_decimal: String(line.quantity),
    subscription,
    subtotal: line.amount,
    taxes:
      invoice.taxRate === undefined
        ? []
        : [tax(Math.round(line.amount * 0.19), line.amount, world.id('tax_rates', invoice.taxRate))],
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
