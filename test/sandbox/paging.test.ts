import { describe, expect, it } from 'vitest'
import type { Sandbox, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { ask, idOf, setup } from './support.ts'

describe('a list', () => {
  it('shows the newest object first, and orders by id descending within a second', async () => {
    const sandbox = await setup({ customers: 400, density: 'same-second', sameSecond: 300 })
    const objects = sandbox.expected('customers')
    const sorted = [...objects].sort((a, b) => Number(b.created) - Number(a.created) || (a.id < b.id ? 1 : -1))
    expect(objects.map(idOf)).toEqual(sorted.map(idOf))
    expect((await ask(sandbox, '/v1/customers?limit=100')).ids).toEqual(objects.slice(0, 100).map(idOf))
  })

  it.each([
    { count: 0, query: '', length: 0, more: false },
    { count: 11, query: '', length: 10, more: true },
    { count: 100, query: '?limit=100', length: 100, more: false },
    { count: 101, query: '?limit=100', length: 100, more: true },
    { count: 3, query: '?limit=1', length: 1, more: true },
  ])(
    'of $count customers with query "$query" has $length items and has_more $more',
    async ({ count, query, length, more }) => {
      const sandbox = await setup({ customers: count })
      const { body } = await ask(sandbox, `/v1/customers${query}`)
      expect(body).toEqual({
        object: 'list',
        data: sandbox.expected('customers').slice(0, length),
        has_more: more,
        url: '/v1/customers',
      })
    },
  )

  it.each([
    { query: 'created=200', times: [200, 200] },
    { query: 'created[gt]=200', times: [300] },
    { query: 'created[gte]=200', times: [300, 200, 200] },
    { query: 'created[lt]=200', times: [100] },
    { query: 'created[lte]=200', times: [200, 200, 100] },
    { query: 'created[gte]=100&created[lt]=200', times: [100] },
    { query: 'created%5Bgte%5D=200&created%5Blt%5D=300', times: [200, 200] },
    { query: 'created[gt]=300', times: [] },
    { query: 'created[gte]=300&created[lt]=200', times: [] },
  ])('filters by $query and includes the bound only for gte, lte and the exact second', async ({ query, times }) => {
    const sandbox = await setup()
    customersAt(sandbox, 100, 200, 200, 300)
    const { body } = await ask(sandbox, `/v1/customers?${query}`)
    expect(body.data.map((object: StripeObject) => object.created)).toEqual(times)
    expect(body.has_more).toBe(false)
  })

  it('shows each object once in two windows that meet at a second', async () => {
    const sandbox = await setup({ customers: 60, density: 'same-second', sameSecond: 30 })
    const edge = sandbox.expected('customers')[30]!.created
    const newer = await ask(sandbox, `/v1/customers?limit=100&created[gte]=${edge}`)
    const older = await ask(sandbox, `/v1/customers?limit=100&created[lt]=${edge}`)
    expect([...newer.ids, ...older.ids]).toEqual(sandbox.expected('customers').map(idOf))
  })

  it('pages to older objects with starting_after and to newer objects with ending_before', async () => {
    const sandbox = await setup()
    const [a, b, c, d, e] = customersAt(sandbox, 500, 400, 300, 300, 100)
    const pages = await Promise.all(
      [
        `starting_after=${b}&limit=2`,
        `starting_after=${d}&limit=2`,
        `starting_after=${e}`,
        `ending_before=${d}&limit=2`,
        `ending_before=${c}&limit=2`,
        `ending_before=${a}`,
        `ending_before=${e}&created[lt]=500&limit=2`,
      ].map((query) => ask(sandbox, `/v1/customers?${query}`)),
    )
    expect(pages.map((page) => [page.ids, page.body.has_more])).toEqual([
      [[c, d], true],
      [[e], false],
      [[], false],
      [[b, c], true],
      [[a, b], false],
      [[], false],
      [[c, d], true],
    ])
  })

  it.each([
    { query: 'limit=0', param: 'limit' },
    { query: 'limit=101', param: 'limit' },
    { query: 'limit=ten', param: 'limit', code: 'parameter_invalid_integer' },
    { query: 'colour=red', param: 'colour', code: 'parameter_unknown' },
    { query: 'created[after]=1', param: 'created[after]', code: 'parameter_unknown' },
    { query: 'toString=1', param: 'toString', code: 'parameter_unknown' },
    { query: 'created[gte]=2026-01-01', param: 'created[gte]', code: 'parameter_invalid_integer' },
    { query: 'expand[]=sources', param: 'expand' },
    { query: 'expand[]=data.friends', param: 'expand' },
    { query: 'expand[]=data.sources.data.a.b', param: 'expand' },
    { query: 'starting_after=cus_unknown', param: 'starting_after', code: 'resource_missing' },
    { query: 'ending_before=cus_unknown', param: 'ending_before', code: 'resource_missing' },
  ])('refuses the query $query with 400 and the name of the parameter', async ({ query, param, code }) => {
    const { status, body } = await ask(await setup(), `/v1/customers?${query}`)
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ type: 'invalid_request_error', param, message: expect.any(String) })
    expect(body.error.code).toBe(code)
  })

  it('refuses a query with two cursors', async () => {
    const sandbox = await setup()
    const [id] = customersAt(sandbox, 1)
    const { status, body } = await ask(sandbox, `/v1/customers?starting_after=${id}&ending_before=${id}`)
    expect([status, body.error.message]).toEqual([
      400,
      'You cannot parameterize both starting_after and ending_before.',
    ])
  })

  it.each(['expand[]', 'expand[0]', 'expand%5B%5D', 'expand%5B0%5D'])(
    'expands fields that are written as %s',
    async (name) => {
      const sandbox = await setup({ customers: 1 })
      const { body } = await ask(sandbox, `/v1/customers?${name}=data.tax_ids&expand[1]=data.test_clock`)
      const [customer] = sandbox.expected('customers')
      const url = `/v1/customers/${customer!.id}/tax_ids`
      expect(body.data).toEqual([{ ...customer, tax_ids: { object: 'list', data: [], has_more: false, url } }])
    },
  )

  it('accepts the filters of its own resource only', async () => {
    const sandbox = await setup({ customers: 20, counts: { products: 40 } })
    const active = await ask(sandbox, '/v1/products?active=true&limit=100')
    const expected = sandbox.expected('products').filter((product) => product.active)
    expect(active.body.data).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
    expect((await ask(sandbox, '/v1/products?email=a')).body.error.code).toBe('parameter_unknown')
    const [customer] = sandbox.expected('customers').filter(({ email }) => email !== null)
    const byEmail = await ask(sandbox, `/v1/customers?email=${encodeURIComponent(String(customer!.email))}`)
    expect(byEmail.ids).toEqual([customer!.id])
  })

  it('shows customers of a test clock only if the query names the clock', async () => {
    const sandbox = await setup({ customers: 1 })
    const withClock = sandbox.insert('customers', { test_clock: 'clock_1' })
    expect((await ask(sandbox, '/v1/customers')).ids).toEqual(sandbox.expected('customers').map(idOf))
    expect((await ask(sandbox, '/v1/customers?test_clock=clock_1')).ids).toEqual([withClock.id])
  })

  it('refuses a cursor whose object was deleted', async () => {
    const sandbox = await setup({ customers: 20 })
    const { ids } = await ask(sandbox, '/v1/customers')
    sandbox.remove('customers', ids[9]!)
    const { status, body } = await ask(sandbox, `/v1/customers?starting_after=${ids[9]}`)
    expect(status).toBe(400)
    expect(body.error).toEqual({
      type: 'invalid_request_error',
      code: 'resource_missing',
      doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
      message: `No such customer: '${ids[9]}'`,
      param: 'starting_after',
    })
  })

  it('shows inserts, updates and removals that happen between two pages', async () => {
    const sandbox = await setup({ customers: 25 })
    const before = sandbox.expected('customers').map(idOf)
    const first = await ask(sandbox, '/v1/customers')
    const created12 = Number((await ask(sandbox, `/v1/customers/${before[12]}`)).body.created)
    sandbox.insert('customers')
    const backdated = sandbox.insert('customers', { created: created12, id: 'cus_zzzzzzzzzzzzzz' })
    sandbox.update('customers', before[13]!, { name: 'Neu' })
    sandbox.remove('customers', before[11]!)
    const second = await ask(sandbox, `/v1/customers?starting_after=${first.ids[9]}&limit=5`)
    expect(second.ids).toEqual([before[10], backdated.id, before[12], before[13], before[14]])
    expect(second.body.data[3].name).toBe('Neu')
    expect(sandbox.expected('customers')).toHaveLength(26)
  })
})

