import { createHash } from 'node:crypto'
import type { RowOf, SyncedTable } from '../db/schema.ts'
import { isUsableId, longestId } from '../json/id.ts'
import type { Payload, Places } from '../json/raw-json.ts'
import type { Odd } from '../provider/mapping.ts'

/** An item mapped to its table, with its payload and the moment it was observed. */
export interface ObservedRow {
  /** Whose counts it goes into; the name of the resource or of the nested list. */
  readonly resource: string
  readonly table: SyncedTable
  readonly row: RowOf<SyncedTable>
  /** The item; a `Payload` where it is in an answer's bytes. */
  readonly raw: unknown
  readonly observedAt: Date
  /** The provider no longer has it. */
  readonly deleted?: boolean
  /** Found inside another item: written only where there is no row yet. */
  readonly harvested?: boolean
  /** Columns for which the row has just what is in the payload, and where. */
  readonly places?: Places
}

/** All ids a parent has of a nested list; rows of that parent with another id have left it. */
export interface Family {
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

/** What a page's items came to. */
export interface Mapped {
  readonly rows: readonly ObservedRow[]
  readonly rejects: readonly Reject[]
  readonly families: readonly Family[]
  /** Fields of an unknown shape, one entry each time. */
  readonly drifts: readonly Drift[]
}

/** A column that stayed null although the item has something for it. */
export interface Drift {
  readonly resource: string
  readonly column: string
}

interface Mapping extends Pick<ObservedRow, 'resource' | 'table' | 'observedAt' | 'harvested'> {
  map(item: unknown, odd: Odd): RowOf<SyncedTable>
  /** Where the columns of an item that has nothing odd are in it. */
  readonly places?: Places | undefined
  /** Where the item at a place is in the answer. */
  readonly payloadOf?: ((at: number) => Payload | undefined) | undefined
}

export interface MappedItems extends Pick<Mapped, 'rejects' | 'drifts'> {
  readonly rows: readonly ObservedRow[]
  /** The items of `rows`, one for one. */
  readonly items: readonly unknown[]
}

/** Maps items of one kind. An item that cannot be mapped is rejected, the others go on. */
export function mapItems(given: readonly unknown[], { map, places, payloadOf, ...stamp }: Mapping): MappedItems {
  const { resource, table, observedAt, harvested } = stamp
  const rows: ObservedRow[] = []
  const items: unknown[] = []
  const rejects: Reject[] = []
  const drifts: Drift[] = []
  for (const [at, item] of given.entries()) {
    const drifted: string[] = []
    try {
      const row = map(item, (column) => drifted.push(column))
      if (!isUsableId(row.id)) throw new Error(`id is not well-formed text of 1 to ${longestId} bytes`)
      const payload = payloadOf?.(at)
      const raw = payload ?? item
      // Written out: a copy of an object's fields by `...` costs more than all the rest of mapping it.
      if (harvested) rows.push({ resource, table, row, raw, observedAt, harvested })
      else if (payload && places && drifted.length === 0) rows.push({ resource, table, row, raw, observedAt, places })
      else rows.push({ resource, table, row, raw, observedAt })
      items.push(item)
      for (const column of drifted) drifts.push({ resource, column })
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'cannot be mapped'
      rejects.push(rejectItem(resource, item, { code: 'invalid_item', reason }))
    }
  }
  return { rows, items, rejects, drifts }
}

/** What goes to `sync_rejects`: keyed by the item's id where it is usable, else by the SHA-256 of its payload. */
export function rejectItem(
  resource: string,
  item: unknown,
  why: { readonly code: string; readonly reason: string },
): Reject {
  const payload = payloadOf(item)
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined
  const usable = isUsableId(id)
  const itemKey = usable ? id : createHash('sha256').update(payload).digest('hex')
  return { resource, itemKey, ...why, payload: payload.slice(0, 65_536) }
}

/** JSON.stringify refuses what JSON.parse accepts: some thousand levels of nesting. */
function payloadOf(item: unknown): string {
  try {
    return JSON.stringify(item) ?? 'undefined'
  } catch {
    return '(nested too deep to be written as JSON)'
  }
}
