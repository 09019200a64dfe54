import { type Fields, fields, list, reference } from '../../provider/fields.ts'
import { references } from './readers.ts'

/*
 * Discounts are a list of ids or expanded objects; before API 2025-03-31 a single object. The coupon has the amount;
 * since API 2025-09-30 it is in `source`.
 */

/** Ids of an object's discounts; null if the object has neither discount field. */
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