describe('a cursor', () => {
  const ranges = { narrower: 'created[gte]=150', wider: 'created[gte]=10', none: 'limit=2' }
  it.each(Object.entries(ranges))('that is sent with another window gets an empty page: %s', async (_, range) => {
    const sandbox = await setup()
    customersAt(sandbox, 400, 300, 200, 100)
    const first = await ask(sandbox, '/v1/customers?limit=2&created[gte]=50')
    const second = await ask(sandbox, `/v1/customers?${range}&starting_after=${first.ids[1]}`)
    expect([second.status, second.ids, second.body.has_more]).toEqual([200, [], false])
    expect(sandbox.stats().cursorMisuse).toBe(1)
  })

  it('works in the window that gave it out, in any spelling of the window, and for another account', async () => {
    const sandbox = await setup()
    const ids = customersAt(sandbox, 400, 300, 200, 100)
    const other = { headers: { 'stripe-account': 'acct_other' } }
    await ask(sandbox, '/v1/customers?limit=2&created[gte]=50')
    expect((await ask(sandbox, `/v1/customers?created[gt]=49&starting_after=${ids[1]}`)).ids).toEqual(ids.slice(2))
    expect((await ask(sandbox, `/v1/customers?starting_after=${ids[1]}`, other)).ids).toEqual(ids.slice(2))
    expect((await ask(sandbox, `/v1/customers?starting_after=${ids[0]}`)).ids).toEqual(ids.slice(1))
    expect(sandbox.stats().cursorMisuse).toBe(0)
  })
})

/** Inserts customers created at these seconds. Returns their ids in list order. */
const customersAt = (sandbox: Sandbox, ...times: number[]) => {
  for (const created of times) sandbox.insert('customers', { created })
  return sandbox.expected('customers').map(idOf)
}
