import { describe, expect, it } from 'vitest'
import { readScopes, type SquareObject } from '../../../src/sandbox/square/index.ts'
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
    const [found] = await readAll(sandbox, `${query}&${always}`, 'payments')
    expect([found?.id, found?.updated_at]).toEqual([old.id, at(ms)])
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

describe('a page', () => {
  it('has no field for items where there are none', async () => {
    const sandbox = await setup()
    expect((await ask(sandbox, `/v2/payments?begin_time=${at(ms)}`)).body).toEqual({})
  })

  it('has a hundred payments where a request asks for more, and is no error', async () => {
    const sandbox = await setup({ payments: 1_000 })
    const { body } = await ask(sandbox, `/v2/payments?${always}&limit=500`)
    expect([body.payments.length, typeof body.cursor]).toEqual([100, 'string'])
  })

  it('counts all customers that match if a request asks for it', async () => {
    const sandbox = await setup()
    expect((await ask(sandbox, '/v2/customers/search', { body: { limit: 1, count: true } })).body.count).toBe(60)
  })

  it('may be short or empty although more follow; nothing is lost', async () => {
    const sandbox = await setup({ shortPages: 0.5, emptyPages: 0.3 })
    const pages: number[] = []
    const body = { limit: 10 }
    const customers = await readAll(sandbox, '/v2/customers/search', 'customers', { body })
    expect(byId(customers)).toEqual(byId(sandbox.expected('customers')))
    let cursor: string | undefined
    do {
      const reply = await ask(sandbox, '/v2/customers/search', { body: cursor ? { ...body, cursor } : body })
      pages.push(reply.body.customers?.length ?? 0)
      cursor = reply.body.cursor
    } while (cursor)
    expect(new Set(pages.slice(0, -1))).toEqual(new Set([0, 6, 10]))
  })
})

describe('a cursor', () => {
  it('is refused with another query, and counted; another page size is no other query', async () => {
    const sandbox = await setup()
    const { cursor } = (await ask(sandbox, `/v2/payments?${always}&limit=3`)).body
    const other = await ask(sandbox, `/v2/payments?begin_time=2001-01-01T00:00:00Z&cursor=${cursor}`)
    expect([other.status, other.code]).toEqual([400, 'INVALID_CURSOR'])
    expect((await ask(sandbox, `/v2/refunds?cursor=${cursor}`)).code).toBe('INVALID_CURSOR')
    expect(sandbox.stats().cursorMisuse).toBe(2)
    expect((await ask(sandbox, `/v2/payments?${always}&limit=9&cursor=${cursor}`)).body.payments.length).toBe(9)
  })

  it('of a body is bound to the body, whatever the order of its fields', async () => {
    const sandbox = await setup()
    const location_ids = sandbox.locations.map(({ id }) => id)
    const sort = { sort_field: 'CREATED_AT', sort_order: 'ASC' }
    const { cursor } = (await ask(sandbox, '/v2/orders/search', { body: { location_ids, query: { sort }, limit: 5 } }))
      .body
    const same = { query: { sort: { sort_order: 'ASC', sort_field: 'CREATED_AT' } }, location_ids, cursor }
    expect((await ask(sandbox, '/v2/orders/search', { body: same })).status).toBe(200)
    const other = { ...same, query: { sort: { ...sort, sort_order: 'DESC' } } }
    expect((await ask(sandbox, '/v2/orders/search', { body: other })).code).toBe('INVALID_CURSOR')
  })

  it('expires by the clock of the provider', async () => {
    const sandbox = await setup({ cursorLifetime: 300 })
    const { cursor } = (await ask(sandbox, `/v2/payments?${always}&limit=3`)).body
    sandbox.advance(300)
    expect((await ask(sandbox, `/v2/payments?${always}&cursor=${cursor}`)).status).toBe(200)
    sandbox.advance(1)
    expect((await ask(sandbox, `/v2/payments?${always}&cursor=${cursor}`)).code).toBe('INVALID_CURSOR')
    expect(sandbox.stats().cursorMisuse).toBe(0)
    expect((await ask(sandbox, `/v2/payments?${always}&cursor=made-up`)).code).toBe('INVALID_CURSOR')
  })

  it('keeps an open end where the first request had it', async () => {
    const sandbox = await setup()
    const { cursor, payments } = (await ask(sandbox, `/v2/payments?${always}&limit=3`)).body
    sandbox.advance(10)
    const added = sandbox.insert('payments', { location_id: sandbox.locations[0]!.id })
    sandbox.advance(10)
    const rest = await readAll(sandbox, `/v2/payments?${always}&sort_order=ASC`, 'payments')
    expect(rest.at(-1)).toEqual(added)
    const next = (await ask(sandbox, `/v2/payments?${always}&cursor=${cursor}`)).body.payments
    expect([...payments, ...next]).not.toContainEqual(added)
  })
})

