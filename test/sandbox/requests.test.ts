import { describe, expect, it } from 'vitest'
import { ask, now, setup } from './support.ts'

describe('an object by id', () => {
  it('is the object of the list; an unknown id is 404', async () => {
    const sandbox = await setup({ customers: 5 })
    const [customer] = sandbox.expected('customers')
    expect((await ask(sandbox, `/v1/customers/${customer!.id}`)).body).toEqual(customer)
    const { status, body } = await ask(sandbox, '/v1/customers/cus_nobody')
    expect([status, body.error.code, body.error.param]).toEqual([404, 'resource_missing', 'id'])
  })

  it('is a stub for a deleted customer and 404 for a deleted product', async () => {
    const sandbox = await setup({ customers: 1 })
    const { id } = sandbox.expected('customers')[0]!
    const product = sandbox.expected('products')[0]!.id
    sandbox.remove('customers', id)
    sandbox.remove('products', product)
    expect((await ask(sandbox, `/v1/customers/${id}`)).body).toEqual({ id, object: 'customer', deleted: true })
    expect((await ask(sandbox, `/v1/products/${product}`)).status).toBe(404)
    expect([...sandbox.expected('customers'), ...sandbox.expected('products')]).toEqual([])
  })

  it('has livemode true for a live key and false for a test key', async () => {
    const sandbox = await setup({ customers: 1 })
    const modes = await Promise.all(
      ['sk_test_a', 'rk_test_a', 'sk_live_a', 'rk_live_a'].map((key) => ask(sandbox, '/v1/customers', { key })),
    )
    expect(modes.map(({ body }) => body.data[0].livemode)).toEqual([false, false, true, true])
    expect(modes[2]!.body.data).toEqual(sandbox.expected('customers', true))
  })
})

