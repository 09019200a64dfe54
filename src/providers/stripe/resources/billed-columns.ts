import type { Found } from '../../../provider/contract.ts'
import {
  decimal,
  type Fields,
  fields,
  flag,
  instant,
  integer,
  object,
  reference,
  text,
} from '../../../provider/fields.ts'
import { at } from '../../../provider/mapping.ts'

/** The columns that invoice lines and invoice items have in common: so many of what, at which price, for which period. */
export const billed = {
  priceId: at(reference, 'pricing.price_details.price', 'price', 'plan'),
  productId: at(reference, 'pricing.price_details.product', 'price.product', 'plan.product'),
  description: text,
  currency: text,
  quantity: integer,
  quantityDecimal: at(decimal, 'quantity_decimal', 'quantity'),
  unitAmountDecimal: at(decimal, 'pricing.unit_amount_decimal', 'unit_amount_decimal', 'price.unit_amount_decimal'),
  discountable: flag,
  periodStart: at(instant, 'period.start'),
  periodEnd: at(instant, 'period.end'),
  livemode: flag,
  metadata: object,
} as const

/** Where a line or an invoice item may hold its price whole: always before API 2025-03-31, where expanded since. */
export function pricesOf(item: unknown): readonly Found[] {
  const one: Fields = fields(item)
  return [
    { item: one.price, path: ['price'] },
    { item: fields(fields(one.pricing).price_details).price, path: ['pricing', 'price_details', 'price'] },
  ]
}
