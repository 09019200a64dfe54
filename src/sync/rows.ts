import { createHash } from 'node:crypto'
import type { RowOf, SyncedTable } from '../db/schema.ts'
import type { SyncError } from '../errors.ts'
import { isUsableId, longestId } from '../json/id.ts'
import { type Item, storedForm } from '../json/item.ts'
import { type JsonPaths, mayBeRounded } from '../json/value.ts'
import type { RowMapping } from '../provider/mapping.ts'

/** An item mapped to its table's row, with its stored form and the time it was observed. */
export interface ObservedRow {
  /** The name of the resource or nested list whose counts include the row. */
  readonly resource: string
  readonly table: SyncedTable
  readonly row: RowOf<SyncedTable>
  /** A `RawJson` with the item's bytes; the item's value if it has no bytes. */
  readonly raw: unknown
  readonly observedAt: Date
  /** The provider no longer has it. */
  readonly deleted?: boolean
  /** The provider was asked for it by id and did not list it. It does not count as fetched. */
  readonly askedById?: boolean
  /** Embedded in an item of another resource: written only if there is no row yet. */
  readonly embedded?: boolean
  /** Of a resource without a list of its own. It counts as fetched only where it is new or has changed. */
  readonly derived?: boolean
  /** An older snapshot of it may come later: where the stored row is equal, it gets the later time of the two. */
  readonly dated?: boolean
  /** Columns that Postgres reads from `raw` itself. */
  readonly paths?: JsonPaths
  /** See StampedRow.extended. */
  readonly extended?: boolean
}

/** All children of a parent in a nested list. Stored rows of the parent with other ids were removed from the list. */
export interface ChildSet {
  readonly resource: string
  readonly table: SyncedTable
  /** The parent's column by its name in code. */
  readonly parent: string
  readonly parentId: string
  readonly parentTable: SyncedTable
  readonly ids: readonly string[]
  readonly observedAt: Date
}

/** An item that cannot be stored. */
export interface Reject {
  readonly resource: string
  readonly itemKey: string
  readonly code: string
  readonly reason: string
  readonly payload: string
}

/** The rows, rejects, child sets and drifts of a page. */
export interface PageContent {
  readonly rows: readonly ObservedRow[]
  readonly rejects: readonly Reject[]
  readonly childSets: readonly ChildSet[]
  /** Fields of an unknown shape, an entry for each occurrence. */
  readonly drifts: readonly Drift[]
  /** Objects that the provider, asked by id, no longer has; absent if there are none. */
  readonly gone?: readonly GoneObject[]
  /** Seconds and ids of the events that are applied; absent for a page that is not of the feed. */
  readonly events?: readonly (readonly [second: number, id: string])[]
}

/** An object that the provider no longer has. Its row keeps its columns. */
export interface GoneObject extends Pick<ObservedRow, 'resource' | 'table' | 'observedAt'> {
  readonly id: string
}

/** The rows, rejects, child sets and drifts of no item. */
export const noContent: PageContent = { rows: [], rejects: [], childSets: [], drifts: [] }

/** The parts of a page as one. */
export function mergeContents(all: readonly PageContent[]): PageContent {
  const gone = all.flatMap((content) => content.gone ?? [])
  return {
    rows: all.flatMap(({ rows }) => rows),
    rejects: all.flatMap(({ rejects }) => rejects),
    childSets: all.flatMap(({ childSets }) => childSets),
    drifts: all.flatMap(({ drifts }) => drifts),
    ...(gone.length > 0 && { gone }),
  }
}

/** A column that is null although the item has a value for it. */
export interface Drift {
  readonly resource: string
  readonly column: string
}

interface Mapping extends Pick<ObservedRow, 'resource' | 'table' | 'observedAt' | 'embedded'> {
  readonly row: RowMapping<SyncedTable>
  /** Columns in addition to those of `row`: a parent's id, or the columns of an embedded item. */
  readonly columns?: (at: number) => Readonly<Record<string, unknown>> | undefined
}

export interface MappedItems extends Pick<PageContent, 'rejects' | 'drifts'> {
  readonly rows: readonly ObservedRow[]
  /** The items of `rows`, in the same order. */
  readonly items: readonly Item[]
}

/** Maps items of one kind. An item that cannot be mapped is rejected, the others go on. */
export function mapItems(items: readonly Item[], { row: map, columns, ...stamp }: Mapping): MappedItems {
  const { resource, table, observedAt, embedded } = stamp
  const { paths } = map
  const rows: ObservedRow[] = []
  const mappedItems: Item[] = []
  const rejects: Reject[] = []
  const drifts: Drift[] = []
  for (const [at, item] of items.entries()) {
    const drifted: string[] = []
    try {
      const row = map(item, (column) => drifted.push(column))
      if (columns) Object.assign(row, columns(at))
      if (!isUsableId(row.id)) throw new Error(`its id is not well-formed text of 1 to ${longestId} bytes`)
      // Without `...`, because copying the fields of an object costs more than the rest of its mapping.
      if (embedded) rows.push({ resource, table, row, raw: storedEmbedded(item), observedAt, embedded })
      // Postgres has only the payload, without the fields that stand outside of it.
      else if (item.isExtended) rows.push({ resource, table, row, raw: storedForm(item), observedAt, extended: true })
      else if (paths && drifted.length === 0)
        rows.push({ resource, table, row, raw: storedForm(item), observedAt, paths })
      else rows.push({ resource, table, row, raw: storedForm(item), observedAt })
      mappedItems.push(item)
      for (const column of drifted) drifts.push({ resource, column })
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'its fields cannot be read'
      const reason = `item: ${problem}. Look at its payload, and report a bug if that is right.`
      rejects.push(rejectItem(resource, item.value(), { code: 'invalid_item', reason, id: item.id }))
    }
  }
  return { rows, items: mappedItems, rejects, drifts }
}

/**
 * Serialising an embedded item is cheaper than locating its bytes. Numbers that JSON.parse may have rounded need the
 * bytes.
 */
function storedEmbedded(item: Item): unknown {
  return mayBeRounded(item.value()) ? storedForm(item) : item.value()
}

/** A row of `sync_rejects`: keyed by the item's id, given or its own, if that is usable, else by the SHA-256 of its payload. */
export function rejectItem(
  resource: string,
  item: unknown,
  { id: made, ...refusal }: { readonly code: string; readonly reason: string; readonly id?: string | null },
): Reject {
  const payload = payloadOf(item)
  const id = made ?? (typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined)
  const usable = isUsableId(id)
  const itemKey = usable ? id : createHash('sha256').update(payload).digest('hex')
  return { resource, itemKey, ...refusal, payload: payload.slice(0, 65_536) }
}

/** An item that the provider refuses to show whole. */
export const rejectRefused = (resource: string, item: unknown, { code, message: reason }: SyncError): Reject =>
  rejectItem(resource, item, { code, reason })

/** JSON.stringify throws at some thousand levels of nesting that JSON.parse accepts. */
function payloadOf(item: unknown): string {
  try {
    return JSON.stringify(item) ?? 'undefined'
  } catch {
    return '(nested too deep to be written as JSON)'
  }
}
