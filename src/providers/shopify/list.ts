import type { ErrorCode } from '../../error-codes/error-codes.ts'
import { type Scope, SyncError } from '../../errors.ts'
import type { Page, Query, Retrieved, TimeFilter } from '../../provider/contract.ts'
import { fields, integer, text } from '../../provider/fields.ts'
import { type Item, itemsIn } from '../../provider/item.ts'
import { type ShopifyAnswer, ShopifyRefusal, unfiltered, unusable } from './answer.ts'
import type { ShopifyConnection } from './connection.ts'

/** A connection of the API, read newest first. */
export interface ShopifyList {
  /** The name of the resource, for notes. */
  readonly name: string
  /** Takes `$first`, `$after` and `$query`; `$by`, the sort key, if `sortKeys` is given; `$begins` if `beginning` is given. */
  readonly document: string
  /** Where the connection stands in the answer: `['shopifyPaymentsAccount', 'payouts']`. */
  readonly path: readonly string[]
  /** The scope that the list needs, for error messages. */
  readonly scope: string
  /** The search terms of the times that windows are of. */
  readonly terms: { readonly created?: string; readonly updated?: string }
  readonly sortKeys?: boolean
  /** The field that counts the objects of a search: `customersCount`. */
  readonly counted?: string
  /** A search term of every request, where the default leaves items out. */
  readonly always?: string
  readonly createdFilter?: TimeFilter
  readonly updatedFilter?: TimeFilter
  /** Makes the note of a list from its first answer. Its document gets `$begins`, which is true then. */
  readonly beginning?: (answer: ShopifyAnswer, query: Query) => string | undefined
}

/** The most objects of one search that Shopify pages through. */
export const deepest = 25_000

/** How deep a list has been read, and Shopify's cursor: `500 eyJsYXN0X2lkIjo…`. */
interface Depth {
  readonly depth: number
  readonly after: string | null
}

/** Reads one page of a connection. */
export async function listPage(connection: ShopifyConnection, query: Query, list: ShopifyList): Promise<Page> {
  const { cursor, limit, by } = query
  const { depth, after } = readCursor(cursor)
  const { pageSizes } = connection
  const path = list.path.join('.')
  const first = Math.min(limit, pageSizes.get(path) ?? limit)
  if (depth + first > deepest) throw tooDeep()
  const variables = {
    first,
    after,
    query: searchOf(query, list),
    ...(list.sortKeys && { by: by === 'updated' ? 'UPDATED_AT' : 'CREATED_AT' }),
    ...(list.beginning && { begins: cursor === null }),
  }
  const answer = await connection.query({ ...list, variables }).catch((error: unknown) => {
    const size = affordableSize(error, first)
    if (size !== null) pageSizes.set(path, size)
    throw error
  })
  const page = pageOf(answer, list.path)
  checkWindow(page.items, query, list)
  const notes = [
    cursor === null ? list.beginning?.(answer, query) : undefined,
    connection.withheld.noteOf(list.document, list.name),
  ].filter((note) => note !== undefined)
  return {
    ...page,
    next: page.next === null ? null : `${depth + page.items.length} ${page.next}`,
    ...(notes.length > 0 && { note: notes.join('; ') }),
  }
}

/**
 * The items that a query may ask for that cost too many points; null if that is not the error. Shopify does not document
 * for sure how it counts, so that the largest page is asked for first, and then what the refusal says.
 */
function affordableSize(error: unknown, first: number): number | null {
  const cost = error instanceof ShopifyRefusal ? error.errors.find((entry) => entry.cost !== null)?.cost : undefined
  if (!cost) return null
  return Math.max(1, Math.floor((first * cost.most) / cost.requested))
}

/** How many objects a list has; null if Shopify stopped counting. */
export async function countList(
  connection: ShopifyConnection,
  { always, scope }: Pick<ShopifyList, 'always' | 'scope'>,
  counted: string,
): Promise<number | null> {
  const document = /* GraphQL */ `query count($query: String) { ${counted}(query: $query, limit: null) { count precision } }`
  const { data } = await connection.query({ document, scope, variables: { query: always ?? null } })
  const { count, precision } = fields(data.at(counted).value())
  return precision === 'EXACT' ? integer(count) : null
}

