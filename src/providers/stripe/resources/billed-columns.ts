import { decimal, flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { at } from '../../../provider/mapping.ts'

/** The columns that invoice lines and invoice items share: quantity, price and period. */
export const billedColumns = {
  priceId: at(reference, 'pricing.price_details.price', 'price', 'plan'),
  productId: at(reference, 'pricing.price_details.product', 'price.product', 'plan.product'),
  description: text,
  currency: text,
  quantity: integer,
  quantityDecimal: at(decimal, 'quantity_decimal', 'quantity'),
  unitAmountDecimal: at(decimal, 'pricing.unit_amount_decimal', 'unit_amount_decimal', 'price.unit_amount_decimal'),
  discountable: flag,
  periodStart: at(unixSeconds, 'period.start'),
  periodEnd: at(unixSeconds, 'period.end'),
  livemode: flag,
  metadata: object,
} as const

/**
 * The paths of a complete price in a line or invoice item: always there before API 2025-03-31, only if expanded since.
 */
export function pricesIn(item: Item): readonly Item[] {
  return [item.at('price'), item.at('pricing', 'price_details', 'price')]
}
