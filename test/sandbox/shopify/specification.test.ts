import { type GraphQLOutputType, getNamedType, isAbstractType, isLeafType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { type ResourceName, resourceNames } from '../../../src/sandbox/shopify/index.ts'
import { shopifySchema } from '../../specs/shopify.ts'
import { ask, type Loose, readAll, setup } from './support.ts'

/** The lists of all resources; two are within the payments account. */
const within: Partial<Record<ResourceName, string>> = { payouts: 'payouts', balanceTransactions: 'balanceTransactions' }

/** A selection of all that some objects of a type hold, references by their ids. */
function selectionOf(type: GraphQLOutputType, values: readonly Loose[]): string {
  const named = getNamedType(type)
  const objects = values.flat().filter((value) => value !== null && value !== undefined)
  const runtime = isAbstractType(named) ? shopifySchema().getType(objects[0]?.__typename) : named
  if (!isObjectType(runtime) || objects.length === 0) return ''
  const fields = runtime.getFields()
  const keys = new Set(
    objects.filter(({ __typename }) => !__typename || __typename === runtime.name).flatMap(Object.keys),
  )
  const parts = [...keys].flatMap((key) => {
    const field = fields[key]
    if (!field) return []
    const inner = objects.map((object) => object[key])
    if (isLeafType(getNamedType(field.type))) return [key]
    const isConnection = getNamedType(field.type).name.endsWith('Connection')
    const node = isConnection ? nodeOf(field.type) : field.type
    const selection = selectionOf(node, inner)
    if (selection === '') return []
    return [isConnection ? `${key}(first: 250) { nodes { ${selection} } }` : `${key} { ${selection} }`]
  })
  if (parts.length === 0) return ''
  return isAbstractType(named) ? `... on ${runtime.name} { ${parts.join(' ')} }` : parts.join(' ')
}

function nodeOf(type: GraphQLOutputType): GraphQLOutputType {
  const connection = getNamedType(type)
  return (isObjectType(connection) && connection.getFields().nodes?.type) || type
}

/** An answer's object as `expected` has it: without the wrappers of connections. */
function unwrapped(value: Loose): Loose {
  if (Array.isArray(value)) return value.map(unwrapped)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value.nodes)) return unwrapped(value.nodes)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]))
}

describe("every object of Shopify's sandbox", () => {
  it.each(resourceNames)('is shown as it is expected, in the words of the schema: %s', async (name) => {
    const sandbox = await setup({ orders: 120, mostRequested: 1e9, counts: { orders: 120, events: 60 } })
    sandbox.simulate(10, { perDay: 12 })
    const expected = sandbox.expected(name)
    const type = shopifySchema().getType(String(expected[0]!.__typename))
    const fields = isObjectType(type) ? selectionOf(type, expected) : ''
    const listed = name === 'events' ? `... on BasicEvent { ${fields} }` : fields
    const inner = within[name]
    const nodes = inner
      ? await ofAccount(sandbox, inner, fields)
      : await readAll(sandbox, name, {
          fields: listed,
          first: 250,
          ...(name === 'sellingPlanGroups' ? { query: 'app_id:ALL' } : {}),
        })
    const byId = new Map(expected.map((object) => [object.id, object]))
    expect(nodes.length).toBeGreaterThan(2)
    for (const node of nodes) expect(byId.get(node.id)).toMatchObject(unwrapped(node))
    if (name !== 'events') expect(nodes).toHaveLength(expected.length)
  })
})

async function ofAccount(sandbox: Awaited<ReturnType<typeof setup>>, name: string, fields: string): Promise<Loose[]> {
  const { data, errors } = await ask(
    sandbox,
    `{ shopifyPaymentsAccount { ${name}(first: 250) { nodes { ${fields} } } } }`,
  )
  expect(errors).toBeUndefined()
  return data.shopifyPaymentsAccount[name].nodes
}