/** The items of a connection and Shopify's cursor. @throws SyncError if the answer has no such connection */
export function pageOf({ data, date, allowance }: ShopifyAnswer, path: readonly string[]): Page {
  const at = data.at(...path)
  if (path[0] === paymentsAccount && isEmpty(data.at(paymentsAccount))) throw withoutPayments()
  const items = itemsIn(at.at('nodes'))
  const { hasNextPage, endCursor } = fields(at.at('pageInfo').value())
  if (!items || typeof hasNextPage !== 'boolean') throw unusable('is not a list')
  const next = hasNextPage ? text(endCursor) : null
  if (hasNextPage && next === null) throw unusable('has a next page and no cursor')
  return { items, next, observedAt: date, ...(allowance && { allowance }) }
}

/** Where the lists of Shopify Payments stand. */
const paymentsAccount = 'shopifyPaymentsAccount'

const isEmpty = (item: Item) => item.value() === undefined || item.value() === null

/** A shop without Shopify Payments has no account there, which is no empty list. */
const withoutPayments = () =>
  refuse(
    'resource',
    'not_available',
    'the shop has no account with Shopify Payments, so that it has no such list. Leave the resource out of additionalData.resources.',
  )

const refuse = (scope: Scope, code: ErrorCode, what: string) =>
  new SyncError('reject', code, `shopify: ${what}`, { scope })

/** The object at a field of the answer to its id: `order`. */
export async function retrieveAt(
  connection: ShopifyConnection,
  { document, field, scope }: { readonly document: string; readonly field: string; readonly scope: string },
  id: string,
): Promise<Retrieved> {
  const { data, date, allowance } = await connection.query({ document, scope, variables: { id } })
  const at = data.at(field)
  // An object of another type has no fields of this one: `node` answers for every id.
  const item = at.id === null ? null : at
  return { item, observedAt: date, ...(allowance && { allowance }) }
}

/** The parent of a nested list. @throws SyncError `not_found` if the parent is gone */
export function parentIn({ data }: ShopifyAnswer, field: string): Item {
  const parent = data.at(field)
  if (parent.id !== null) return parent
  throw refuse('object', 'not_found', 'the object of a nested list is gone. Run the job again.')
}

/** RFC 3339 in whole seconds, as Shopify reads and writes times. */
export const rfc3339 = (second: number): string => `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`

function searchOf({ window, by }: Query, { terms, always }: ShopifyList): string | null {
  const term = by === 'updated' ? terms.updated : terms.created
  const { from = 0, to = null } = window ?? {}
  const search = [
    always,
    term !== undefined && from > 0 && `${term}:>='${rfc3339(from)}'`,
    term !== undefined && to !== null && `${term}:<'${rfc3339(to)}'`,
  ]
  return search.filter((part) => typeof part === 'string').join(' ') || null
}

const daySeconds = 86_400

/**
 * Fails a page whose items lie far outside its window, because Shopify did not filter it. A filter may match whole days,
 * and an object may have changed again since the index of changes was written.
 */
function checkWindow(
  items: readonly Item[],
  { window, by }: Query,
  { createdFilter, updatedFilter }: ShopifyList,
): void {
  const filter = by === 'updated' ? updatedFilter : createdFilter
  if (!window || !filter?.read) return
  const latest = by === 'updated' || window.to === null ? Number.POSITIVE_INFINITY : window.to + daySeconds
  for (const item of items) {
    const time = filter.read(item.at(filter.field).value())
    const second = time === null ? null : time.getTime() / 1_000
    if (second !== null && (second < window.from - daySeconds || second > latest))
      throw unfiltered('has objects from outside the window of time that was asked for')
  }
}

function readCursor(cursor: string | null): Depth {
  const [, depth, after] = /^(\d{1,6}) (.+)$/s.exec(cursor ?? '') ?? []
  if (cursor !== null && after === undefined) throw cursorGone('is not one of this list')
  return { depth: Number(depth ?? 0), after: after ?? null }
}

const tooDeep = () => cursorGone(`leads deeper than the ${deepest} objects that Shopify pages through`)

/** The list is read on from the last second that was read, without a cursor. */
function cursorGone(what: string): SyncError {
  return refuse('page', 'cursor_gone', `the cursor of a page ${what}. The worker reads that part again.`)
}
