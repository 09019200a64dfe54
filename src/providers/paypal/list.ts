import type { Page, Query, Retrieved, TimeFilter } from '../../provider/contract.ts'
import { fields, integer, list } from '../../provider/fields.ts'
import type { Item } from '../../provider/item.ts'
import { dateIn, type PayPalAnswer, type PayPalConnection, unusable } from './connection.ts'
import { failure } from './failure.ts'
import { PayPalRefusal } from './refusal.ts'

/** PayPal began at the end of 1998. */
export const paypalBegan = Date.UTC(1998, 11, 1) / 1_000

/** RFC 3339 with seconds, as PayPal reads times. */
export const rfc3339 = (second: number): string => `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`

/** The same with milliseconds, as the documents of disputes write times. */
export const rfc3339Milliseconds = (second: number): string => new Date(second * 1_000).toISOString()

/** A begin that is not part of a range, as PayPal reads `…_after`: the second before it stands there. */
export const after = (second: number): string => rfc3339(second - 1)

/** The number of the page that a cursor stands for. */
export const pageNumber = ({ cursor }: Query): number => (cursor === null ? 1 : Number(cursor))

/** A list that is read in one window which ends when the job is planned: its pages have numbers, and new items would move them. */
export const oneWindow: Pick<TimeFilter, 'order' | 'maxDays' | 'historyDays'> = {
  order: 'none',
  maxDays: 20_000,
  historyDays: 20_000,
}

interface Numbered {
  readonly query: Query
  readonly name: string
  /** An item's id, if its field is not `id`. */
  readonly idOf?: (item: Item) => Item
}

/**
 * A page of a list whose pages have numbers. Without a total in the answer, a page is followed by another if it is full or has
 * a link to one: a page may come short, or without items, before the end. With a total, a link to another page is believed
 * as well: the core finds out that the list has more items than it states.
 */
export function numberedPage({ json, date }: PayPalAnswer, { query, name, idOf = (item) => item }: Numbered): Page {
  const { items, fields: beside } = json.list(name)
  const total = integer(beside.total_items)
  const pages = integer(beside.total_pages)
  // An empty list may be left out; an answer that is an error has a name.
  const isEmpty = total === 0 || (list(beside.links) !== null && beside.name === undefined)
  if (!items && !isEmpty) throw unusable(`has no ${name}`)
  const page = pageNumber(query)
  const shown = (items ?? []).length
  const isLinked = linksOn(beside.links)
  const isLast = pages === null ? shown < query.limit && !isLinked : page >= pages && (shown === 0 || !isLinked)
  return {
    items: (items ?? []).map(idOf),
    next: isLast ? null : String(page + 1),
    observedAt: date,
    ...(total !== null && { total }),
  }
}

const linksOn = (links: unknown) => (list(links) ?? []).some((link) => fields(link).rel === 'next')

/** One object by its id. `idOf`: see Numbered. */
export async function retrieveAt(
  connection: PayPalConnection,
  path: string,
  idOf: (item: Item) => Item = (item) => item,
): Promise<Retrieved> {
  try {
    const { json, date } = await connection.get(path)
    const item = idOf(json.whole)
    if (item.id === null) throw unusable('is not an object')
    return { item, observedAt: date }
  } catch (error) {
    if (!(error instanceof PayPalRefusal) || failure(error, connection).code !== 'not_found') throw error
    return { item: null, observedAt: dateIn(error.headers) }
  }
}
