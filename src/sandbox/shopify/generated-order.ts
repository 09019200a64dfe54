import { comparePositions, type Position, type SortKey, type Window } from './moments.ts'
import type { ResourceName } from './names.ts'
import type { Dataset, Resource } from './resource.ts'

/** The generated objects of one resource, sorted by one value. A number and a value are kept for each. */
export interface GeneratedOrder {
  /** The numbers of a window, in the direction, from a position on without the object at it. */
  from(after: Position | undefined, window: Window, direction: 1 | -1): Iterable<number>
  positionOf(n: number): Position
}

export function createGeneratedOrder(resource: Resource, name: ResourceName, data: Dataset, by: SortKey) {
  const count = data.count(name)
  const moment = by === 'id' ? undefined : resource.moments[by]
  const keys = Float64Array.from({ length: count }, (_, n) => moment?.at(n, data) ?? data.numeric(name, n))
  const keyOf = (n: number) => keys[n] ?? 0
  const positionOf = (n: number): Position => ({ key: keyOf(n), id: data.numeric(name, n) })
  const numbers = Uint32Array.from({ length: count }, (_, n) => n).sort(
    (a, b) => keyOf(a) - keyOf(b) || data.numeric(name, a) - data.numeric(name, b),
  )
  /** The first index, in ascending order, of which something is true that stays true. */
  const first = (isThere: (n: number) => boolean) => {
    let [from, to] = [0, count]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (isThere(numbers[middle] ?? 0)) to = middle
      else from = middle + 1
    }
    return from
  }
  const order: GeneratedOrder = {
    positionOf,
    *from(after, window, direction) {
      let low = first((n) => keyOf(n) >= window.from)
      let high = first((n) => keyOf(n) >= window.to)
      if (after && direction === 1)
        low = Math.max(
          low,
          first((n) => comparePositions(positionOf(n), after) > 0),
        )
      if (after && direction === -1)
        high = Math.min(
          high,
          first((n) => comparePositions(positionOf(n), after) >= 0),
        )
      for (let at = 0; at < high - low; at++) yield numbers[direction === 1 ? low + at : high - 1 - at] ?? 0
    },
  }
  return order
}
