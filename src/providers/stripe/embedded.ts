import type { Embedded, Found } from '../../provider/contract.ts'
import { fields, list, reference } from '../../provider/fields.ts'

/**
 * The list that an object has under this name, with its first items. Null where there is none, or one that has more but
 * no item to go on from: that is not known to be complete.
 */
export function embedded(item: unknown, name: string): Embedded | null {
  const { data, has_more: more } = fields(fields(item)[name])
  const items = list(data)
  if (!items) return null
  const next = more === true ? reference(items.at(-1)) : null
  return more === true && next === null ? null : { items, next, path: [name, 'data'] }
}

/** What the items of an embedded list hold, and where in the object. */
export function heldBy(embedded: Embedded | null, find: (item: unknown) => readonly Found[]): readonly Found[] {
  const { items = [], path: list = [] } = embedded ?? {}
  return items.flatMap((one, at) => find(one).map(({ item, path }) => ({ item, path: [...list, at, ...path] })))
}
