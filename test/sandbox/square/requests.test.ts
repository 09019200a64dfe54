import { describe, expect, it } from 'vitest'
import type { SquareObject } from '../../../src/sandbox/square/index.ts'
import { checkRequests } from '../../specs/square.ts'
import { always, ask, byId, ms, readAll, setup } from './support.ts'

const year = 365 * 86_400_000
const at = (moment: number) => new Date(moment).toISOString()
const created = ({ created_at }: SquareObject) => Date.parse(String(created_at))
const updated = ({ updated_at }: SquareObject) => Date.parse(String(updated_at))

interface Case {
  readonly path: string
  readonly code: string
  readonly body?: object
  readonly isWrong?: boolean
}

describe('a default that loses data', () => {
  it('leaves out refunds of more than a year ago, also of a list by change', async () => {
    const sandbox = await setup({ density: 'uniform' })
    const expected = sandbox.expected('refunds').filter((refund) => created(refund) >= ms - year)
    expect(expected.length).toBeLessThan(sandbox.expected('refunds').length)
    expect(byId(await readAll(sandbox, '/v2/refunds', 'refunds'))).toEqual(byId(expected))
    const query = `/v2/refunds?sort_field=UPDATED_AT&updated_at_begin_time=${at(0)}`
    expect(byId(await readAll(sandbox, query, 'refunds'))).toEqual(byId(expected))
    expect((await readAll(sandbox, `${query}&${always}`, 'refunds')).length).toBe(sandbox.expected('refunds').length)
  })

  it('leaves out payments of more than a year ago, even those that changed today', async () => {
    const sandbox = await setup({ density: 'uniform' })
    const old = sandbox.expected('payments').findLast((object) => object.location_id === sandbox.locations[0]!.id)!
    sandbox.update('payments', old.id, { note: 'refunded by hand' })
    sandbox.advance(1)
    const query = `/v2/payments?sort_field=UPDATED_AT&updated_at_begin_time=${at(ms)}`
    expect(await readAll(sandbox, query, 'payments')).toEqual([])
    const [payment] = await readAll(sandbox, `${query}&${always}`, 'payments')
    expect([payment?.id, payment?.updated_at]).toEqual([old.id, at(ms)])
  })

  it('leaves out payouts of other locations and of more than a year ago', async () => {
    const sandbox = await setup({ payments: 1_000, density: 'uniform' })
    const main = sandbox.locations[0]!.id
    const expected = sandbox
      .expected('payouts')
      .filter((object) => object.location_id === main && created(object) >= ms - year)
    expect(byId(await readAll(sandbox, '/v2/payouts', 'payouts'))).toEqual(byId(expected))
  })
})

describe('a request outside the rules', () => {
  const location = 'location_ids'
  const over = { [location]: Array.from({ length: 11 }, (_, n) => `L${n}`) }
  const dates = (filter: object, sort_field?: string) => ({
    query: { filter: { date_time_filter: filter }, ...(sort_field ? { sort: { sort_field } } : {}) },
  })
  const cases: Readonly<Record<string, Case>> = {
    'orders of eleven locations': { path: '/v2/orders/search', code: 'ARRAY_LENGTH_TOO_LONG', body: over },
    'orders of no location': { path: '/v2/orders/search', code: 'MISSING_REQUIRED_PARAMETER', body: {} },
    'orders of an unknown location': {
      path: '/v2/orders/search',
      code: 'INVALID_VALUE',
      body: { location_ids: ['Lx'] },
    },
    '1,001 orders': {
      path: '/v2/orders/search',
      code: 'VALUE_TOO_HIGH',
      body: { location_ids: ['main'], limit: 1_001 },
    },
    'orders by two ranges': {
      path: '/v2/orders/search',
      code: 'BAD_REQUEST',
      body: dates({ created_at: {}, updated_at: {} }),
    },
    'orders changed, sorted by creation': {
      path: '/v2/orders/search',
      code: 'BAD_REQUEST',
      body: dates({ updated_at: {} }),
    },
    'orders created, sorted by change': {
      path: '/v2/orders/search',
      code: 'BAD_REQUEST',
      body: dates({ created_at: {} }, 'UPDATED_AT'),
    },
    'invoices of no location': { path: '/v2/invoices', code: 'MISSING_REQUIRED_PARAMETER', isWrong: true },
    'payments by change, sorted by creation': {
      path: `/v2/payments?updated_at_begin_time=${at(0)}`,
      code: 'CONFLICTING_PARAMETERS',
    },
    'refunds by change, sorted by creation': {
      path: `/v2/refunds?updated_at_end_time=${at(ms)}`,
      code: 'CONFLICTING_PARAMETERS',
    },
    'payments that end before they begin': {
      path: `/v2/payments?begin_time=${at(ms)}&end_time=${at(0)}`,
      code: 'INVALID_TIME_RANGE',
    },
    'payments since a date': { path: '/v2/payments?begin_time=2026-01-01', code: 'INVALID_TIME' },
    'an unknown parameter': {
      path: '/v2/payments?created_after=2026-01-01',
      code: 'UNKNOWN_QUERY_PARAMETER',
      isWrong: true,
    },
    'an unknown field': {
      path: '/v2/customers/search',
      code: 'UNKNOWN_BODY_PARAMETER',
      body: { query: { filters: {} } },
      isWrong: true,
    },
    '101 customers': { path: '/v2/customers/search', code: 'VALUE_TOO_HIGH', body: { limit: 101 }, isWrong: true },
    'no customers': { path: '/v2/customers?limit=0', code: 'VALUE_TOO_LOW' },
    'a filter that the sandbox does not have': {
      path: '/v2/customers/search',
      code: 'NOT_IMPLEMENTED',
      body: { query: { filter: { group_ids: {} } } },
    },
    'a path that is not in the specification': { path: '/v2/charges', code: 'NOT_FOUND', isWrong: true },
  }

  it.each(Object.entries(cases))('is refused: %s', async (_, { path, code, body, isWrong = false }) => {
    const sandbox = await setup()
    const main = sandbox.locations[0]!.id
    const known = body && JSON.parse(JSON.stringify(body).replace('"main"', `"${main}"`))
    const sent = path === '/v2/orders/search' && known?.query ? { ...known, location_ids: [main] } : known
    const reply = await ask(sandbox, path, { ...(sent ? { body: sent } : {}), isWrong })
    expect(reply.code).toBe(code)
    expect(reply.status).toBe(code === 'NOT_FOUND' ? 404 : code === 'NOT_IMPLEMENTED' ? 501 : 400)
  })

  it('names the field that is wrong', async () => {
    const sandbox = await setup()
    const body = { query: { filter: { updated_at: { start_at: 'yesterday' } } } }
    const reply = await ask(sandbox, '/v2/customers/search', { body })
    expect(reply.body.errors).toEqual([
      {
        category: 'INVALID_REQUEST_ERROR',
        code: 'INVALID_TIME',
        detail: '`yesterday` is not a time in RFC 3339.',
        field: 'query.filter.updated_at.start_at',
      },
    ])
  })
})

