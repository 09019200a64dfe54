import type { Fields } from '../shopify-object.ts'
import { badRequest, notBuilt } from './field-error.ts'

/** A page as the schema has it. Cursors are written only if a query asks for them. */
export interface Connection {
  readonly nodes: readonly unknown[]
  readonly edges: readonly Fields[]
  readonly pageInfo: Fields
}

interface Edge {
  readonly node: unknown
  cursor(): string
}

export function connection(
  edges: readonly Edge[],
  more: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean },
): Connection {
  return {
    nodes: edges.map(({ node }) => node),
    get edges() {
      return edges.map(({ node, cursor }) => ({ node, cursor: cursor() }))
    },
    pageInfo: {
      __typename: 'PageInfo',
      ...more,
      startCursor: edges[0]?.cursor() ?? null,
      endCursor: edges.at(-1)?.cursor() ?? null,
    },
  }
}

/** All objects at once, as a bulk query reads them. */
export const wholeConnection = (nodes: readonly unknown[]): Connection =>
  connection(
    nodes.map((node) => ({ node, cursor: () => '' })),
    { hasNextPage: false, hasPreviousPage: false },
  )

/** A page of a list that is within an object. A cursor is the index after which the page begins. */
export function nestedPage(items: readonly unknown[], args: Fields, field: string): Connection {
  const first = pageSize(args, field)
  const ordered = args.reverse === true ? items.toReversed() : items
  const start = typeof args.after === 'string' ? nestedStart(args.after) : 0
  const edges = ordered.slice(start, start + first).map((node, index) => ({
    node,
    cursor: () => Buffer.from(JSON.stringify({ nested: start + index + 1 })).toString('base64'),
  }))
  return connection(edges, { hasNextPage: start + first < items.length, hasPreviousPage: start > 0 })
}

function nestedStart(cursor: string): number {
  const match = /^\{"nested":(\d+)\}$/.exec(Buffer.from(cursor, 'base64').toString())
  if (!match) throw badRequest('Invalid cursor for current pagination sort.')
  return Number(match[1])
}

/** The size of a page: 250 at most, https://shopify.dev/docs/api/usage/limits. The wording of that error is an assumption. */
export function pageSize(args: Fields, field: string): number {
  if (args.last !== undefined || args.before !== undefined) throw notBuilt(`${field} read backwards`)
  if (typeof args.first !== 'number') throw badRequest('you must provide one of first or last')
  if (args.first < 0) throw badRequest('first must be a positive number')
  if (args.first > 250) throw badRequest(`The first argument of ${field} is ${args.first}; it must not exceed 250.`)
  return args.first
}
