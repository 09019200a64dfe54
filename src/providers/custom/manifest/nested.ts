import type { EmbeddedList, Nested } from '../../../provider/contract.ts'
import type { Item } from '../../../provider/item.ts'
import { rowMapping } from './columns.ts'
import type { Connection } from './connection.ts'
import { type ManifestContext, withId } from './context.ts'
import { identified, listPage } from './list.ts'
import { codeName, ownerOf } from './owner.ts'
import { stepsOf } from './pointer.ts'
import type { NestedPart } from './schema.ts'
import { findTable } from './tables.ts'

/** The list that each parent object has. */
export function nestedList(part: NestedPart, { manifest, kit }: ManifestContext): Nested<Connection> {
  const known = findTable(kit.tables, part.table)
  const { name, columns = {}, embedded: pointer, path, id, idWithParent } = part
  const parent = codeName(part.parent ?? 'parent_id', known)
  const list = { ...manifest.defaults, ...part }
  const named = (item: Item, parentId: string) =>
    idWithParent ? identified(item, id, kit, `${parentId}:`) : identified(item, id, kit)

  function embedded(holder: Item): EmbeddedList | null {
    if (pointer === undefined) return { items: [], next: '' }
    const items = kit.items.itemsIn(holder.at(...stepsOf(pointer)))
    return items && { items: items.map((item) => named(item, holder.id ?? '')), next: null }
  }

  return {
    name,
    table: known.table,
    parent,
    owner: ownerOf(part.owner, known),
    row: rowMapping({ known, resource: name, columns, parent, digits: manifest.currencyDigits }, kit),
    embedded,
    async list(connection, parentId, query) {
      if (path === undefined) throw connection.unusable('has no more of a list that its parent has whole')
      const parameters = Object.entries(list.parameters ?? {}).map(([key, text]) => [
        key,
        text.replaceAll('{id}', parentId),
      ])
      const request = { path: withId(path, parentId), list, parameters: Object.fromEntries(parameters) }
      const page = await listPage(connection, request, query, kit)
      return idWithParent ? { ...page, items: page.items.map((item) => named(item, parentId)) } : page
    },
  }
}
