import type { ListSource } from '../provider/contract.ts'
import type { ReadPage } from './read-page.ts'
import type { PageContent } from './rows.ts'

/**
 * What a page adds to the counts: its nested lists, and its items if the list has no creation time to tell them by. An
 * item without a creation time counts as created in second 0. `known`: ids that an earlier page had. `isAgain`: the list is
 * read from its beginning again, and its nested lists count anew, even if the page has no items.
 */
export function countListed(
  source: ListSource,
  { rows, rejects, childSets }: PageContent,
  { known, isAgain }: { readonly known: ReadonlySet<string>; readonly isAgain: boolean },
): Pick<ReadPage, 'nested'> & Partial<Pick<ReadPage, 'listed'>> {
  const { name, createdFilter, nested = [] } = source
  if (createdFilter && nested.length === 0) return { nested: [] }
  const items = itemsOf(source, rows)
  const anew = isAgain ? nested.map(({ name }) => ({ resource: name, created: null, items: 0 })) : []
  const counts = {
    nested: nested.length === 0 ? [] : [...anew, ...nestedCounts(items, { rejects, childSets }, known)],
  }
  if (createdFilter) return counts
  const rejected = rejects.filter(({ resource }) => resource === name)
  const fresh = items.filter(({ row }) => !known.has(row.id))
  return { ...counts, listed: [...fresh.map(({ row }) => secondOf(row.createdAt) ?? 0), ...rejected.map(() => 0)] }
}

function nestedCounts(
  parents: PageContent['rows'],
  { rejects, childSets }: Pick<PageContent, 'rejects' | 'childSets'>,
  known: ReadonlySet<string>,
): ReadPage['nested'] {
  const created = new Map(parents.map(({ row }) => [row.id, secondOf(row.createdAt)]))
  const lists = childSets
    .filter(({ parentId }) => created.has(parentId))
    .map(({ resource, parentId, ids }) => ({
      resource,
      created: created.get(parentId) ?? null,
      items: ids.length,
      ...(known.has(parentId) && { relisted: true as const }),
    }))
  // An item without a usable id is in no set of ids, and counts as rejected.
  const names = new Set(childSets.map(({ resource }) => resource))
  const rejected = rejects
    .filter(({ resource }) => names.has(resource))
    .map(({ resource }) => ({ resource, created: null, items: 1 }))
  return [...lists, ...rejected]
}

/** Ids of the items that a list's pages show. */
export function idsListed(source: ListSource, pages: readonly ReadPage[]): readonly string[] {
  return pages.flatMap(({ rows }) => itemsOf(source, rows).map(({ row }) => row.id))
}

/** The rows that a part's list would show; null if any row of the resource may be in it. */
export function rowsOfPart({ partition }: ListSource, part: string | null) {
  return partition && part !== null ? { column: partition.column, values: part.split(',') } : null
}

/** The rows of a list's own items, without embedded and nested ones. */
const itemsOf = ({ name }: ListSource, rows: PageContent['rows']) =>
  rows.filter(({ resource, embedded }) => resource === name && !embedded)

const secondOf = (time: Date | null | undefined) => (time ? Math.floor(time.getTime() / 1_000) : null)
