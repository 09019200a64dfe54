import type { EmbeddedList } from '../../provider/contract.ts'
import { fields, reference } from '../../provider/fields.ts'
import { type Item, itemsIn } from '../../provider/item.ts'

/**
 * The list that an object has under this name, with its first items. Null if there is none, or if it has more but no item
 * to go on from: such a list is not known to be complete.
 */
export function embeddedList(item: Item, name: string): EmbeddedList | null {
  const list = item.at(name)
  const items = itemsIn(list.at('data'))
  if (!items) return null
  const hasMore = fields(list.value()).has_more === true
  const next = hasMore ? reference(items.at(-1)?.value()) : null
  return hasMore && next === null ? null : { items, next }
}

/** What the items of an embedded list hold. */
export function embeddedIn(list: EmbeddedList | null, find: (item: Item) => readonly Item[]): readonly Item[] {
  return (list?.items ?? []).flatMap(find)
}
