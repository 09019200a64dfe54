import type { SortKey } from './sort-order.ts'
import { fieldOf, type SquareObject } from './square-object.ts'

/** The value that a list sorts an object by; undefined if the object is not in such a list. */
export function sortValue(object: SquareObject, by: SortKey): number | string | undefined {
  switch (by) {
    case 'created':
      // Catalog objects show no moment of creation. They are sorted by their change.
      return momentIn(object.created_at ?? object.effective_at ?? object.updated_at)
    case 'updated':
      return momentIn(object.updated_at)
    case 'closed':
      return momentIn(object.closed_at)
    case 'offline':
      return momentIn(fieldOf(object.offline_payment_details, 'client_created_at'))
    case 'name':
      return `${object.given_name ?? ''}\0${object.family_name ?? ''}`.toLowerCase()
    case 'location':
      return `${object.location_id} ${object.created_at}`
    case 'id':
      return object.id
  }
}

function momentIn(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
