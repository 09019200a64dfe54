import { type Fields, fields, list, reference } from '../../provider/fields.ts'
import { references } from './readers.ts'

/*
 * Discounts: a list of ids, or of objects where a payload has them whole; before API 2025-03-31 one object. What they
 * take off is their coupon's, since API 2025-09-30 in `source`.
 */

/** Ids of an object's discounts; null where it says nothing of any. */
export function discountsOf(item: Fields): readonly string[] | null {
  const id = reference(item.discount)
  return references(item.discounts) ?? (id === null ? null : [id])
}

/** The coupon of an object's first discount that has one. */
export function firstCoupon(item: Fields): string | null {
  const discounts = [...(list(item.discounts) ?? []), item.discount].map(fields)
  return (
    discounts
      .map((discount) => reference(fields(discount.source).coupon ?? discount.coupon))
      .find((id) => id !== null) ?? null
  )
}
