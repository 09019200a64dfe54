import { Item } from '../../../src/json/item.ts'
import type { ListSource, Query } from '../../../src/provider/contract.ts'

export const day = 86_400
export const now = 2_000 * day
export const { signal } = new AbortController()

/** A list of these creation seconds, and what it was asked. */
export function listOf(seconds: readonly number[], more: Partial<ListSource> = {}, size = 100) {
  const newest = seconds.toSorted((left, right) => right - left)
  const queries: Query[] = []
  const source = {
    kind: 'list',
    name: 'things',
    createdFilter: { field: 'created' },
    async list(query: Query) {
      queries.push(query)
      const { from, to } = query.window ?? { from: 0, to: null }
      const within = newest.filter((second) => second >= from && second < (to ?? Number.POSITIVE_INFINITY))
      const begin = Number(query.cursor ?? 0)
      const page = within.slice(begin, begin + size)
      const items = page.map((created, at) => Item.of({ id: `${created} ${begin + at}`, created }))
      const isLast = begin + size >= within.length
      const total = more.createdFilter?.maxDays === undefined ? {} : { total: within.length }
      return { items, next: isLast ? null : String(begin + size), observedAt: new Date(), ...total }
    },
    ...more,
  } as unknown as ListSource
  return { source, queries }
}