describe('a time range', () => {
  it('holds the order at each of its ends', async () => {
    const sandbox = await setup()
    const [first, second, third] = sandbox
      .expected('orders')
      .toSorted((a, b) => updated(b) - updated(a))
      .slice(40)
    const range = { start_at: third!.updated_at, end_at: first!.updated_at }
    const query = { filter: { date_time_filter: { updated_at: range } }, sort: { sort_field: 'UPDATED_AT' } }
    const body = { location_ids: sandbox.locations.map(({ id }) => id), query }
    const read = await readAll(sandbox, '/v2/orders/search', 'orders', { body })
    for (const order of [first, second, third]) expect(read).toContainEqual(order)
    expect(read.map(updated)).toEqual(read.map(updated).toSorted((a, b) => b - a))
    expect([updated(read[0]!), updated(read.at(-1)!)]).toEqual([updated(first!), updated(third!)])
  })

  it('of changes of customers is read in the order of creation', async () => {
    const sandbox = await setup()
    const since = ms - 2 * year
    const body = {
      limit: 5,
      query: { filter: { updated_at: { start_at: at(since) } }, sort: { field: 'CREATED_AT', order: 'DESC' } },
    }
    const read = await readAll(sandbox, '/v2/customers/search', 'customers', { body })
    const expected = sandbox.expected('customers').filter((customer) => updated(customer) >= since)
    expect(read).toEqual(expected.toSorted((a, b) => created(b) - created(a)))
    expect(read.map(updated)).not.toEqual(read.map(updated).toSorted((a, b) => b - a))
  })

  it('of the catalog leaves out the object at its beginning', async () => {
    const sandbox = await setup()
    const types = { object_types: ['SUBSCRIPTION_PLAN_VARIATION'], include_deleted_objects: true }
    const all = await readAll(sandbox, '/v2/catalog/search', 'objects', { body: types })
    const [newest, second] = all.toSorted((a, b) => updated(b) - updated(a))
    const body = { ...types, begin_time: second!.updated_at }
    expect((await ask(sandbox, '/v2/catalog/search', { body })).body).toEqual({
      objects: [newest],
      latest_time: newest!.updated_at,
    })
  })
})

describe('the limit of the application', () => {
  it('refuses the request over so many a second, whatever its path and token', async () => {
    const sandbox = await setup({ limits: { accountPerSecond: 3 } })
    const paths = ['/v2/locations', '/v2/customers', '/v2/refunds', '/v2/disputes']
    // At once: one after the other they may take longer than a second on a busy machine.
    const replies = await Promise.all(paths.map((path, n) => ask(sandbox, path, { token: `EAAA${n}` })))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429])
    const [error] = replies.find(({ status }) => status === 429)!.body.errors
    expect([error.category, error.code]).toEqual(['RATE_LIMIT_ERROR', 'RATE_LIMITED'])
    expect(sandbox.stats().rateLimited).toBe(1)
  })

  it('refuses the request over so many at once', async () => {
    const sandbox = await setup({ limits: { concurrency: 2 }, latencyMs: 300 })
    const replies = await Promise.all([1, 2, 3].map(() => ask(sandbox, '/v2/locations')))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 429])
    expect(sandbox.stats().peakConcurrency).toBe(3)
  })
})

describe('the traffic', () => {
  it('keeps each request with its body, by operation', async () => {
    const sandbox = await setup()
    await ask(sandbox, '/v2/customers/search', { body: { limit: 1 } })
    await ask(sandbox, '/v2/payments/unknown')
    expect(sandbox.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/v2/customers/search', '{"limit":1}'],
      ['GET', '/v2/payments/unknown', undefined],
    ])
    expect(Object.keys(sandbox.stats().perEndpoint)).toEqual(['POST /v2/customers/search', 'GET /v2/payments/{id}'])
    expect(sandbox.stats().list).toBe(1)
    expect(checkRequests(sandbox.requests)).toEqual([])
    await fetch(`${sandbox.url}/v2/payments?created=1`)
    expect(checkRequests(sandbox.requests)).toHaveLength(1)
  })
})
