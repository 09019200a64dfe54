import type { SyncedTable } from '../db/schema.ts'
import { isRefused } from '../errors.ts'
import type { Item } from '../json/item.ts'
import type { EmbeddedList, NestedSource, Page } from '../provider/contract.ts'
import { mapEmbedded } from './embedded.ts'
import { fetchPage, openReader, turnPage } from './reader.ts'
import { emptyMapped, type Mapped, mapItems } from './rows.ts'
import type { Slice } from './slices.ts'
import type { Source } from './source.ts'

export interface NestedReading {
  readonly parent: { readonly id: string; readonly item: Item; readonly table: SyncedTable }
  /** The time the parent was observed. */
  readonly observedAt: Date
  readonly pageSize: number
  readonly sources: readonly Source[]
}

/** Reads a parent's nested list to its end. @throws SyncError */
export async function readNested(nested: NestedSource, reading: NestedReading, signal: AbortSignal): Promise<Mapped> {
  const { parent, sources } = reading
  const embedded = nested.embedded(parent.item)
  if (!embedded) return emptyMapped
  const pages = await readPages(nested, { ...reading, embedded }, signal)
  const [first] = pages
  // The parent was deleted meanwhile. The parent's own list or feed reports it.
  if (!first) return emptyMapped
  const { name: resource, table, row } = nested
  const columns = () => ({ [nested.parent]: parent.id })
  // Each row counts as observed with its page: a change between two pages must not look older than the rows it changes.
  const mapped = pages.map(({ items, observedAt }) => {
    const children = mapItems(items, { resource, table, observedAt, row, columns })
    const others = items.flatMap((item) => mapEmbedded(nested.embeddedItems?.(item), { sources, observedAt }))
    return { ...children, rows: [...children.rows, ...others] }
  })
  const ids = pages.flatMap(({ items }) => items.map(({ id }) => id)).filter((id) => id !== null)
  return {
    rows: mapped.flatMap(({ rows }) => rows),
    rejects: mapped.flatMap(({ rejects }) => rejects),
    drifts: mapped.flatMap(({ drifts }) => drifts),
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
async function readPages(
  nested: NestedSource,
  { parent, embedded, observedAt, pageSize }: NestedReading & { readonly embedded: EmbeddedList },
  signal: AbortSignal,
): Promise<readonly NestedPage[]> {
  const pages: NestedPage[] = [{ items: embedded.items, observedAt }]
  if (embedded.next === null) return pages
  const reader = openReader(restOfList(nested.name, embedded.next), { kind: 'list', name: nested.name }, pageSize)
  try {
    for (;;) {
      const { restarts } = reader
      const page = await fetchPage(reader, (query) => nested.list(parent.id, query, signal))
      if (reader.restarts > restarts) pages.length = 0
      if (!page) continue
      const { last } = turnPage(reader, page)
      pages.push(page)
      if (last) return pages
    }
  } catch (error) {
    if (isRefused(error, 'object') && error.code === 'not_found') return []
    throw error
  }
}

/** The slice after the embedded items. An empty cursor means the list's beginning, because the item embeds no items. */
function restOfList(resource: string, cursor: string): Slice {
  const window = { from: 0, to: null }
  return {
    id: 0,
    resource,
    part: null,
    window,
    query: window,
    cursor: cursor === '' ? null : cursor,
    position: null,
    boundary: [],
  }
}
