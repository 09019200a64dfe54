import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../src/sandbox/shopify/index.ts'
import { ask, type Loose, listQuery, now, page, setup } from './support.ts'

const query = listQuery('orders', { first: 5 })

describe('a failure', () => {
  it.each([
    [{ kind: 'frozen' }, 402],
    [{ kind: 'forbidden' }, 403],
    [{ kind: 'locked' }, 423],
    [{ kind: 'security-rejection' }, 430],
    [{ kind: 'key-revoked' }, 401],
    [{ kind: 'error', status: 503, body: { errors: 'Service Unavailable' } }, 503],
    [{ kind: 'rate-limited', retryAfter: 7 }, 429],
  ] as const satisfies readonly (readonly [Failure, number])[])(
    'is an answer with its status: %o',
    async (failure, status) => {
      const sandbox = await setup()
      sandbox.fail({ ...failure, times: 1 })
      const reply = await ask(sandbox, query)
      expect([reply.status, typeof reply.errors]).toEqual([status, 'string'])
      if (status === 429) expect(reply.headers.get('retry-after')).toBe('7')
      expect((await ask(sandbox, query)).status).toBe(200)
    },
  )

  it('can be an error with status 200, instead of the data or beside it', async () => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'graphql-error', code: 'INTERNAL_SERVER_ERROR', times: 1 })
    const instead = await ask(sandbox, query)
    expect([instead.status, instead.data, instead.code]).toEqual([200, undefined, 'INTERNAL_SERVER_ERROR'])
    sandbox.fail({ kind: 'error-beside-data', code: 'INTERNAL_SERVER_ERROR', times: 1 })
    const beside = await ask(sandbox, query)
    expect([beside.data.orders.nodes.length, beside.code]).toEqual([5, 'INTERNAL_SERVER_ERROR'])
  })

  it('can be one field of every object, which is null with an error for each', async () => {
    const sandbox = await setup()
    const fields = 'customer { id }'
    sandbox.fail({ kind: 'field-failed', name: 'customer', times: 1 })
    const { data, errors } = await ask(sandbox, listQuery('orders', { first: 2, fields }))
    expect(data.orders.nodes.map(({ customer }: Loose) => customer)).toEqual([null, null])
    expect(errors.map(({ path }: Loose) => path)).toEqual([0, 1].map((at) => ['orders', 'nodes', at, 'customer']))
    sandbox.fail({ kind: 'field-failed', name: 'orders', times: 1 })
    expect((await ask(sandbox, query)).data).toBeNull()
  })

  it('can be for the queries with one field only', async () => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'locked', field: 'products', after: 1 })
    const statuses = []
    for (const name of ['orders', 'products', 'orders', 'products', 'productVariants'])
      statuses.push((await ask(sandbox, listQuery(name, {}))).status)
    expect(statuses).toEqual([200, 200, 200, 423, 200])
  })

  it('can be another page: empty with more, the same again, or other objects', async () => {
    const sandbox = await setup()
    const first = await page(sandbox, 'orders', { first: 5 })
    const after = first.pageInfo.endCursor
    const second = await page(sandbox, 'orders', { first: 5, after })
    sandbox.fail({ kind: 'empty-more', times: 1 })
    const empty = await page(sandbox, 'orders', { first: 5, after })
    expect([empty.nodes, empty.pageInfo.hasNextPage]).toEqual([[], true])
    expect((await page(sandbox, 'orders', { first: 5, after: empty.pageInfo.endCursor })).nodes).toEqual(second.nodes)
    sandbox.fail({ kind: 'same-page', times: 1 })
    expect((await page(sandbox, 'orders', { first: 5, after })).nodes).toEqual(first.nodes)
    sandbox.fail({ kind: 'items', items: ([node]) => [node, { foo: 1 }], times: 1 })
    const { data } = await ask(sandbox, query, { isOtherwise: true })
    expect(data.orders.nodes).toEqual([first.nodes[0], { foo: 1 }])
  })

  it('can be a body cut short, a connection reset or a page of HTML', async () => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'truncated', close: 'clean', times: 1 })
    await expect(ask(sandbox, query)).rejects.toThrow(SyntaxError)
    sandbox.fail({ kind: 'reset', times: 1 })
    await expect(ask(sandbox, query)).rejects.toThrow('fetch failed')
    sandbox.fail({ kind: 'html', times: 1 })
    await expect(ask(sandbox, query)).rejects.toThrow(SyntaxError)
    expect((await ask(sandbox, query)).status).toBe(200)
  })

  it('can be a throttle of requests with status 429, where the sandbox has one', async () => {
    const sandbox = await setup({ limits: { concurrency: 0 } })
    const { status, headers } = await ask(sandbox, query)
    expect([status, headers.get('retry-after')]).toEqual([429, '2'])
    expect(sandbox.stats()).toMatchObject({ requests: 1, rateLimited: 1 })
  })
})

describe('an answer', () => {
  it('has the date of the clock and an id, and every request is recorded with its body', async () => {
    const sandbox = await setup()
    const { headers } = await ask(sandbox, query)
    expect(headers.get('date')).toBe(new Date(now * 1_000).toUTCString())
    expect(headers.get('x-request-id')).toMatch(/^\w{20}$/)
    expect(sandbox.requests[0]).toMatchObject({ method: 'POST', path: '/admin/api/2026-10/graphql.json', status: 200 })
    expect(JSON.parse(sandbox.requests[0]!.body!).query).toBe(query)
  })

  it('to a body that is no query has status 400, and to another path 404', async () => {
    const sandbox = await setup()
    const send = (path: string, body: string) =>
      fetch(sandbox.url + path, { method: 'POST', body, headers: { 'x-shopify-access-token': 'shpat_x' } })
    expect((await send('/admin/api/2026-10/graphql.json', 'no JSON')).status).toBe(400)
    expect((await send('/admin/api/2026-10/graphql.json', '{}')).status).toBe(400)
    expect((await send('/admin/api/2026-10/orders.json', '{}')).status).toBe(404)
  })
})
