import { describe, expect, it } from 'vitest'
import { readScopes, type Sandbox } from '../../../src/sandbox/shopify/index.ts'
import { ask, day, document, idsOf, type Loose, setup } from './support.ts'

async function start(sandbox: Sandbox, query: string, groupObjects = false) {
  const mutation = groupObjects
    ? document('bulk_customers').replace('groupObjects: false', 'groupObjects: true')
    : document('bulk_customers')
  const { data, errors, extensions } = await ask(sandbox, mutation, { variables: { query } })
  expect(errors).toBeUndefined()
  expect(extensions.cost).toMatchObject({ requestedQueryCost: 10, actualQueryCost: 10 })
  return data.bulkOperationRunQuery
}

const status = async (sandbox: Sandbox, id: string): Promise<Loose> =>
  (await ask(sandbox, document('bulk_status'), { variables: { id } })).data.bulkOperation

/** Asks for the status until the operation has ended. */
async function ended(sandbox: Sandbox, id: string): Promise<Loose> {
  while (true) {
    const operation = await status(sandbox, id)
    if (operation.status !== 'CREATED' && operation.status !== 'RUNNING') return operation
  }
}

async function linesAt(url: string): Promise<Loose[]> {
  const answer = await fetch(url)
  expect(answer.status).toBe(200)
  const text = await answer.text()
  return text.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)))
}

const orders =
  '{ orders { edges { node { id name transactions { id } lineItems { edges { node { id quantity } } } } } } }'

