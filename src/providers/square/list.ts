import type { Page, Query, Retrieved } from '../../provider/contract.ts'
import { list, text } from '../../provider/fields.ts'
import type { Item } from '../../provider/item.ts'
import { dateIn, type SquareAnswer, type SquareConnection, SquareRefusal, unusable } from './connection.ts'
import { failure } from './failure.ts'

/** Square opened in 2009. Without a begin, most lists show the last year only. */
export const squareBegan = Date.UTC(2009, 0, 1) / 1_000

/** RFC 3339, as Square reads times. */
export const rfc3339 = (second: number): string => new Date(second * 1_000).toISOString()

/**
 * A window as Square takes it. Most lists include the end, some may not: the end is asked for, and the core leaves out what
 * belongs to the next window.
 */
export function timeRange({ window }: Query): { readonly start_at: string; readonly end_at?: string } {
  const { from = 0, to = null } = window ?? {}
  return { start_at: rfc3339(Math.max(from, squareBegan)), ...(to !== null && { end_at: rfc3339(to) }) }
}

/** What stands beside a list. */
const besideLists = new Set(['cursor', 'errors', 'count', 'latest_time', 'related_objects'])

/**
 * The page in an answer. A list without items has no field of that name; an answer with anything else instead is none.
 */
export function pageOf({ json, date }: SquareAnswer, name: string): Page {
  const { items, fields } = json.list(name)
  if ((list(fields.errors) ?? []).length > 0) throw unusable('has errors in it')
  if (!items && Object.keys(fields).some((field) => !besideLists.has(field))) throw unusable('is not a list')
  const cursor = text(fields.cursor)
  return { items: items ?? [], next: cursor === '' ? null : cursor, observedAt: date }
}

/** One object by its id: `{"payment": …}`. */
export async function retrieveAt(connection: SquareConnection, path: string, name: string): Promise<Retrieved> {
  try {
    const { json, date } = await connection.get(path)
    return { item: present(json.whole.at(name), name), observedAt: date }
  } catch (error) {
    if (!(error instanceof SquareRefusal) || failure(error, connection).code !== 'not_found') throw error
    return { item: null, observedAt: dateIn(error.headers) }
  }
}

function present(item: Item, name: string): Item {
  if (typeof item.value() === 'object' && item.value() !== null) return item
  throw unusable(`has no ${name}`)
}
