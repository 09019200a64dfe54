import type { ListSource, Resource } from '../../provider/contract.ts'

/** Of these lists, those whose items show rows of a resource without a list, each with the column that names such a row. */
export const listsNaming = ({ derivedFrom = [], namedBy = {} }: ListSource, lists: readonly ListSource[]) =>
  derivedFrom.flatMap((name) => {
    const list = lists.find((other) => other.name === name)
    const column = namedBy[name]
    return list && column !== undefined ? [{ ...list, column }] : []
  })

/**
 * The second since which rows can be judged that only items of these lists show: an item from before the history that has
 * changed within it may have shown one. `startOf`: the second at which the history of a list begins; null if it has no bound.
 */
export function reachOf<Origin extends Pick<Resource, 'createdFilter'>>(
  origins: readonly Origin[],
  startOf: (origin: Origin) => number | null,
): number {
  const starts = origins.map((origin) => {
    const start = startOf(origin)
    return start === null ? 0 : start + (origin.createdFilter?.lag ?? 0)
  })
  return Math.max(0, ...starts)
}