describe('the account', () => {
  it('was created before its first object', async () => {
    const sandbox = await setup({ customers: 100, density: 'uniform' })
    const { body } = await ask(sandbox, '/v1/account', { headers: { 'stripe-account': 'acct_7' } })
    expect(body).toMatchObject({ id: 'acct_7', object: 'account', created: now - 5 * 365.25 * 86_400 })
  })

  it('answers 403 to restricted keys if the option restrictedAccount is set', async () => {
    const sandbox = await setup({ restrictedAccount: true })
    expect((await ask(sandbox, '/v1/account', { key: 'sk_live_a' })).status).toBe(200)
    const { status, body } = await ask(sandbox, '/v1/account', { key: 'rk_live_abcdef' })
    expect(status).toBe(403)
    expect(body.error.message).toMatch(/rk_live_\*+cdef' does not have the required permissions/)
  })
})

describe('a key', () => {
  it.each([
    { key: '', status: 401, message: /^You did not provide an API key/ },
    { key: 'sk_test_fine', status: 200 },
    { key: 'rk_live_fine', status: 200 },
    { key: 'pk_test_public', status: 401, message: /publishable/ },
    { key: 'sk_test_invalid_4eC39HqLyjWD', status: 401, message: /^Invalid API Key provided: sk_test_\*+yjWD$/ },
    { key: 'rk_live_revoked_1', status: 401, message: /^Invalid API Key provided: rk_live_\*+ed_1$/ },
    { key: 'sk_live_onTheList', status: 401, message: /^Invalid API Key provided: sk_live_\*+List$/ },
    { key: 'nonsense', status: 401, message: /^Invalid API Key provided: \*+ense$/ },
  ])('"$key" gets status $status', async ({ key, status, message }) => {
    const sandbox = await setup({ revokedKeys: ['sk_live_onTheList'] })
    const reply = await ask(sandbox, '/v1/customers', { key })
    expect(reply.status).toBe(status)
    if (message) expect(reply.body.error.message).toMatch(message)
  })

  it('is accepted as basic authentication', async () => {
    const authorization = `Basic ${Buffer.from('sk_test_a:').toString('base64')}`
    expect((await ask(await setup(), '/v1/customers', { key: '', headers: { authorization } })).status).toBe(200)
  })

  it.each([
    { account: 'acct_1', status: 200, code: undefined },
    { account: 'acct_revoked_1', status: 403, code: 'account_invalid' },
    { account: 'cus_1', status: 403, code: 'account_invalid' },
  ])('that names the account $account gets status $status', async ({ account, status, code }) => {
    const reply = await ask(await setup(), '/v1/customers', { headers: { 'stripe-account': account } })
    expect([reply.status, reply.body.error?.code]).toEqual([status, code])
  })
})

describe('an answer', () => {
  it('has the date of the provider, a request id, and the version of the request', async () => {
    const sandbox = await setup()
    const versioned = await ask(sandbox, '/v1/customers', { headers: { 'stripe-version': '2024-06-20' } })
    const plain = await ask(sandbox, '/v1/customers')
    expect(versioned.headers.get('date')).toBe(new Date(now * 1_000).toUTCString())
    expect(versioned.headers.get('stripe-version')).toBe('2024-06-20')
    expect(plain.headers.get('stripe-version')).toBe('2026-10-28.endive')
    expect(plain.headers.get('request-id')).toMatch(/^req_\w{14}$/)
    expect(plain.headers.get('request-id')).not.toBe(versioned.headers.get('request-id'))
  })

  it('has the time of the clock after the test advances the clock', async () => {
    const sandbox = await setup()
    sandbox.advance(90)
    expect((await ask(sandbox, '/v1/customers')).headers.get('date')).toBe(new Date((now + 90) * 1_000).toUTCString())
    expect(sandbox.insert('customers').created).toBe(now + 90)
  })

  it('is 404 for an unknown path, method or nested list', async () => {
    const sandbox = await setup()
    const replies = await Promise.all([
      ask(sandbox, '/v1/unicorns'),
      ask(sandbox, '/v1/customers', { method: 'POST', body: 'name=a' }),
      ask(sandbox, '/v1/customers/cus_1/friends'),
    ])
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(replies[0]!.body.error.message).toMatch(/^Unrecognized request URL \(GET: \/v1\/unicorns\)/)
  })

  it('takes at least the latency that is set', async () => {
    const sandbox = await setup({ latencyMs: 40, jitterMs: 10 })
    const started = performance.now()
    await ask(sandbox, '/v1/customers')
    expect(performance.now() - started).toBeGreaterThanOrEqual(39)
  })
})

describe('the record of requests', () => {
  it('holds the method, path, query, account and status of each request, and counts them', async () => {
    const sandbox = await setup()
    await ask(sandbox, '/v1/customers?created%5Bgte%5D=5&expand[0]=data.sources', {
      headers: { 'stripe-account': 'acct_1' },
    })
    await ask(sandbox, '/v1/customers/cus_1')
    expect(sandbox.requests).toEqual([
      {
        method: 'GET',
        path: '/v1/customers',
        url: '/v1/customers?created[gte]=5&expand[0]=data.sources',
        query: { 'created[gte]': '5', 'expand[0]': 'data.sources' },
        status: 200,
        at: expect.any(Number),
        account: 'acct_1',
      },
      expect.objectContaining({ path: '/v1/customers/cus_1', query: {}, status: 404 }),
    ])
    expect(sandbox.stats()).toEqual({
      requests: 2,
      list: 1,
      rateLimited: 0,
      peakConcurrency: 1,
      cursorMisuse: 0,
      perEndpoint: {
        'GET /v1/customers': { requests: 1, rateLimited: 0 },
        'GET /v1/customers/:id': { requests: 1, rateLimited: 0 },
      },
    })
  })
})

describe('a hook', () => {
  it('can change the data before the request is answered', async () => {
    const sandbox = await setup({ customers: 3 })
    const stop = sandbox.onRequest(() => void sandbox.insert('customers', { id: 'cus_new' }))
    expect((await ask(sandbox, '/v1/customers')).ids[0]).toBe('cus_new')
    stop()
    expect((await ask(sandbox, '/v1/customers')).ids).toHaveLength(4)
  })

  it('can delay a request until its promise resolves', async () => {
    const sandbox = await setup({ customers: 1 })
    const gate = signal()
    const arrived = signal()
    sandbox.onRequest(async ({ query }) => {
      if (!query.starting_after && query.limit) return
      arrived.resolve()
      await gate.promise
    })
    const held = ask(sandbox, '/v1/customers')
    await arrived.promise
    expect((await ask(sandbox, '/v1/customers?limit=1')).status).toBe(200)
    expect(sandbox.requests.map(({ status }) => status)).toEqual([0, 200])
    gate.resolve()
    expect((await held).status).toBe(200)
    expect(sandbox.stats().peakConcurrency).toBe(2)
  })

  it('that throws makes the answer a 500 with its message', async () => {
    const sandbox = await setup()
    sandbox.onRequest(() => {
      throw new Error('expected three pages')
    })
    expect(await ask(sandbox, '/v1/customers')).toMatchObject({
      status: 500,
      body: { error: { message: 'The sandbox itself failed: Error: expected three pages' } },
    })
  })
})

describe('a change of the data', () => {
  it('is refused if the object exists already, does not exist, or would change its creation time', async () => {
    const sandbox = await setup({ customers: 1 })
    const { id } = sandbox.expected('customers')[0]!
    expect(() => sandbox.insert('customers', { id })).toThrow(`already a customer ${id}`)
    expect(() => sandbox.insert('customers', { created: 'abc' })).toThrow('created is not a whole second')
    expect(() => sandbox.update('customers', 'cus_1', {})).toThrow('no customer cus_1 to update')
    expect(() => sandbox.update('customers', id, { created: 1 })).toThrow('never change')
    expect(() => sandbox.remove('customers', 'cus_1')).toThrow('no customer cus_1 to remove')
  })
})

describe('closing the sandbox', () => {
  it('ends requests that hang or are slow, and frees the port', async () => {
    const sandbox = await setup({ customers: 100, latencyMs: 0 })
    sandbox.fail({ kind: 'hang', path: /limit=1$/ })
    sandbox.fail({ kind: 'slow-headers', ms: 60_000, path: /limit=2$/ })
    sandbox.fail({ kind: 'slow-body', ms: 60_000, path: /limit=3$/ })
    const arrivals = [signal(), signal(), signal()]
    sandbox.onRequest(({ query }) => arrivals[Number(query.limit) - 1]!.resolve())
    const replies = Promise.allSettled([1, 2, 3].map((limit) => ask(sandbox, `/v1/customers?limit=${limit}`)))
    await Promise.all(arrivals.map(({ promise }) => promise))
    await sandbox.close()
    expect((await replies).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    const again = await setup({ port: sandbox.port })
    expect(again.url).toBe(sandbox.url)
  })
})

/** A promise and the function that resolves it. */
function signal() {
  let resolve = () => {}
  const promise = new Promise<void>((keep) => {
    resolve = keep
  })
  return { promise, resolve: () => resolve() }
}
