import type { HttpAnswer } from '../../server/answer.ts'
import { pageAnswer } from '../answer.ts'
import type { PayPalRequest } from '../api.ts'
import type { Fields } from '../paypal-object.ts'

export interface PageCall {
  /** The field of the answer that holds the items. */
  readonly field: string
  readonly page: number
  readonly size: number
  /** Whether the answer says how many there are. */
  readonly hasTotals: boolean
  /** A list without items has no field for them, where the specification demands at least one. */
  readonly isNeverEmpty?: true
}

/** A page by its number, counted from one. Pages of a list that changes shift. */
export function numberedPage<Item>(
  request: PayPalRequest,
  items: readonly Item[],
  call: PageCall,
  shown: (item: Item) => Fields,
): HttpAnswer {
  const { field, size, hasTotals } = call
  const page = request.failure?.kind === 'same-page' ? 1 : call.page
  const pages = Math.ceil(items.length / size)
  const objects = items.slice((page - 1) * size, page * size).map(shown)
  const rest = {
    ...(hasTotals ? { total_items: items.length, total_pages: pages } : {}),
    links: pageLinks(request.visit.seen.url, { page: call.page, pages, hasTotals }),
  }
  if (objects.length === 0 && call.isNeverEmpty && !request.failure)
    return pageAnswer(undefined, 'links', rest.links, hasTotals ? { total_items: 0, total_pages: 0 } : {})
  return pageAnswer(request.failure, field, objects, rest)
}

/** The links of a page. They lead to PayPal's own address: a client takes what it needs out of them. */
export function pageLinks(url: string, { page, pages, hasTotals }: PagePlace): readonly Fields[] {
  const to = (target: number, rel: string) => {
    const address = new URL(url, host)
    address.searchParams.set('page', String(target))
    return link(address.href, rel)
  }
  return [to(page, 'self'), ...(page < pages ? [to(page + 1, 'next'), ...(hasTotals ? [to(pages, 'last')] : [])] : [])]
}

interface PagePlace {
  readonly page: number
  readonly pages: number
  readonly hasTotals: boolean
}

export const link = (href: string, rel: string): Fields => ({ href, rel, method: 'GET' })
export const host = 'https://api-m.paypal.com'

/** The link of an object to itself. */
export const selfLink = (path: string) => [link(host + path, 'self')]

/** Newest first; by id where two are of one time. */
export const newestFirst = (time: (object: Fields) => string, id: string) => (a: Fields, b: Fields) => {
  const [first, second] = [time(a), time(b)]
  if (first !== second) return first > second ? -1 : 1
  return String(a[id]) < String(b[id]) ? -1 : 1
}
