import { isRefused, SyncError } from '../errors.ts'
import type { Item } from '../json/item.ts'
import type { ListSource, NestedSource } from '../provider/contract.ts'
import { mapEmbedded } from './embedded.ts'
import { type NestedReading, readNested } from './nested.ts'
import { type ChildSet, mapItems, noContent, type PageContent, rejectRefused } from './rows.ts'
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
 * nested list is fetched, behind the same limiters. If it is refused, its item is rejected, because an item without some
 * of its children would look complete.
 * @throws SyncError
 */
export async function expandPage(expansion: Expansion, signal: AbortSignal): Promise<PageContent> {
  const { source, observedAt } = expansion
  const { present, gone } = withoutTombstones(expansion)
  const parentRows = mapItems(present, { resource: source.name, table: source.table, observedAt, row: source.row })
  const { items: parentItems, rows } = parentRows
  const parents = parentItems.map((item, at) => ({ item, id: rows[at]?.row.id ?? '', table: source.table }))
  const { lists, refusals } = await readNestedLists(parents, expansion, signal)
  // Not `parentRows` itself, so that the items can be freed while their rows wait for the committer.
  const all = {
    rows: parentItems.flatMap((item, at) => (refusals.has(item) ? [] : (rows[at] ?? []))),
    rejects: [...parentRows.rejects],
    drifts: [...parentRows.drifts],
    childSets: gone.flatMap(({ id }) => emptyChildSets(source, id, observedAt)),
    ...(gone.length > 0 && { gone }),
  }
  for (const [item, error] of refusals) all.rejects.push(rejectRefused(source.name, item.value(), error))
  for (const { item, list } of lists) {
    if (refusals.has(item)) continue
    all.rows.push(...list.rows)
    all.rejects.push(...list.rejects)
    all.childSets.push(...list.childSets)
    all.drifts.push(...list.drifts)
  }
  for (const item of parentItems)
    if (!refusals.has(item)) all.rows.push(...mapEmbedded(source.embeddedItems?.(item), expansion))
  return all
}

/** The items that are there, and the objects that are gone by the word of their items. */
function withoutTombstones({ source, items, observedAt }: Expansion) {
  const { name: resource, table, gone: isGone } = source
  if (!isGone) return { present: items, gone: [] }
  const gone = items.flatMap((item) =>
    item.id !== null && isGone(item) ? [{ resource, table, id: item.id, observedAt }] : [],
  )
  const present = items.filter((item) => item.id === null || !isGone(item))
  return { present, gone }
}

interface NestedLists {
  readonly lists: readonly { readonly item: Item; readonly list: PageContent }[]
  /** The items of which a nested list is refused. */
  readonly refusals: ReadonlyMap<Item, SyncError>
}

async function readNestedLists(
  parents: readonly NestedReading['parent'][],
  expansion: Expansion,
  signal: AbortSignal,
): Promise<NestedLists> {
  const lists: NestedLists['lists'][number][] = []
  const refusals = new Map<Item, SyncError>()
  for (const nested of expansion.source.nested ?? []) {
    const read = async (parent: NestedReading['parent']) => {
      const list = await readOrRefuse(nested, { parent, ...expansion }, signal)
      return { item: parent.item, list }
    }
    const accepted = parents.filter(({ item }) => !refusals.has(item))
    for (const { item, list } of await Promise.all(accepted.map(read)))
      if (list instanceof SyncError) refusals.set(item, list)
      else lists.push({ item, list })
  }
  return { lists, refusals }
}

async function readOrRefuse(
  nested: NestedSource,
  reading: NestedReading,
  signal: AbortSignal,
): Promise<PageContent | SyncError> {
  try {
    return await readNested(nested, reading, signal)
  } catch (error) {
    if (isRefused(error, 'resource')) return error
    throw error
  }
}

/** An object that the provider no longer has. Its row keeps its columns, and its nested lists are empty. */
export function goneObject(source: ListSource, id: string, observedAt: Date): PageContent {
  const { name: resource, table } = source
  const gone = [{ resource, table, id, observedAt }]
  return { ...noContent, gone, childSets: emptyChildSets(source, id, observedAt) }
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
