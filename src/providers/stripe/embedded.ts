import { fields, list, reference } from '../../sync/fields.ts'

/** A list as Stripe embeds it in an object: its first items, and the id after which the rest begins. */
export interface Embedded {
  readonly items: readonly unknown[]
  readonly next: string | null
}

/** Null where there is no list, or one that has more but no item to go on from: that is not known to be complete. */
export function embedded(value: unknown): Embedded | null {
  const { data, has_more: more } = fields(value)
  const items = list(data)
  if (!items) return null
  const next = more === true ? reference(items.at(-1)) : null
  return more === true && next === null ? null : { items, next }
}
