/** What a list can be sorted by: a moment of the objects, or their id. */
export type Moment = 'created' | 'updated' | 'processed'
export type SortKey = Moment | 'id'

export interface SortOrder {
  readonly by: SortKey
  readonly descending: boolean
}

/** Where an object stands in a list: by a moment in unix seconds or its id, then by its id. */
export interface Position {
  readonly key: number
  readonly id: number
}

/** Negative if `a` comes first in ascending order. */
export function comparePositions(a: Position, b: Position): number {
  return a.key === b.key ? a.id - b.id : a.key - b.key
}

/** Moments in unix seconds: `from` is in it, `to` is not. */
export interface Window {
  readonly from: number
  readonly to: number
}

export const always: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