describe('a bulk operation', () => {
  it('writes each object on a line, those of nested connections with their parent, past any page', async () => {
    const sandbox = await setup()
    const { bulkOperation, userErrors } = await start(sandbox, orders)
    expect([bulkOperation, userErrors]).toEqual([
      { id: expect.stringContaining('BulkOperation'), status: 'CREATED' },
      [],
    ])
    const done = await ended(sandbox, bulkOperation.id)
    const lines = await linesAt(done.url)
    const expected = sandbox.expected('orders') as Loose[]
    expect(done).toMatchObject({
      status: 'COMPLETED',
      errorCode: null,
      partialDataUrl: null,
      objectCount: String(lines.length),
    })
    expect(done.rootObjectCount).toBe('240')
    const [roots, children] = [
      lines.filter(({ __parentId }) => !__parentId),
      lines.filter(({ __parentId }) => __parentId),
    ]
    expect(idsOf(roots).toSorted()).toEqual(idsOf(expected).toSorted())
    for (const { id, name, lineItems, transactions } of expected) {
      expect(roots.find((root) => root.id === id)).toEqual({
        id,
        name,
        transactions: transactions.map(({ id }: Loose) => ({ id })),
      })
      const lines = children.filter(({ __parentId }) => __parentId === id)
      expect(lines).toEqual(lineItems.map(({ id: line, quantity }: Loose) => ({ id: line, quantity, __parentId: id })))
    }
    expect(done.fileSize).toBe(String(lines.map((line) => `${JSON.stringify(line)}\n`).join('').length))
  })

  it('writes children behind their parent only where it is told to group them', async () => {
    const sandbox = await setup({ counts: { orders: 30 } })
    const isGrouped = async (groupObjects: boolean) => {
      const { bulkOperation } = await start(sandbox, orders, groupObjects)
      const lines = await linesAt((await ended(sandbox, bulkOperation.id)).url)
      let parent = ''
      return lines.every(({ id, __parentId }) => {
        if (!__parentId) parent = id
        return !__parentId || __parentId === parent
      })
    }
    expect([await isGrouped(true), await isGrouped(false)]).toEqual([true, false])
  })

  it('costs no points, takes the time it is told to, and is the current one', async () => {
    const sandbox = await setup({ points: { restoreRate: 0.001, maximumAvailable: 40 }, bulkSeconds: 60 })
    const { bulkOperation } = await start(sandbox, '{ customers { nodes { id } } }')
    sandbox.advance(59)
    expect((await status(sandbox, bulkOperation.id)).status).toBe('RUNNING')
    sandbox.advance(1)
    const done = await ended(sandbox, bulkOperation.id)
    expect((await linesAt(done.url)).length).toBe(sandbox.expected('customers').length)
    const current = await ask(sandbox, '{ currentBulkOperation { id status } }')
    expect(current.data.currentBulkOperation).toEqual({ id: bulkOperation.id, status: 'COMPLETED' })
  })

  it('has no address without objects, nor seven days later', async () => {
    const sandbox = await setup()
    const none = await start(sandbox, '{ customers(query: "id:1") { nodes { id } } }')
    expect(await ended(sandbox, none.bulkOperation.id)).toMatchObject({
      status: 'COMPLETED',
      url: null,
      objectCount: '0',
    })
    const operation = await start(sandbox, '{ customers { nodes { id } } }')
    const { url } = await ended(sandbox, operation.bulkOperation.id)
    sandbox.advance(7 * day)
    expect((await status(sandbox, operation.bulkOperation.id)).url).toBeNull()
    expect((await fetch(url)).status).toBe(404)
  })

  it('that fails has the objects so far at another address', async () => {
    const sandbox = await setup({ bulkFailsAfter: 100 })
    const { bulkOperation } = await start(sandbox, orders)
    const failed = await ended(sandbox, bulkOperation.id)
    expect(failed).toMatchObject({
      status: 'FAILED',
      errorCode: 'INTERNAL_SERVER_ERROR',
      url: null,
      rootObjectCount: '100',
    })
    expect((await linesAt(failed.partialDataUrl)).filter(({ __parentId }) => !__parentId)).toHaveLength(100)
    const denied = await setup({ scopes: readScopes.filter((scope) => scope !== 'read_customers') })
    const started = await start(denied, '{ customers { nodes { id } } }')
    expect(await ended(denied, started.bulkOperation.id)).toMatchObject({
      status: 'FAILED',
      errorCode: 'ACCESS_DENIED',
    })
  })

  it('can be cancelled, and five can run at once', async () => {
    const sandbox = await setup({ bulkSeconds: 3_600 })
    const query = '{ customers { nodes { id } } }'
    const started = []
    for (let at = 0; at < 5; at++) started.push(await start(sandbox, query))
    expect((await start(sandbox, query)).userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }])
    const { id } = started[0].bulkOperation
    const cancel = await ask(
      sandbox,
      `mutation { bulkOperationCancel(id: "${id}") { bulkOperation { status } userErrors { message } } }`,
    )
    expect(cancel.data.bulkOperationCancel).toEqual({ bulkOperation: { status: 'CANCELED' }, userErrors: [] })
    expect((await start(sandbox, query)).userErrors).toEqual([])
  })

  it.each([
    [
      'what the schema does not have',
      '{ customers { nodes { age } } }',
      "Field 'age' doesn't exist on type 'Customer'",
    ],
    ['no connection', '{ shop { id } }', 'at least one connection'],
    ['two lists', '{ customers { nodes { id } } orders { nodes { id } } }', 'top-level'],
    ['node', '{ node(id: "gid://shopify/Order/1") { ... on Order { lineItems { nodes { id } } } } }', 'node and nodes'],
    [
      'a connection within a plain list',
      '{ orders { nodes { refunds { transactions { nodes { id } } } } } }',
      'within a list',
    ],
    [
      'six connections',
      '{ orders { nodes { a: lineItems { nodes { id } } b: lineItems { nodes { id } } c: lineItems { nodes { id } } d: lineItems { nodes { id } } e: lineItems { nodes { id } } } } }',
      'more than 5',
    ],
    [
      'a mutation',
      'mutation { bulkOperationCancel(id: "gid://shopify/BulkOperation/1") { userErrors { message } } }',
      'must be a query',
    ],
  ])('is refused for %s', async (_, query, message) => {
    const { bulkOperation, userErrors } = await start(await setup(), query)
    expect([bulkOperation, userErrors[0]]).toEqual([
      null,
      { code: 'INVALID', field: ['query'], message: expect.stringContaining(message) },
    ])
  })
})
