import type { Item } from '../../json/item.ts'
import type { ListSource } from '../../provider/contract.ts'
import { bytesOf, bytesRange } from './bytes.ts'
import { exactly } from './range.ts'
import type { ResourceEstimate } from './resource-estimate.ts'

/** The items of a resource that may show others, and how many such items there are. */
export interface Origin {
  readonly source: ListSource
  readonly sample: readonly Item[]
  readonly items: number
}

/** A resource without a list of its own: the distinct items that samples of other resources show. */
export function derivedEstimate(name: string, origins: readonly Origin[]): ResourceEstimate {
  const times = new Map<string, number>()
  const items: Item[] = []
  let shown = 0
  let scale = 0
  for (const { source, sample, items: all } of origins) {
    const inside = sample.flatMap((item) => source.embeddedItems?.(item)[name] ?? [])
    shown += inside.length
    scale += inside.length * (all / Math.max(1, sample.length))
    for (const { item } of inside) {
      if (item.id !== null) times.set(item.id, (times.get(item.id) ?? 0) + 1)
      items.push(item)
    }
  }
  const seen = times.size
  const once = [...times.values()].filter((count) => count === 1).length
  const range = { least: seen, likely: Math.round(likelyDistinct({ seen, once, shown, all: scale })), most: null }
  return {
    items: range,
    requests: exactly(0),
    bytes: bytesRange(range, bytesOf(items)),
    basis: 'inside other items',
  }
}

/**
 * Distinct items among `all`, if `shown` of them have `seen` distinct ones and `once` of these a single time: the next item
 * shows a new one with the chance `once / shown` (Good and Turing), which falls as more are known.
 */
function likelyDistinct({ seen, once, shown, all }: Readonly<Record<'seen' | 'once' | 'shown' | 'all', number>>) {
  if (all <= shown) return seen
  const chance = once / shown
  if (chance >= 0.99) return seen * (all / shown)
  // Chao's least number of distinct items bounds it, where some were seen twice.
  const fresh = chance * shown * Math.log(all / shown)
  return seen + fresh
}
