import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql'
import { fraction } from '../../server/random.ts'
import type { ListItem } from '../collection.ts'
import { always, type SortOrder } from '../moments.ts'
import { type CompiledSearch, compileSearch } from '../search/compile.ts'
import { knownSearchFields } from '../search/known-fields.ts'
import { parsedSearch } from '../search/parsed.ts'
import type { Fields } from '../shopify-object.ts'
import { type Connection, connection, pageSize, wholeConnection } from './connection.ts'
import { type Cursor, readCursor, writeCursor } from './cursors.ts'
import type { Execution } from './execution.ts'
import { badRequest, notBuilt } from './field-error.ts'
import type { ListDefinition } from './lists.ts'

/** A page of a list of the shop. */
export function listPage(
  definition: ListDefinition,
  args: Fields,
  execution: Execution,
  info: GraphQLResolveInfo,
): Connection {
  const { bulk, failure, now, pages, random } = execution
  const search = searchOf(definition, args, execution, info)
  const order = orderOf(definition, args, info)
  if (bulk)
    return wholeConnection(
      bulk.next(() => itemsOf(definition, execution, search, order, undefined)).map((item) => item.object()),
    )
  const first = pageSize(args, info.fieldName)
  const { cursorLifetime: lifetime = Number.POSITIVE_INFINITY, deepest = 25_000, emptyPages = 0 } = pages
  const rules = { list: [info.parentType.name, info.fieldName, args.query ?? null, order], now, lifetime }
  const start: Cursor =
    typeof args.after === 'string'
      ? readCursor(args.after, rules, execution.cursorMisused)
      : { after: undefined, depth: 0 }
  // https://shopify.dev/docs/api/usage/limits: 25,000 objects. The wording is an assumption.
  if (start.depth >= deepest)
    throw badRequest(`Cannot paginate beyond ${deepest} objects. Use filters to narrow the list.`)
  if (failure?.kind === 'empty-more' || (emptyPages > 0 && fraction(random) < emptyPages))
    return {
      ...connection([], { hasNextPage: true, hasPreviousPage: false }),
      pageInfo: emptyPageInfo(writeCursor(start, rules)),
    }

  const isSame = failure?.kind === 'same-page'
  const items = itemsOf(definition, execution, search, order, isSame ? undefined : start.after)
  const size = Math.min(first, deepest - start.depth)
  const page: ListItem[] = []
  let hasNextPage = false
  for (const item of items) {
    if (page.length === size) {
      hasNextPage = true
      break
    }
    page.push(item)
  }
  const edges = page.map((item, index) => ({
    node: item.object(),
    cursor: () => writeCursor({ after: item.position, depth: start.depth + index + 1 }, rules),
  }))
  // A window without items has no page that could come again.
  if (isSame && page.length > 0) hasNextPage = true
  return connection(edges, { hasNextPage, hasPreviousPage: start.after !== undefined })
}

/** How many objects a list has; exactly up to a limit, which is 10,000 unless the query says else, and never above 25,000. */
export function listCount(definition: ListDefinition, args: Fields, execution: Execution, info: GraphQLResolveInfo) {
  const search = searchOf(definition, args, execution, info)
  const most = 25_000
  const limit = typeof args.limit === 'number' ? Math.min(args.limit, most) : most
  let count = 0
  for (const _ of itemsOf(definition, execution, search, { by: 'id', descending: false }, undefined))
    if (++count > limit) return { __typename: 'Count', count: limit === most ? most + 1 : limit, precision: 'AT_LEAST' }
  return { __typename: 'Count', count, precision: 'EXACT' }
}

function* itemsOf(
  { resource, isShown }: ListDefinition,
  { now, scopes, shop }: Execution,
  search: CompiledSearch,
  order: SortOrder,
  after: Cursor['after'],
): Generator<ListItem> {
  const viewer = { now, scopes, searched: search.fields }
  const window = order.by === 'id' ? always : search.window(order.by)
  for (const item of shop.collections[resource].list({ ...order, window, after }))
    if (search.matches(item) && (isShown?.(item, viewer) ?? true)) yield item
}

function searchOf(
  { fields }: ListDefinition,
  args: Fields,
  execution: Execution,
  info: GraphQLResolveInfo,
): CompiledSearch {
  const query = typeof args.query === 'string' ? args.query : ''
  const field = info.parentType.getFields()[info.fieldName]
  const search = compileSearch(query, {
    known: field ? knownSearchFields(field) : new Set(),
    fields,
    now: execution.now,
    unsupported: (name) => notBuilt(`the search of ${info.fieldName} by ${name}`),
  })
  if (search.warnings.length > 0)
    execution.searches.push({
      path: responsePathAsArray(info.path),
      query,
      parsed: parsedSearch(search.search),
      warnings: search.warnings,
    })
  return search
}

function orderOf({ sortKeys }: ListDefinition, args: Fields, { fieldName }: GraphQLResolveInfo): SortOrder {
  const descending = args.reverse === true
  if (typeof args.sortKey !== 'string') return { by: 'id', descending }
  const by = Object.hasOwn(sortKeys, args.sortKey) ? sortKeys[args.sortKey] : undefined
  if (!by) throw notBuilt(`the order of ${fieldName} by ${args.sortKey}`)
  return { by, descending }
}

const emptyPageInfo = (cursor: string) => ({
  __typename: 'PageInfo',
  hasNextPage: true,
  hasPreviousPage: false,
  startCursor: cursor,
  endCursor: cursor,
})
