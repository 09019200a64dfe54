import { createHash } from 'node:crypto'
import type { RowOf, SyncedTable } from '../db/schema.ts'
import type { Source } from './provider.ts'

/** An item mapped to its table, with its payload and the moment it was observed. */
export interface ObservedRow {
  readonly row: RowOf<SyncedTable>
  readonly raw: unknown
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

export interface Mapped {
  readonly rows: readonly ObservedRow[]
  readonly rejects: readonly Reject[]
}

/** Longest id in bytes; an index of Postgres takes 2,704 for the whole key. Providers' ids are under 256. */
const longestId = 1_024

/** Maps a page's items. An item that cannot be mapped is rejected, the others go on. */
export function mapItems(source: Source, items: readonly unknown[], observedAt: Date): Mapped {
  const rows: ObservedRow[] = []
  const rejects: Reject[] = []
  for (const item of items) {
    try {
      const row = source.row(item)
      checkId(row.id)
      rows.push({ row, raw: item, observedAt })
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'cannot be mapped'
      rejects.push(rejectItem(source.name, item, { code: 'invalid_item', reason }))
    }
  }
  return { rows, rejects }
}

/** What goes to `sync_rejects`: keyed by the item's id where it is usable, else by the SHA-256 of its payload. */
export function rejectItem(
  resource: string,
  item: unknown,
  why: { readonly code: string; readonly reason: string },
): Reject {
  const payload = payloadOf(item)
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined
  const usable = typeof id === 'string' && isUsableId(id)
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

function checkId(id: string): void {
  if (!isUsableId(id)) throw new Error(`id is not well-formed text of 1 to ${longestId} bytes`)
}

function isUsableId(id: string): boolean {
  return id.length > 0 && Buffer.byteLength(id) <= longestId && !id.includes('\u0000') && id.isWellFormed()
}
