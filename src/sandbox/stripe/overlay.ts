import { firstIndexAfter, type ListPosition, type OrderedList } from '../server/list-position.ts'
import type { StripeObject } from './resource.ts'

export interface Inserted extends ListPosition {
  readonly object: StripeObject
}

/** The changes made to a population. */
export interface Overlay {
  /** In list order. */
  readonly inserted: Inserted[]
  readonly byId: Map<string, Inserted>
  readonly patches: Map<string, Readonly<Record<string, unknown>>>
  readonly removed: Set<string>
}

export function createOverlay(): Overlay {
  return { inserted: [], byId: new Map(), patches: new Map(), removed: new Set() }
}

export function addInserted({ inserted, byId }: Overlay, item: Inserted): void {
  inserted.splice(firstIndexAfter(item, orderedInserts(inserted)), 0, item)
  byId.set(item.id, item)
}

export function orderedInserts(inserted: readonly Inserted[]): OrderedList<Inserted> {
  return {
    get size() {
      return inserted.length
    },
    itemAt(index) {
      const item = inserted[index]
      if (!item) throw new RangeError(`sandbox: no inserted object at ${index}`)
      return item
    },
  }
}
