import type { ListSource } from '../provider/contract.ts'
import type { ReadPage } from './read-page.ts'
import type { Mapped } from './rows.ts'

/**
 * What a page adds to the counts: its nested lists, and its items if the list has no creation time to tell them by. An
 * item without a creation time counts as created in second 0. `known`: ids that an earlier page had.
 */
export function countListed(
  { name, createdFilter, nested = [] }: ListSource,
  { rows, rejects, childSets }: Mapped,
  known: ReadonlySet<string>,
): Pick<ReadPage, 'nested'> & Partial<Pick<ReadPage, 'listed'>> {
  if (createdFilter && nested.length === 0) return { nested: [] }
  const own = rows.filter(({ resource, embedded }) => resource === name && !embedded)
  const counts = {
    nested: nested.length === 0 ? [] : nestedCounts(own, { rejects, childSets }, known),
  }
  if (createdFilter) return counts
  const rejected = rejects.filter(({ resource }) => resource === name)
  return { ...counts, listed: [...own.map(({ row }) => secondOf(row.createdAt) ?? 0), ...rejected.map(() => 0)] }
}

function nestedCounts(
  parents: Mapped['rows'],
  { rejects, childSets }: Pick<Mapped, 'rejects' | 'childSets'>,
  known: ReadonlySet<string>,
): ReadPage['nested'] {
  const created = new Map(parents.map(({ row }) => [row.id, secondOf(row.createdAt)]))
  const lists = childSets
    .filter(({ parentId }) => created.has(parentId) && !known.has(parentId))
    .map(({ resource, parentId, ids }) => ({ resource, created: created.get(parentId) ?? null, items: ids.length }))
  // An item without a usable id is in no set of ids, and counts as rejected.
  const names = new Set(childSets.map(({ resource }) => resource))
  const rejected = rejects
    .filter(({ resource }) => names.has(resource))
    .map(({ resource }) => ({ resource, created: null, items: 1 }))
  return [...lists, ...rejected]
}

const secondOf = (time: Date | null | undefined) => (time ? Math.floor(time.getTime() / 1_000) : null)
