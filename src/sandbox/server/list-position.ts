/** A place in a list: newest first, and by id descending within a second. */
export interface Place {
  readonly created: number
  readonly id: string
}

/** Negative when `a` comes before `b` in a list, that is when it is newer. */
export function order(a: Place, b: Place): number {
  if (a.created !== b.created) return b.created - a.created
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1
}

export const later = (a: Place, b: Place) => (order(a, b) > 0 ? a : b)
export const earlier = (a: Place, b: Place) => (order(a, b) < 0 ? a : b)

/** The first index whose place comes after the border. */
export function firstAfter(border: Place, size: number, placeAt: (index: number) => Place): number {
  let from = 0
  let to = size
  while (from < to) {
    const middle = (from + to) >>> 1
    if (order(placeAt(middle), border) > 0) to = middle
    else from = middle + 1
  }
  return from
}
