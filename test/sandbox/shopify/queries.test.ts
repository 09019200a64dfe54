import { describe, expect, it } from 'vitest'
import { ask, document, documentNames, idsOf, setup } from './support.ts'

describe('a query that the schema allows', () => {
  it.each(documentNames)('is answered: %s', async (name) => {
    const sandbox = await setup({ costs: 'logarithmic' })
    const ids = idsOf([...sandbox.expected('orders').slice(0, 2), ...sandbox.expected('customers').slice(0, 1)])
    const reply = await ask(sandbox, document(name), { variables: { first: 5, by: 'UPDATED_AT', query: null, ids } })
    expect(reply.errors).toBeUndefined()
    expect(reply.status).toBe(200)
    expect(reply.extensions.cost.requestedQueryCost).toBeGreaterThanOrEqual(reply.extensions.cost.actualQueryCost)
    expect(JSON.stringify(reply.data)).toContain('gid://shopify/')
  })

  it('finds objects by their ids, whatever their type, and null where there is none', async () => {
    const sandbox = await setup()
    const order = sandbox.expected('orders').find(({ refunds }) => (refunds as unknown[]).length > 0)!
    const [{ id: refund }] = order.refunds as [{ id: string }]
    const ids = [order.id, 'gid://shopify/Order/1', refund, 'gid://shopify/Nothing/1']
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Refund { order { name } } } }'
    const { data } = await ask(sandbox, query, { variables: { ids } })
    expect(data.nodes).toEqual([
      { id: order.id, __typename: 'Order' },
      null,
      { id: refund, __typename: 'Refund', order: { name: order.name } },
      null,
    ])
  })

  it('takes 250 ids at most', async () => {
    const sandbox = await setup()
    const ids = Array.from({ length: 251 }, (_, n) => `gid://shopify/Order/${n + 1}`)
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    expect((await ask(sandbox, query, { variables: { ids } })).code).toBe('MAX_INPUT_SIZE_EXCEEDED')
    expect((await ask(sandbox, query, { variables: { ids: ids.slice(1) } })).errors).toBeUndefined()
  })

  it('says what the sandbox does not have instead of leaving it out', async () => {
    const sandbox = await setup()
    const missing = [
      '{ collections(first: 1) { nodes { id } } }',
      '{ orders(first: 1, sortKey: TOTAL_PRICE) { nodes { id } } }',
      '{ orders(first: 1, query: "risk_level:high") { nodes { id } } }',
      '{ orders(first: 1) { nodes { statusPageUrl } } }',
      '{ orders(last: 1) { nodes { id } } }',
      '{ customers(first: 1) { nodes { orders(first: 1) { nodes { id } } } } }',
      '{ orders(first: 1) { nodes { fulfillments(first: 1) { id } } } }',
    ]
    for (const query of missing) expect([query, (await ask(sandbox, query)).code]).toEqual([query, 'NOT_IMPLEMENTED'])
  })
})

describe('a query that the schema does not allow', () => {
  it.each([
    [
      'a field',
      '{ orders(first: 1) { nodes { createdOn } } }',
      "Field 'createdOn' doesn't exist on type 'Order'",
      'undefinedField',
    ],
    [
      'an argument',
      '{ orders(first: 1, updated: 2) { nodes { id } } }',
      "Field 'orders' doesn't accept argument 'updated'",
      'argumentNotAccepted',
    ],
    [
      'an argument left out',
      '{ order { id } }',
      "Field 'order' is missing required arguments: id",
      'missingRequiredArguments',
    ],
    ['a variable', '{ order(id: $id) { id } }', 'Variable $id is used but not declared', 'variableNotDefined'],
    [
      'no selection',
      '{ shop }',
      "Field must have selections (field 'shop' returns Shop! but has no selections. Did you mean 'shop { ... }'?)",
      'selectionMismatch',
    ],
    [
      'an order',
      '{ orders(first: 1, sortKey: AGE) { nodes { id } } }',
      "Argument has an invalid value (AGE). Expected type 'OrderSortKeys'.",
      'argumentLiteralsIncompatible',
    ],
  ])('is an error with status 200 and no data: %s', async (_, query, message, code) => {
    const sandbox = await setup()
    const reply = await ask(sandbox, query)
    expect([reply.status, reply.data, reply.errors[0].message, reply.code]).toEqual([200, undefined, message, code])
  })

  it('is an error that says where', async () => {
    const sandbox = await setup()
    const { errors } = await ask(sandbox, 'query orders { orders(first: 1) { nodes { createdOn } } }')
    expect(errors[0].path).toEqual(['query orders', 'orders', 'nodes', 'createdOn'])
    expect((await ask(sandbox, '{ orders(first: 1 }')).errors[0].message).toMatch(/^syntax error, /)
  })

  it('is an error if a variable has not the type that it was declared with', async () => {
    const sandbox = await setup()
    const query = 'query ($first: Int!) { orders(first: $first) { nodes { id } } }'
    const wrong = await ask(sandbox, query, { variables: { first: 'ten' } })
    expect(wrong.errors[0].message).toBe('Variable $first of type Int! was provided invalid value')
    expect([wrong.status, wrong.code]).toEqual([200, 'INVALID_VARIABLE'])
    expect((await ask(sandbox, query)).code).toBe('INVALID_VARIABLE')
  })
})
