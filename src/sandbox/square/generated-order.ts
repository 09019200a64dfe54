import type { ResourceName } from './names.ts'
import type { Dataset, Resource } from './resource.ts'
import { comparePositions, type Position, type SortKey } from './sort-order.ts'
import { sortValue } from './sort-value.ts'
import type { SquareObject } from './square-object.ts'

/** The generated objects of one resource, sorted by one value. A number and a value are kept for each. */
export interface GeneratedOrder {
  /** In the direction, from a position on without the object at it. */
  from(after: Position | undefined, direction: 1 | -1): Iterable<{ readonly n: number; readonly position: Position }>
}

interface OrderContext {
  readonly name: ResourceName
  readonly data: Dataset
  readonly by: SortKey
  readonly generated: (n: number) => SquareObject
}

export function createGeneratedOrder(resource: Resource, context: OrderContext): GeneratedOrder {
  const { name, data } = context
  const { numbers, valueAt } = sorted(resource, context)
  const positionAt = (index: number): Position => {
    const n = numbers[index] ?? 0
    // Most positions that a list passes over are compared by their values alone, and an id is costly.
    return {
      key: valueAt(n),
      get id() {
        return data.id(name, n)
      },
    }
  }
  /** The index of the first object that comes after a position, in ascending order. */
  const firstAfter = (position: Position) => {
    let [from, to] = [0, numbers.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (comparePositions(positionAt(middle), position) > 0) to = middle
      else from = middle + 1
    }
    return from
  }
  const start = (after: Position | undefined, direction: 1 | -1) => {
    if (!after) return direction === 1 ? 0 : numbers.length - 1
    const next = firstAfter(after)
    if (direction === 1) return next
    return next > 0 && comparePositions(positionAt(next - 1), after) === 0 ? next - 2 : next - 1
  }
  return {
    *from(after, direction) {
      for (let index = start(after, direction); index >= 0 && index < numbers.length; index += direction)
        yield { n: numbers[index] ?? 0, position: positionAt(index) }
    },
  }
}

function sorted(resource: Resource, { name, data, by, generated }: OrderContext) {
  const values = valuesOf(resource, { name, data, by, generated })
  const valueAt = (n: number) => values[n] ?? 0
  const numbers = Uint32Array.from(
    Array.from({ length: data.count(name) }, (_, n) => n).filter((n) => values[n] !== undefined),
  )
  numbers.sort((a, b) => {
    const [first, second] = [valueAt(a), valueAt(b)]
    if (first !== second) return first < second ? -1 : 1
    return data.id(name, a) < data.id(name, b) ? -1 : 1
  })
  return { numbers, valueAt }
}

/** The moments of creation and change are computed without their objects, because those orders have 100,000 payments. */
function valuesOf(
  resource: Resource,
  { name, data, by, generated }: OrderContext,
): readonly (number | string | undefined)[] {
  const numbers = Array.from({ length: data.count(name) }, (_, n) => n)
  if (by === 'created') return numbers.map((n) => resource.created(n, data))
  if (by === 'updated') return numbers.map((n) => resource.updated(n, data))
  if (by === 'id') return numbers.map((n) => data.id(name, n))
  return numbers.map((n) => sortValue(generated(n), by))
}
