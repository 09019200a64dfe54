import { firstAfter, type Place } from '../server/list-position.ts'
import type { StripeObject } from './resource.ts'

export interface Inserted extends Place {
  readonly object: StripeObject
}

/** What was changed in a population. */
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

export function addTo({ inserted, byId }: Overlay, item: Inserted): void {
  inserted.splice(firstAfter(item, inserted.length, rowOf(inserted)), 0, item)
  byId.set(item.id, item)
}

export function rowOf(inserted: readonly Inserted[]): (at: number) => Inserted {
  return (at) => {
    const item = inserted[at]
    if (!item) throw new RangeError(`sandbox: nothing inserted at ${at}`)
    return item
  }
}
