import type { GraphQLField } from 'graphql'

/**
 * The fields that the search of a list knows, out of the table in the schema's description of its argument `query`. It is
 * the only place where Shopify says so by machine.
 */
export function knownSearchFields(field: GraphQLField<unknown, unknown>): ReadonlySet<string> {
  const known = cache.get(field) ?? readTable(field)
  cache.set(field, known)
  return known
}

const cache = new WeakMap<GraphQLField<unknown, unknown>, ReadonlySet<string>>()

function readTable(field: GraphQLField<unknown, unknown>): ReadonlySet<string> {
  const text = field.args.find(({ name }) => name === 'query')?.description?.replaceAll('\n', ' ') ?? ''
  return new Set([...text.matchAll(row)].flatMap(([, name]) => name ?? []))
}

const row = /\| ([\w.{}]+) \| (?:string|time|id|integer|float|boolean|bigdecimal|mixed) \|/g
