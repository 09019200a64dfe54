import type { EmbeddedItem, EmbeddedItems, ListSource } from '../provider/contract.ts'
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
    if (target.derivedFrom) return mapDerived(target, entries, observedAt)
    const columns = (at: number) => entries[at]?.columns
    return mapItems(items, { resource, table, observedAt, embedded: true, row, columns }).rows
  })
}

/** Rows of a resource without a list: ordinary rows, each observed when its object looked like this. */
function mapDerived(
  { name: resource, table, row }: ListSource,
  entries: readonly EmbeddedItem[],
  observedAt: Date,
): readonly ObservedRow[] {
  return entries.flatMap(({ item, columns, seenAt = observedAt }) => {
    const dated = seenAt < observedAt
    const seen = dated ? seenAt : observedAt
    const { rows } = mapItems([item], { resource, table, observedAt: seen, row, columns: () => columns })
    return rows.map((mapped) => ({ ...mapped, derived: true, ...(dated && { dated }) }))
  })
}
