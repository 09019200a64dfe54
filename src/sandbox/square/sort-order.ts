/** What a list is sorted by. `name` is the alphabetical order of customers, `offline` when a till took a payment. */
export type SortKey = 'created' | 'updated' | 'closed' | 'offline' | 'name' | 'id' | 'location'

export interface SortOrder {
  readonly by: SortKey
  readonly descending: boolean
}

/** Where an object stands in a list: by the value that the list is sorted by, then by its id. */
export interface Position {
  readonly key: number | string
  readonly id: string
}

/** Negative if `a` comes first in ascending order. */
export function comparePositions(a: Position, b: Position): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}

/** The lowest and the highest position at a key. */
export const lowestAt = (key: number | string): Position => ({ key, id: '' })
export const highestAt = (key: number | string): Position => ({ key, id: '\uffff' })
