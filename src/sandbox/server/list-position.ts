/** Where an object stands in a list: newest first, and by id descending within a second. */
export interface ListPosition {
  readonly created: number
  readonly id: string
}

/** Negative if `a` comes before `b` in a list, that is if `a` is newer. */
export function comparePositions(a: ListPosition, b: ListPosition): number {
  if (a.created !== b.created) return b.created - a.created
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1
}

/** The position further down the list, that is the older one. */
export const further = (a: ListPosition, b: ListPosition) => (comparePositions(a, b) > 0 ? a : b)
/** The position further up the list, that is the newer one. */
export const nearer = (a: ListPosition, b: ListPosition) => (comparePositions(a, b) < 0 ? a : b)

/** Items in list order. */
export interface OrderedList<Item extends ListPosition> {
  readonly size: number
  itemAt(index: number): Item
}

/** The first index whose item comes after a position. */
export function firstIndexAfter(position: ListPosition, { size, itemAt }: OrderedList<ListPosition>): number {
  let from = 0
  let to = size
  while (from < to) {
    const middle = (from + to) >>> 1
    if (comparePositions(itemAt(middle), position) > 0) to = middle
    else from = middle + 1
  }
  return from
}
