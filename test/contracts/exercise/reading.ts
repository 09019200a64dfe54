import type { ListSource, Page, Query, TimeFilter, Window } from '../../../src/provider/contract.ts'
import { fields } from '../../../src/provider/fields.ts'

/* How the tests ask: as the core does, in windows that the API takes, without its retries and slices. */

export const never: AbortSignal = new AbortController().signal

/** Longer than any list: a provider that goes round in circles must not hang the tests. */
const pagesAtMost = 2_000

const daySeconds = 86_400

export type By = 'created' | 'updated'

export const filterOf = (source: ListSource, by: By): TimeFilter | undefined =>
  by === 'updated' ? source.updatedFilter : source.createdFilter

/** The windows that together are all that the list shows; one without bounds for a list that takes no time. */
export function windowsOf(source: ListSource, now: number, by: By = 'created'): readonly (Window | null)[] {
  const filter = filterOf(source, by)
  if (!filter) return [null]
  const { maxDays, historyDays } = filter
  const begin = historyDays === undefined ? 0 : Math.max(0, now - historyDays * daySeconds)
  if (maxDays === undefined) return [{ from: begin, to: null }]
  const windows: Window[] = []
  for (let to = now + 1; to > begin; to -= maxDays * daySeconds)
    windows.push({ from: Math.max(begin, to - maxDays * daySeconds), to })
  return windows
}

/** The same window in pieces that the API takes. */
export function piecesOf(source: ListSource, { from, to }: Window, now: number, by: By): readonly Window[] {
  return windowsOf(source, now, by)
    .flatMap((window) => window ?? [])
    .map((window) => ({
      from: Math.max(window.from, from),
      to: to === null ? window.to : Math.min(window.to ?? to, to),
    }))
    .filter((window) => window.to === null || window.from < window.to)
}

/** The most items that a page of the list may ask for. */
export const mostOf = (source: ListSource) => source.pageSize ?? 100

export function queryOf(window: Window | null, rest: Pick<Query, 'cursor' | 'limit'>, by: By = 'created'): Query {
  return { ...rest, ...(window && { window }), ...(by === 'updated' && { by }) }
}

/** All pages of a query, from its first or from the one after a cursor. */
export async function readPages(
  list: (query: Query) => Promise<Page>,
  query: Omit<Query, 'cursor'>,
  from: string | null = null,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  for (let cursor = from; ; ) {
    const page: Page = await list({ ...query, cursor })
    pages.push(page)
    if (page.next === null) return pages
    if (pages.length > pagesAtMost) throw new Error('the list does not end')
    cursor = page.next
  }
}

/** All pages of a list, by window. */
export async function readList(
  source: ListSource,
  { now, limit, by = 'created' }: { readonly now: number; readonly limit: number; readonly by?: By },
): Promise<readonly (readonly Page[])[]> {
  const all: (readonly Page[])[] = []
  for (const window of windowsOf(source, now, by))
    all.push(
      await readPages(
        (query) => source.list(query, never),
        queryOf(window, { cursor: null, limit: limitOf(source, limit) }, by),
      ),
    )
  return all
}

export const limitOf = (source: ListSource, limit: number) => Math.min(limit, mostOf(source))

/** The window of a list that has the most items, so that there is a second page to ask for. */
export async function busiestWindow(source: ListSource, now: number): Promise<Window | null> {
  const windows = windowsOf(source, now)
  if (windows.length === 1) return windows[0] ?? null
  let most: { readonly window: Window | null; readonly items: number } = { window: null, items: -1 }
  for (const window of windows) {
    const limit = mostOf(source)
    const { items } = await source.list(queryOf(window, { cursor: null, limit }), never)
    if (items.length > most.items) most = { window, items: items.length }
  }
  return most.window
}

/** The second of a filter's time in an item; null if it has none. */
export function secondOf({ field, read }: TimeFilter, item: unknown): number | null {
  const value = field.split('.').reduce((inner: unknown, name) => fields(inner)[name], item)
  if (!read) return typeof value === 'number' ? value : null
  const time = read(value)
  return time && Math.floor(time.getTime() / 1_000)
}

export const isWithin = (second: number, { from, to }: Window) => second >= from && (to === null || second < to)

/** In an order that does not depend on ids, which a provider may have made. */
export const sorted = (values: readonly unknown[]): readonly unknown[] =>
  values
    .map((value) => ({ value, text: JSON.stringify(value) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ value }) => value)
