import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import type { ListSource, NestedSource, Page, Query } from '../../src/provider/contract.ts'
import { fields, id } from '../../src/provider/fields.ts'
import { expandPage } from '../../src/sync/expand.ts'
import { itemsOf } from '../support/items.ts'

const never = new AbortController().signal
export const at = (second: number) => new Date(second * 1_000)
const gone = new SyncError('reject', 'cursor_gone', 'x: gone', { scope: 'page' })

interface List {
  /** The parent's lines as the API has them now. */
  lines: string[]
  /** Lines that an item carries. */
  carried?: readonly string[]
  /** Where the rest begins, when it is not after the last line that is carried. */
  next?: string | null
}

/** Invoices with lines, of which an item carries some; the clock of the lines' list goes on by a second a page. */
export function setup(
  lists: Readonly<Record<string, List>>,
  more: Partial<ListSource> = {},
  ofPrices: Partial<ListSource> = {},
) {
  const requests: (readonly [string, string | null])[] = []
  let second = 1_000
  let answer = (_parent: string, _query: Query, page: Page): Page => page
  const lines: NestedSource = {
    name: 'invoice_lines',
    table: customers,
    parent: 'invoice',
    embedded: (item) => {
      const { carried, next } = fields(item.value())
      return Array.isArray(carried)
        ? { items: itemsOf(carried.map((item) => ({ id: item }))), next: next as string | null }
        : null
    },
    async list(parent, query) {
      requests.push([parent, query.cursor])
      const lines = lists[parent]!.lines
      if (query.cursor !== null && !lines.includes(query.cursor)) throw gone
      const start = query.cursor === null ? 0 : lines.indexOf(query.cursor) + 1
      const portion = lines.slice(start, start + query.limit)
      const next = start + query.limit < lines.length ? portion.at(-1)! : null
      return answer(parent, query, {
        items: itemsOf(portion.map((item) => ({ id: item }))),
        next,
        observedAt: at(++second),
      })
    },
    row: (item) => ({ id: id(item.value()) }),
  }
  const source: ListSource = {
    kind: 'list',
    name: 'invoices',
    table: customers,
    list: () => Promise.reject(new Error('not asked')),
    row: (item) => ({ id: id(item.value()) }),
    nested: [lines],
    ...more,
  }
  const prices: ListSource = {
    ...source,
    name: 'prices',
    nested: [],
    row: (item) => ({ id: id(item.value()) }),
    ...ofPrices,
  }
  const items: readonly unknown[] = Object.entries(lists).map(([parent, { lines: all, carried = all, next }]) => ({
    id: parent,
    carried,
    next: next !== undefined ? next : carried.length < all.length ? (carried.at(-1) ?? '') : null,
  }))
  const content = (over: readonly unknown[]) =>
    expandPage({ source, items: itemsOf(over), observedAt: at(500), pageSize: 3, sources: [source, prices] }, never)
  return {
    requests,
    lists,
    answerWith: (change: typeof answer) => {
      answer = change
    },
    content,
    async expand(over: readonly unknown[] = items) {
      const { rows, rejects, childSets } = await content(over)
      return {
        rejects,
        childSets: childSets.map(({ resource, parent, parentId, ids, observedAt }) => ({
          resource,
          parent,
          parentId,
          ids,
          second: observedAt.getTime() / 1_000,
        })),
        rows: rows.map(({ resource, row, observedAt, embedded }) =>
          [resource, row.id, observedAt.getTime() / 1_000, ...(embedded ? ['embedded'] : [])].join(' '),
        ),
      }
    },
  }
}
