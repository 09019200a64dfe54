import type { Item } from '../json/item.ts'
import type { ListSource } from '../provider/contract.ts'
import { mapEmbedded } from './embedded.ts'
import { readNested } from './nested.ts'
import { type ChildSet, type Mapped, mapItems } from './rows.ts'
import type { Source } from './source.ts'

interface Expansion {
  readonly source: ListSource
  readonly items: readonly Item[]
  readonly observedAt: Date
  readonly pageSize: number
  /** The sources whose embedded items are stored. */
  readonly sources: readonly Source[]
}

/**
 * Maps a page's items to rows: the items, their nested lists and the embedded items of other resources. The rest of a
 * nested list is fetched, behind the same limiters.
 * @throws SyncError
 */
export async function expandPage(expansion: Expansion, signal: AbortSignal): Promise<Mapped> {
  const { source, items, observedAt } = expansion
  const mapped = mapItems(items, { resource: source.name, table: source.table, observedAt, row: source.row })
  // Not `mapped` itself, so that the items can be freed while their rows wait for the committer.
  const { rejects, drifts } = mapped
  const all = { rows: [...mapped.rows], rejects: [...rejects], drifts: [...drifts], childSets: [] as ChildSet[] }
  const parents = mapped.items.map((item, at) => ({ item, id: mapped.rows[at]?.row.id ?? '', table: source.table }))
  for (const nested of source.nested ?? []) {
    const lists = await Promise.all(parents.map((parent) => readNested(nested, { parent, ...expansion }, signal)))
    for (const list of lists) {
      all.rows.push(...list.rows)
      all.rejects.push(...list.rejects)
      all.childSets.push(...list.childSets)
      all.drifts.push(...list.drifts)
    }
  }
  for (const item of mapped.items) all.rows.push(...mapEmbedded(source.embeddedItems?.(item), expansion))
  return all
}

/** The empty nested lists of an object that is gone. */
export function emptyChildSets(
  { nested = [], table: parentTable }: ListSource,
  id: string,
  observedAt: Date,
): readonly ChildSet[] {
  return nested.map(({ name, table, parent }) => ({
    resource: name,
    table,
    parent,
    parentId: id,
    parentTable,
    ids: [],
    observedAt,
  }))
}
