import type { EmbeddedItems } from '../provider/contract.ts'
import { mapItems, type ObservedRow } from './rows.ts'
import { findList, type Source } from './source.ts'

interface Target {
  /** The sources whose embedded items are stored. */
  readonly sources: readonly Source[]
  readonly observedAt: Date
}

/** Maps an item's embedded items to rows of their resources. */
export function mapEmbedded(embedded: EmbeddedItems = {}, { sources, observedAt }: Target): readonly ObservedRow[] {
  return Object.entries(embedded).flatMap(([resource, entries]) => {
    const target = findList(sources, resource)
    if (!target || entries.length === 0) return []
    const items = entries.map(({ item }) => item)
    const { table, row } = target
    const columns = (at: number) => entries[at]?.columns
    return mapItems(items, { resource, table, observedAt, embedded: true, row, columns }).rows
  })
}
