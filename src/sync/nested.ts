import type { SyncedTable } from '../db/schema.ts'
import { isRefused } from '../errors.ts'
import type { Item } from '../json/item.ts'
import type { EmbeddedList, NestedSource, Page, Query } from '../provider/contract.ts'
import { mapEmbedded } from './embedded.ts'
import { openListReader, readPages } from './reader.ts'
import { mapItems, noContent, type PageContent } from './rows.ts'
import type { Source } from './source.ts'

export interface NestedReading {
  readonly parent: { readonly id: string; readonly item: Item; readonly table: SyncedTable }
  /** The time the parent was observed. */
  readonly observedAt: Date
  readonly pageSize: number
  readonly sources: readonly Source[]
}

/** Reads a parent's nested list to its end. @throws SyncError */
export async function readNested(
  nested: NestedSource,
  reading: NestedReading,
  signal: AbortSignal,
): Promise<PageContent> {
  const { parent, sources } = reading
  const embedded = nested.embedded(parent.item)
  if (!embedded) return noContent
  const pages = await readList(nested, { ...reading, embedded }, signal)
  const [first] = pages
  // The parent was deleted meanwhile. The parent's own list or feed reports it.
  if (!first) return noContent
  const { name: resource, table, row } = nested
  const columns = () => ({ [nested.parent]: parent.id })
  // Each row counts as observed with its page: a change between two pages must not look older than the rows it changes.
  const contents = pages.map(({ items, observedAt }) => {
    const children = mapItems(items, { resource, table, observedAt, row, columns })
    const others = items.flatMap((item) => mapEmbedded(nested.embeddedItems?.(item), { sources, observedAt }))
    return { ...children, rows: [...children.rows, ...others] }
  })
  const ids = pages.flatMap(({ items }) => items.map(({ id }) => id)).filter((id) => id !== null)
  return {
    rows: contents.flatMap(({ rows }) => rows),
    rejects: contents.flatMap(({ rejects }) => rejects),
    drifts: contents.flatMap(({ drifts }) => drifts),
    childSets: [
      {
        resource,
        table,
        parent: nested.parent,
        parentId: parent.id,
        parentTable: parent.table,
        ids: [...new Set(ids)],
        observedAt: first.observedAt,
      },
    ],
  }
}

type NestedPage = Pick<Page, 'items' | 'observedAt'>

/**
 * The embedded items and the pages after them, or all pages if the list had to restart. Empty if the parent is gone.
 */
async function readList(
  nested: NestedSource,
  { parent, embedded, observedAt, pageSize }: NestedReading & { readonly embedded: EmbeddedList },
  signal: AbortSignal,
): Promise<readonly NestedPage[]> {
  const pages: NestedPage[] = [{ items: embedded.items, observedAt }]
  if (embedded.next === null) return pages
  // An empty cursor means the list's beginning, because the item embeds no items.
  const cursor = embedded.next === '' ? null : embedded.next
  const reader = openListReader({ kind: 'list', name: nested.name }, { cursor, limit: pageSize })
  const list = (query: Query) => nested.list(parent.id, query, signal)
  try {
    for await (const page of readPages(reader, list, () => pages.splice(0))) pages.push(page)
    return pages
  } catch (error) {
    if (isRefused(error, 'object') && error.code === 'not_found') return []
    throw error
  }
}
