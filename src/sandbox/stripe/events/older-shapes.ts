import type { Collection } from '../collection.ts'
import type { StripeObject } from '../resource.ts'
import type { ByResource } from '../resources/names.ts'
import { type PriceObject, planOf } from '../resources/prices.ts'

export const pinnedVersion = '2026-10-28.endive'
export const olderVersions = ['2024-12-18.acacia', '2025-06-30.basil'] as const

export interface Lookup {
  readonly live: ByResource<Collection>
  /** The invoice payment of a payment intent. */
  readonly paymentOf: (intent: string) => StripeObject | undefined
}

type Fields = Record<string, unknown>

/** The object as an older version of the API rendered it. Events keep the shape of the version that made them. */
export function asOf(version: string, object: StripeObject, lookup: Lookup): StripeObject {
  if (version >= '2025-09-30') return object
  const basil = beforeClover[object.object]?.(object, lookup) ?? object
  return version >= '2025-03-31' ? basil : (beforeBasil[basil.object]?.(basil, lookup) ?? basil)
}

type Older = Readonly<Record<string, (object: StripeObject, lookup: Lookup) => StripeObject>>

/** Before clover (2025-09-30), discounts and promotion codes held the whole coupon. */
const beforeClover: Older = {
  customer(customer, { live }) {
    const discount = customer.discount as Fields | null
    if (!discount) return customer
    const { source, ...rest } = discount
    return {
      ...customer,
      discount: { ...rest, coupon: live.coupons.retrieve(String((source as Fields).coupon)) ?? null },
    }
  },
  promotion_code({ promotion, ...code }, { live }) {
    return { ...code, coupon: live.coupons.retrieve(String((promotion as Fields).coupon)) ?? null } as StripeObject
  },
}

/** Before basil (2025-03-31), periods, payments, prices and the subscription of an invoice were in other fields. */
const beforeBasil: Older = {
  subscription({ billing_mode, ...subscription }) {
    const items = subscription.items as { data: readonly Fields[] }
    const { current_period_start, current_period_end } = items.data[0] ?? {
      current_period_start: null,
      current_period_end: null,
    }
    const data = items.data.map(({ current_period_start: _, current_period_end: __, ...item }) => item)
    return {
      ...subscription,
      current_period_start,
      current_period_end,
      discount: null,
      items: { ...items, data },
    } as StripeObject
  },
  invoice({ parent, total_taxes, amount_overpaid, ...invoice }, lookup) {
    const payment = lookup.live.invoice_payments.related('invoices', invoice.id as string)[0]?.payment as
      | Fields
      | undefined
    const intent = payment?.payment_intent ?? null
    const charge = lookup.live.payment_intents.retrieve(String(intent))?.latest_charge ?? null
    const lines = invoice.lines as { data: readonly Fields[] }
    return {
      ...invoice,
      application_fee_amount: null,
      charge,
      discount: null,
      lines: { ...lines, data: lines.data.map((line) => oldLine(line, lookup)) },
      paid: invoice.status === 'paid',
      paid_out_of_band: false,
      payment_intent: intent,
      quote: null,
      subscription: subscriptionIn(parent),
      subscription_details: { metadata: {} },
      tax: (total_taxes as readonly Fields[]).reduce((sum, { amount }) => sum + Number(amount), 0) || null,
      total_tax_amounts: oldTaxes(total_taxes),
      transfer_data: null,
    } as StripeObject
  },
  invoiceitem({ parent, pricing, net_amount, quantity_decimal, ...item }, lookup) {
    return {
      ...item,
      ...oldPrice(pricing, lookup),
      subscription: subscriptionIn(parent),
      unit_amount: item.amount,
    } as StripeObject
  },
  charge: (charge, { paymentOf }) => ({
    ...charge,
    invoice: paymentOf(String(charge.payment_intent))?.invoice ?? null,
  }),
  payment_intent: (intent, { paymentOf }) => ({ ...intent, invoice: paymentOf(intent.id)?.invoice ?? null }),
}

function oldLine({ parent, pricing, taxes, subtotal, quantity_decimal, ...line }: Fields, lookup: Lookup): Fields {
  const { invoice_item_details, subscription_item_details } = (parent ?? {}) as Record<string, Fields | null>
  return {
    ...line,
    ...oldPrice(pricing, lookup),
    amount_excluding_tax: line.amount,
    invoice_item: invoice_item_details?.invoice_item ?? subscription_item_details?.invoice_item ?? undefined,
    proration: Boolean(subscription_item_details?.proration),
    proration_details: { credited_items: null },
    subscription_item: subscription_item_details?.subscription_item,
    tax_amounts: oldTaxes(taxes),
    tax_rates: [],
    type: invoice_item_details ? 'invoiceitem' : 'subscription',
    unit_amount_excluding_tax: null,
  }
}

function oldPrice(pricing: unknown, { live }: Lookup): Fields {
  const { price_details } = (pricing ?? {}) as { price_details?: { price: string } }
  const price = live.prices.retrieve(price_details?.price ?? '')
  // Every price of the sandbox has the shape its generator gives it.
  return {
    price: price ?? null,
    plan: price?.recurring ? planOf(price as unknown as PriceObject) : null,
  }
}

const subscriptionIn = (parent: unknown) =>
  (parent as { subscription_details?: Fields } | null)?.subscription_details?.subscription ?? null

const oldTaxes = (taxes: unknown) =>
  ((taxes ?? []) as readonly Fields[]).map(({ amount, tax_rate_details, taxability_reason, taxable_amount }) => ({
    amount,
    inclusive: false,
    tax_rate: (tax_rate_details as Fields).tax_rate,
    taxability_reason,
    taxable_amount,
  }))
