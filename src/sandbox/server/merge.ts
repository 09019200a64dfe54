import { comparePositions, firstIndexAfter, type ListPosition, type OrderedList } from './list-position.ts'

/**
 * Reads two ordered lists as one, from a position towards older (1) or newer (-1) items. An item at exactly that
 * position is left out in both directions.
 */
export function* merge<A extends ListPosition, B extends ListPosition>(
  first: OrderedList<A>,
  second: OrderedList<B>,
  position: ListPosition,
  direction: 1 | -1,
): Generator<A | B> {
  let i = startIndex(first, position, direction)
  let j = startIndex(second, position, direction)
  while (true) {
    const a = i >= 0 && i < first.size ? first.itemAt(i) : undefined
    const b = j >= 0 && j < second.size ? second.itemAt(j) : undefined
    if (a && (!b || comparePositions(a, b) * direction < 0)) {
      i += direction
      yield a
    } else if (b) {
      j += direction
      yield b
    } else return
  }
}

function startIndex(list: OrderedList<ListPosition>, position: ListPosition, direction: 1 | -1): number {
  const after = firstIndexAfter(position, list)
  if (direction === 1) return after
  const before = after - 1
  return before >= 0 && comparePositions(list.itemAt(before), position) === 0 ? before - 1 : before
}
