import type { EmbeddedList } from '../../provider/contract.ts'
import { fields, reference } from '../../provider/fields.ts'
import { type Item, itemsIn } from '../../provider/item.ts'

/**
 * An object's embedded list of this name, with its first items. Null if there is no list. Also null if the list has
 * more items but no usable last id to continue from.
 */
export function embeddedList(item: Item, name: string): EmbeddedList | null {
  const list = item.at(name)
  const items = itemsIn(list.at('data'))
  if (!items) return null
  const hasMore = fields(list.value()).has_more === true
  const next = hasMore ? reference(items.at(-1)?.value()) : null
  return hasMore && next === null ? null : { items, next }
}

/** The objects inside the items of an embedded list. */
export function embeddedIn(list: EmbeddedList | null, find: (item: Item) => readonly Item[]): readonly Item[] {
  return (list?.items ?? []).flatMap(find)
}