describe('an access token', () => {
  it('is refused where it is missing, wrong, expired or revoked', async () => {
    const sandbox = await setup({ revokedTokens: ['EAAAone'] })
    sandbox.expireToken('EAAAtwo')
    const codes: Record<string, string> = {
      '': 'UNAUTHORIZED',
      'EAAA-invalid1': 'UNAUTHORIZED',
      'EAAA-revoked1': 'ACCESS_TOKEN_REVOKED',
      EAAAone: 'ACCESS_TOKEN_REVOKED',
      'EAAA-expired1': 'ACCESS_TOKEN_EXPIRED',
      EAAAtwo: 'ACCESS_TOKEN_EXPIRED',
    }
    for (const [token, code] of Object.entries(codes)) {
      const reply = await ask(sandbox, '/v2/locations', { token })
      expect([reply.status, reply.code, reply.body.errors[0].category]).toEqual([401, code, 'AUTHENTICATION_ERROR'])
    }
  })

  it('says what it may do and when it expires, and expires then', async () => {
    const sandbox = await setup({ tokenLifetime: 60 })
    const status = await ask(sandbox, '/oauth2/token/status', { body: {}, isWrong: true })
    expect(status.body).toEqual({
      scopes: [...readScopes],
      expires_at: at(ms + 60_000).replace('.000', ''),
      client_id: 'sq0idp-sandbox',
      merchant_id: sandbox.merchant,
    })
    sandbox.advance(60)
    expect((await ask(sandbox, '/v2/locations')).code).toBe('ACCESS_TOKEN_EXPIRED')
  })

  it('is refused for what its scopes do not hold, and the answer names the scope', async () => {
    const sandbox = await setup({ scopes: ['MERCHANT_PROFILE_READ'] })
    expect((await ask(sandbox, '/v2/merchants/me')).status).toBe(200)
    const reply = await ask(sandbox, '/v2/payments')
    expect([reply.status, reply.code]).toEqual([403, 'INSUFFICIENT_SCOPES'])
    expect(reply.body.errors[0].detail).toContain('PAYMENTS_READ')
  })

  it('names the merchant, whose main location need not be the first', async () => {
    const sandbox = await setup()
    const { merchant } = (await ask(sandbox, '/v2/merchants/me')).body
    expect([merchant.id, merchant.main_location_id]).toEqual([sandbox.merchant, sandbox.locations[0]!.id])
    const { locations } = (await ask(sandbox, '/v2/locations')).body
    expect(locations.map(({ status }: { status: string }) => status).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => 'ACTIVE'),
      'INACTIVE',
    ])
    expect((await ask(sandbox, '/v2/locations/main')).body.location.id).toBe(merchant.main_location_id)
  })
})

describe('the limit of the application', () => {
  it('refuses the request over so many a second, whatever its path and token', async () => {
    const sandbox = await setup({ limits: { accountPerSecond: 3 } })
    const paths = ['/v2/locations', '/v2/customers', '/v2/refunds', '/v2/disputes']
    const replies = []
    for (const [n, path] of paths.entries()) replies.push(await ask(sandbox, path, { token: `EAAA${n}` }))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    const [error] = replies.at(-1)!.body.errors
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
