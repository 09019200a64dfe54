import Stripe from 'stripe'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Density,
  type Failure,
  type FailureRule,
  type LimitReason,
  openSandbox,
  type Sandbox,
  type SandboxOptions,
  type StripeObject,
} from '../../src/sandbox/stripe/index.ts'
import { createStripeLimiter } from '../../src/sandbox/stripe/rate-limits.ts'

const now = 1_790_000_000
const year = 365 * 86_400
const open: Sandbox[] = []

async function setup(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ customers: 0, limits: 'none', now, ...options })
  open.push(sandbox)
  return sandbox
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
  readonly body: any
  readonly ids: readonly string[]
}

async function ask(sandbox: Sandbox, path: string, init: RequestInit & { key?: string } = {}): Promise<Reply> {
  const { key = 'sk_test_sandbox', headers, ...rest } = init
  const authorization = key ? { authorization: `Bearer ${key}` } : {}
  const response = await fetch(sandbox.url + path, { ...rest, headers: { ...authorization, ...headers } })
  const text = await response.text()
  const body = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, body, ids: body?.data?.map?.(idOf) ?? [] }
}

function sdk(sandbox: Sandbox, more: Partial<Stripe.StripeConfig> = {}): Stripe {
  return new Stripe('sk_test_sandbox', {
    host: '127.0.0.1',
    port: sandbox.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    ...more,
  })
}

const idOf = (object: StripeObject) => object.id
const seconds = (sandbox: Sandbox) => sandbox.truth('customers').map((object) => Number(object.created))
/** Customers created at these seconds, in list order. */
const customersAt = (sandbox: Sandbox, ...times: number[]) => {
  for (const created of times) sandbox.insert('customers', { created })
  return sandbox.truth('customers').map(idOf)
}

describe('the objects', () => {
  it('are customers with the fields of the API version, of about 1.5 kB', async () => {
    const customers = (await setup({ customers: 500 })).truth('customers')
    for (const customer of customers) expect(Object.keys(customer).sort()).toEqual([...customerFields])
    const bytes = Buffer.byteLength(JSON.stringify(customers)) / customers.length
    expect(bytes).toBeGreaterThan(1_300)
    expect(bytes).toBeLessThan(1_700)
    expect(new Set(customers.map(idOf)).size).toBe(500)
    for (const { id } of customers) expect(id).toMatch(/^cus_[0-9A-Za-z]{14}$/)
  })

  it('are the same for the same seed and others for another', async () => {
    const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => setup({ customers: 300, seed })))
    expect(same!.truth('customers')).toEqual(one!.truth('customers'))
    expect(other!.truth('customers').map(idOf)).not.toEqual(one!.truth('customers').map(idOf))
  })

  const spread: Record<Density, (times: readonly number[]) => void> = {
    // u^(1/7): half of all customers lie in the last tenth of the time, 1 - 0.5^(1/7).
    growing: (times) => expect(share(times, now - 0.0943 * 5 * 365.25 * 86_400, now)).toBeCloseTo(0.5, 1),
    uniform: (times) => expect(share(times, now - 2.5 * 365.25 * 86_400, now)).toBeCloseTo(0.5, 1),
    burst: (times) => expect(share(times, now - year, now - year + 86_400)).toBeCloseTo(0.9, 1),
    'same-second': (times) => expect(most(times)).toBe(200),
  }
  it.each(Object.keys(spread) as Density[])('are spread over five years: %s', async (density) => {
    const times = seconds(await setup({ customers: 2_000, density }))
    expect(times).toHaveLength(2_000)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(now - 5 * 365.25 * 86_400)
    expect(Math.max(...times)).toBeLessThan(now)
    spread[density](times)
  })

  it('share one second as often as asked, 1,000 of 10,000 by default', async () => {
    const ofMany = await setup({ customers: 10_000, density: 'same-second' })
    const asAsked = await setup({ customers: 500, density: 'same-second', sameSecond: 250 })
    expect([most(seconds(ofMany)), most(seconds(asAsked))]).toEqual([1_000, 250])
  })

  it('are a million without the memory of a million', async () => {
    const before = process.memoryUsage().rss
    const sandbox = await setup({ customers: 1_000_000 })
    expect((await ask(sandbox, '/v1/customers?limit=100')).ids).toHaveLength(100)
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
  })
})

describe('a list', () => {
  it('is newest first, and by id descending within a second', async () => {
    const sandbox = await setup({ customers: 400, density: 'same-second', sameSecond: 300 })
    const objects = sandbox.truth('customers')
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
  ])('of $count customers$query has $length and has_more $more', async ({ count, query, length, more }) => {
    const sandbox = await setup({ customers: count })
    const { body } = await ask(sandbox, `/v1/customers${query}`)
    expect(body).toEqual({
      object: 'list',
      data: sandbox.truth('customers').slice(0, length),
      has_more: more,
      url: '/v1/customers',
    })
  })

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
  ])('filters by $query, edges included or not', async ({ query, times }) => {
    const sandbox = await setup()
    customersAt(sandbox, 100, 200, 200, 300)
    const { body } = await ask(sandbox, `/v1/customers?${query}`)
    expect(body.data.map((object: StripeObject) => object.created)).toEqual(times)
    expect(body.has_more).toBe(false)
  })

  it('partitions into windows that share an edge', async () => {
    const sandbox = await setup({ customers: 60, density: 'same-second', sameSecond: 30 })
    const edge = seconds(sandbox)[30]
    const newer = await ask(sandbox, `/v1/customers?limit=100&created[gte]=${edge}`)
    const older = await ask(sandbox, `/v1/customers?limit=100&created[lt]=${edge}`)
    expect([...newer.ids, ...older.ids]).toEqual(sandbox.truth('customers').map(idOf))
  })

  it('pages to older objects with starting_after and to newer ones with ending_before', async () => {
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
  ])('refuses $query', async ({ query, param, code }) => {
    const { status, body } = await ask(await setup(), `/v1/customers?${query}`)
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ type: 'invalid_request_error', param, message: expect.any(String) })
    expect(body.error.code).toBe(code)
  })

  it('refuses two cursors at once', async () => {
    const sandbox = await setup()
    const [id] = customersAt(sandbox, 1)
    const { status, body } = await ask(sandbox, `/v1/customers?starting_after=${id}&ending_before=${id}`)
    expect([status, body.error.message]).toEqual([
      400,
      'You cannot parameterize both starting_after and ending_before.',
    ])
  })

  it.each(['expand[]', 'expand[0]', 'expand%5B%5D', 'expand%5B0%5D'])('expands with %s', async (name) => {
    const sandbox = await setup({ customers: 1 })
    const { body } = await ask(sandbox, `/v1/customers?${name}=data.tax_ids&expand[1]=data.test_clock`)
    const [customer] = sandbox.truth('customers')
    const url = `/v1/customers/${customer!.id}/tax_ids`
    expect(body.data).toEqual([{ ...customer, tax_ids: { object: 'list', data: [], has_more: false, url } }])
  })

  it('is served for every resource of the table, with its own filters', async () => {
    const sandbox = await setup({ customers: 20, counts: { products: 40 } })
    const active = await ask(sandbox, '/v1/products?active=true&limit=100')
    const expected = sandbox.truth('products').filter((product) => product.active)
    expect(active.body.data).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
    expect((await ask(sandbox, '/v1/products?email=a')).body.error.code).toBe('parameter_unknown')
    const [customer] = sandbox.truth('customers').filter(({ email }) => email !== null)
    const byEmail = await ask(sandbox, `/v1/customers?email=${encodeURIComponent(String(customer!.email))}`)
    expect(byEmail.ids).toEqual([customer!.id])
  })

  it('leaves out customers of test clocks unless asked for them', async () => {
    const sandbox = await setup({ customers: 1 })
    const clocked = sandbox.insert('customers', { test_clock: 'clock_1' })
    expect((await ask(sandbox, '/v1/customers')).ids).toEqual(sandbox.truth('customers').map(idOf))
    expect((await ask(sandbox, '/v1/customers?test_clock=clock_1')).ids).toEqual([clocked.id])
  })

  it('refuses the cursor of a deleted object', async () => {
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

  it('shows what was inserted, updated and removed between two pages', async () => {
    const sandbox = await setup({ customers: 25 })
    const before = sandbox.truth('customers').map(idOf)
    const first = await ask(sandbox, '/v1/customers')
    const late = Number((await ask(sandbox, `/v1/customers/${before[12]}`)).body.created)
    sandbox.insert('customers')
    const backdated = sandbox.insert('customers', { created: late, id: 'cus_zzzzzzzzzzzzzz' })
    sandbox.update('customers', before[13]!, { name: 'Neu' })
    sandbox.remove('customers', before[11]!)
    const second = await ask(sandbox, `/v1/customers?starting_after=${first.ids[9]}&limit=5`)
    expect(second.ids).toEqual([before[10], backdated.id, before[12], before[13], before[14]])
    expect(second.body.data[3].name).toBe('Neu')
    expect(sandbox.truth('customers')).toHaveLength(26)
  })
})

describe('a cursor', () => {
  const ranges = { narrower: 'created[gte]=150', wider: 'created[gte]=10', none: 'limit=2' }
  it.each(Object.entries(ranges))('carried into another window gets an empty page: %s', async (_, range) => {
    const sandbox = await setup()
    customersAt(sandbox, 400, 300, 200, 100)
    const first = await ask(sandbox, '/v1/customers?limit=2&created[gte]=50')
    const carried = await ask(sandbox, `/v1/customers?${range}&starting_after=${first.ids[1]}`)
    expect([carried.status, carried.ids, carried.body.has_more]).toEqual([200, [], false])
    expect(sandbox.stats().cursorMisuse).toBe(1)
  })

  it('works in the window that handed it out, however that is written, and of another account', async () => {
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

describe('an object by id', () => {
  it('is the one of the list, or 404', async () => {
    const sandbox = await setup({ customers: 5 })
    const [customer] = sandbox.truth('customers')
    expect((await ask(sandbox, `/v1/customers/${customer!.id}`)).body).toEqual(customer)
    const { status, body } = await ask(sandbox, '/v1/customers/cus_nobody')
    expect([status, body.error.code, body.error.param]).toEqual([404, 'resource_missing', 'id'])
  })

  it('is a stub when a customer was deleted and 404 when a product was', async () => {
    const sandbox = await setup({ customers: 1 })
    const { id } = sandbox.truth('customers')[0]!
    const product = sandbox.truth('products')[0]!.id
    sandbox.remove('customers', id)
    sandbox.remove('products', product)
    expect((await ask(sandbox, `/v1/customers/${id}`)).body).toEqual({ id, object: 'customer', deleted: true })
    expect((await ask(sandbox, `/v1/products/${product}`)).status).toBe(404)
    expect([...sandbox.truth('customers'), ...sandbox.truth('products')]).toEqual([])
  })

  it('has the mode of the key', async () => {
    const sandbox = await setup({ customers: 1 })
    const modes = await Promise.all(
      ['sk_test_a', 'rk_test_a', 'sk_live_a', 'rk_live_a'].map((key) => ask(sandbox, '/v1/customers', { key })),
    )
    expect(modes.map(({ body }) => body.data[0].livemode)).toEqual([false, false, true, true])
    expect(modes[2]!.body.data).toEqual(sandbox.truth('customers', true))
  })
})

describe('the account', () => {
  it('was opened before its first object', async () => {
    const sandbox = await setup({ customers: 100, density: 'uniform' })
    const { body } = await ask(sandbox, '/v1/account', { headers: { 'stripe-account': 'acct_7' } })
    expect(body).toMatchObject({ id: 'acct_7', object: 'account', created: now - 5 * 365.25 * 86_400 })
  })

  it('is hidden from restricted keys when asked to be', async () => {
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
  ])('"$key" is answered $status', async ({ key, status, message }) => {
    const sandbox = await setup({ revokedKeys: ['sk_live_onTheList'] })
    const reply = await ask(sandbox, '/v1/customers', { key })
    expect(reply.status).toBe(status)
    if (message) expect(reply.body.error.message).toMatch(message)
  })

  it('may come as basic authentication', async () => {
    const authorization = `Basic ${Buffer.from('sk_test_a:').toString('base64')}`
    expect((await ask(await setup(), '/v1/customers', { key: '', headers: { authorization } })).status).toBe(200)
  })

  it.each([
    { account: 'acct_1', status: 200, code: undefined },
    { account: 'acct_revoked_1', status: 403, code: 'account_invalid' },
    { account: 'cus_1', status: 403, code: 'account_invalid' },
  ])('may act for $account: $status', async ({ account, status, code }) => {
    const reply = await ask(await setup(), '/v1/customers', { headers: { 'stripe-account': account } })
    expect([reply.status, reply.body.error?.code]).toEqual([status, code])
  })
})

describe('an answer', () => {
  it('has the date of the provider, a request id, and the version it was asked in', async () => {
    const sandbox = await setup()
    const asked = await ask(sandbox, '/v1/customers', { headers: { 'stripe-version': '2024-06-20' } })
    const plain = await ask(sandbox, '/v1/customers')
    expect(asked.headers.get('date')).toBe(new Date(now * 1_000).toUTCString())
    expect(asked.headers.get('stripe-version')).toBe('2024-06-20')
    expect(plain.headers.get('stripe-version')).toBe('2026-10-28.endive')
    expect(plain.headers.get('request-id')).toMatch(/^req_\w{14}$/)
    expect(plain.headers.get('request-id')).not.toBe(asked.headers.get('request-id'))
  })

  it('follows a clock that can be moved', async () => {
    const sandbox = await setup()
    sandbox.advance(90)
    expect((await ask(sandbox, '/v1/customers')).headers.get('date')).toBe(new Date((now + 90) * 1_000).toUTCString())
    expect(sandbox.insert('customers').created).toBe(now + 90)
  })

  it('is 404 for what is not served', async () => {
    const sandbox = await setup()
    const replies = await Promise.all([
      ask(sandbox, '/v1/unicorns'),
      ask(sandbox, '/v1/customers', { method: 'POST', body: 'name=a' }),
      ask(sandbox, '/v1/customers/cus_1/friends'),
    ])
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(replies[0]!.body.error.message).toMatch(/^Unrecognized request URL \(GET: \/v1\/unicorns\)/)
  })

  it('waits for its latency', async () => {
    const sandbox = await setup({ latencyMs: 40, jitterMs: 10 })
    const started = performance.now()
    await ask(sandbox, '/v1/customers')
    expect(performance.now() - started).toBeGreaterThanOrEqual(39)
  })
})

describe('the limits', () => {
  const live = { key: 'k', restricted: false, livemode: true, accountKey: 'acct_1 live' }
  const test = { ...live, livemode: false, accountKey: 'acct_1 test' }

  /** Asks as fast as possible until refused; says how many were let in and why no more. */
  function drain(limiter: ReturnType<typeof createStripeLimiter>, caller: typeof live, endpoints: readonly string[]) {
    for (let admitted = 0; ; admitted++) {
      try {
        limiter.enter(caller, endpoints[admitted % endpoints.length]!)()
      } catch (error) {
        return {
          admitted,
          reason: (error as { headers: Record<string, string> }).headers['Stripe-Rate-Limited-Reason'],
        }
      }
    }
  }
  const six = ['a', 'b', 'c', 'd', 'e', 'f']

  it.each([
    { name: 'live, one endpoint', caller: live, endpoints: ['a'], admitted: 25, reason: 'endpoint-rate' },
    { name: 'live, many endpoints', caller: live, endpoints: six, admitted: 100, reason: 'global-rate' },
    { name: 'test, one endpoint', caller: test, endpoints: ['a'], admitted: 25, reason: 'global-rate' },
    { name: 'test, many endpoints', caller: test, endpoints: six, admitted: 25, reason: 'global-rate' },
  ])('are those of Stripe: $name', ({ caller, endpoints, admitted, reason }) => {
    let ms = 0
    const limiter = createStripeLimiter('stripe', () => ms)
    expect(drain(limiter, caller, endpoints)).toEqual({ admitted, reason })
    ms += 200
    expect(drain(limiter, caller, endpoints)).toEqual({ admitted: admitted / 5, reason })
    ms += 3_600_000
    expect(drain(limiter, caller, endpoints)).toEqual({ admitted, reason })
  })

  it('are separate for each account and mode', () => {
    const limiter = createStripeLimiter('stripe', () => 0)
    const callers = [live, test, { ...live, accountKey: 'acct_2 live' }]
    expect(callers.map((caller) => drain(limiter, caller, six).admitted)).toEqual([100, 25, 100])
  })

  it.each([
    { limits: { concurrency: 2 }, reason: 'global-concurrency' },
    { limits: { endpointConcurrency: 2 }, reason: 'endpoint-concurrency' },
  ])('hold for requests at the same time: $reason', ({ limits, reason }) => {
    const limiter = createStripeLimiter(limits, () => 0)
    const leave = limiter.enter(live, 'a')
    limiter.enter(live, 'a')
    expect(() => limiter.enter(live, 'a')).toThrowError(
      expect.objectContaining({ status: 429, headers: { 'Stripe-Rate-Limited-Reason': reason } }),
    )
    leave()
    expect(() => limiter.enter(live, 'a')).not.toThrow()
  })

  it('refuse over HTTP, with the reason, by default and as configured', async () => {
    const byDefault = await openSandbox({ customers: 0 })
    open.push(byDefault)
    const replies = await Promise.all(Array.from({ length: 90 }, () => ask(byDefault, '/v1/customers')))
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(5)
    expect(refused[0]!.headers.get('stripe-rate-limited-reason')).toBe('global-rate')
    expect(refused[0]!.body.error).toMatchObject({ type: 'invalid_request_error', code: 'rate_limit' })
    expect(byDefault.stats()).toMatchObject({ requests: 90, list: 90, rateLimited: refused.length })

    const slow = await setup({ limits: { endpointPerSecond: 1 } })
    await ask(slow, '/v1/customers')
    const second = await ask(slow, '/v1/customers')
    expect([second.status, second.headers.get('stripe-rate-limited-reason')]).toEqual([429, 'endpoint-rate'])
    expect((await ask(slow, '/v1/products')).status).toBe(200)
    await expect(sdk(slow).customers.list()).rejects.toMatchObject({ name: 'Error', type: 'StripeRateLimitError' })
  })

  it('refuse over HTTP what comes while as many are being answered', async () => {
    const sandbox = await setup({ limits: { concurrency: 2 }, latencyMs: 50 })
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask(sandbox, '/v1/customers')))
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.map(({ headers }) => headers.get('stripe-rate-limited-reason'))).toEqual(
      Array(3).fill('global-concurrency'),
    )
    expect(sandbox.stats().peakConcurrency).toBeGreaterThanOrEqual(2)
  })

  it('let a request in as soon as the client has read the one before', async () => {
    const sandbox = await setup({ customers: 100, limits: { concurrency: 1 } })
    for (let turn = 0; turn < 50; turn++) expect((await ask(sandbox, '/v1/customers?limit=100')).status).toBe(200)
    expect(sandbox.stats().peakConcurrency).toBe(1)
  })
})

describe('the record of requests', () => {
  it('says what was asked, by whom and how it ended', async () => {
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

describe('a failure', () => {
  type Case = { readonly failure: Failure; readonly seen: (sandbox: Sandbox) => Promise<void> }
  const list = (sandbox: Sandbox) => ask(sandbox, '/v1/customers')
  const brokenOff = (sandbox: Sandbox) => expect(list(sandbox)).rejects.toThrow()
  const answers = (status: number, error: object) => async (sandbox: Sandbox) => {
    const reply = await list(sandbox)
    expect([reply.status, reply.body.error]).toEqual([status, expect.objectContaining(error)])
  }

  const cases: Record<Failure['kind'], Case> = {
    error: {
      failure: { kind: 'error', status: 503, headers: { 'Stripe-Should-Retry': 'true' } },
      async seen(sandbox) {
        const reply = await list(sandbox)
        expect([reply.status, reply.body.error.type]).toEqual([503, 'api_error'])
        expect(reply.headers.get('stripe-should-retry')).toBe('true')
        await expect(sdk(sandbox).customers.list()).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 503 })
      },
    },
    'key-revoked': {
      failure: { kind: 'key-revoked' },
      seen: answers(401, { message: 'Invalid API Key provided: sk_test_****dbox' }),
    },
    'account-invalid': { failure: { kind: 'account-invalid' }, seen: answers(403, { code: 'account_invalid' }) },
    'missing-scope': {
      failure: { kind: 'missing-scope' },
      seen: answers(403, { message: expect.stringContaining("'rak_customer_read' permission") }),
    },
    'not-enabled': {
      failure: { kind: 'not-enabled' },
      seen: answers(400, { message: expect.stringContaining('not set up to use Issuing') }),
    },
    'rate-limited': {
      failure: { kind: 'rate-limited', reason: 'resource-specific', retryAfter: 3 },
      async seen(sandbox) {
        const { status, headers } = await list(sandbox)
        const named = ['stripe-rate-limited-reason', 'retry-after'].map((name) => headers.get(name))
        expect([status, ...named]).toEqual([429, 'resource-specific', '3'])
        expect(sandbox.stats().rateLimited).toBe(1)
      },
    },
    'lock-timeout': {
      failure: { kind: 'lock-timeout' },
      async seen(sandbox) {
        const { status, headers, body } = await list(sandbox)
        expect([status, body.error.code, headers.get('stripe-should-retry')]).toEqual([429, 'lock_timeout', 'true'])
        for (const absent of ['request-id', 'stripe-rate-limited-reason', 'retry-after'])
          expect(headers.has(absent)).toBe(false)
      },
    },
    html: {
      failure: { kind: 'html' },
      async seen(sandbox) {
        const { status, headers, text } = await list(sandbox)
        expect([status, headers.get('content-type')]).toEqual([502, 'text/html'])
        expect(text).toMatch(/^<html>/)
        const seenBySdk = { type: 'StripeAPIError', message: expect.stringContaining('Invalid JSON') }
        await expect(sdk(sandbox).customers.list()).rejects.toMatchObject(seenBySdk)
      },
    },
    'empty-body': {
      failure: { kind: 'empty-body' },
      seen: async (sandbox) => expect(await list(sandbox)).toMatchObject({ status: 200, text: '' }),
    },
    'error-in-200': { failure: { kind: 'error-in-200' }, seen: answers(200, { type: 'api_error' }) },
    'not-a-list': {
      failure: { kind: 'not-a-list' },
      seen: async (sandbox) => expect(await list(sandbox)).toMatchObject({ status: 200, body: { foo: 1 } }),
    },
    redirect: {
      failure: { kind: 'redirect', to: 'http://169.254.169.254/latest' },
      async seen(sandbox) {
        const { status, headers } = await ask(sandbox, '/v1/customers', { redirect: 'manual' })
        expect([status, headers.get('location')]).toEqual([302, 'http://169.254.169.254/latest'])
      },
    },
    'empty-more': {
      failure: { kind: 'empty-more' },
      seen: async (sandbox) =>
        expect(await list(sandbox)).toMatchObject({ status: 200, body: { data: [], has_more: true } }),
    },
    'same-page': {
      failure: { kind: 'same-page' },
      async seen(sandbox) {
        const first = await list(sandbox)
        const next = await ask(sandbox, `/v1/customers?starting_after=${first.ids[9]}`)
        expect(next.body).toEqual(first.body)
        expect(next.body.has_more).toBe(true)
      },
    },
    items: {
      failure: { kind: 'items', items: (objects) => [...objects, objects[0]] },
      async seen(sandbox) {
        const { ids } = await list(sandbox)
        expect([ids.length, ids[10]]).toEqual([11, ids[0]])
      },
    },
    truncated: { failure: { kind: 'truncated' }, seen: brokenOff },
    'slow-headers': {
      failure: { kind: 'slow-headers', ms: 30 },
      async seen(sandbox) {
        const started = performance.now()
        expect((await list(sandbox)).ids).toHaveLength(10)
        expect(performance.now() - started).toBeGreaterThanOrEqual(29)
      },
    },
    'slow-body': {
      failure: { kind: 'slow-body', ms: 50 },
      async seen(sandbox) {
        const headers = { authorization: 'Bearer sk_test_a' }
        const response = await fetch(`${sandbox.url}/v1/customers`, { headers })
        const [started, chunks] = [performance.now(), [] as Uint8Array[]]
        for await (const chunk of response.body!) chunks.push(chunk)
        expect(JSON.parse(Buffer.concat(chunks).toString()).data).toHaveLength(10)
        expect(performance.now() - started).toBeGreaterThanOrEqual(40)
        expect(chunks.length).toBeGreaterThan(3)
      },
    },
    hang: {
      failure: { kind: 'hang' },
      async seen(sandbox) {
        await expect(ask(sandbox, '/v1/customers', { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
        await expect(sdk(sandbox, { timeout: 50 }).customers.list()).rejects.toMatchObject({
          type: 'StripeConnectionError',
        })
        const statuses = sandbox.requests.filter(({ path }) => path === '/v1/customers').map(({ status }) => status)
        expect(statuses).toEqual([0, 0])
      },
    },
    reset: {
      failure: { kind: 'reset' },
      async seen(sandbox) {
        const error = await list(sandbox).catch((thrown: Error) => thrown.cause)
        expect(error).toMatchObject({ code: 'ECONNRESET' })
      },
    },
    gzip: {
      failure: { kind: 'gzip' },
      async seen(sandbox) {
        const reply = await list(sandbox)
        expect([reply.headers.get('content-encoding'), reply.ids.length]).toEqual(['gzip', 10])
      },
    },
    huge: {
      failure: { kind: 'huge', bytes: 3_000_000 },
      async seen(sandbox) {
        const { body, text } = await list(sandbox)
        expect([body.data.length, body.padding.length]).toEqual([10, 3_000_000])
        expect(text.length).toBeGreaterThan(3_000_000)
      },
    },
  }

  it.each(Object.entries(cases))('%s', async (_, { failure, seen }) => {
    const sandbox = await setup({ customers: 25 })
    const stop = sandbox.fail({ ...failure, path: '/v1/customers' })
    expect((await ask(sandbox, '/v1/products')).status).toBe(200)
    await seen(sandbox)
    stop()
    expect((await list(sandbox)).ids).toHaveLength(10)
  })

  const reasons: Record<LimitReason, true> = {
    'global-rate': true,
    'endpoint-rate': true,
    'global-concurrency': true,
    'endpoint-concurrency': true,
    'resource-specific': true,
  }
  it.each(Object.keys(reasons) as LimitReason[])('can be a 429 for %s, without Retry-After', async (reason) => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'rate-limited', reason })
    const { status, headers } = await list(sandbox)
    expect([status, headers.get('stripe-rate-limited-reason'), headers.has('retry-after')]).toEqual([
      429,
      reason,
      false,
    ])
  })

  it('can end half a body as if it were whole', async () => {
    const sandbox = await setup({ customers: 1 })
    sandbox.fail({ kind: 'truncated', close: 'clean' })
    const response = await fetch(`${sandbox.url}/v1/customers`, { headers: { authorization: 'Bearer sk_test_a' } })
    const text = await response.text()
    expect(response.ok).toBe(true)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  it.each([
    { rule: { after: 2, times: 2 }, statuses: [200, 200, 500, 500, 200, 200] },
    { rule: { times: 1 }, statuses: [500, 200, 200, 200, 200, 200] },
    { rule: { path: /limit=1(&|$)/ }, statuses: [200, 500, 200, 500, 200, 500] },
    { rule: { path: /\/products/ }, statuses: [200, 200, 200, 200, 200, 200] },
  ])('happens when its rule says: $rule', async ({ rule, statuses }) => {
    const sandbox = await setup()
    sandbox.fail({ ...rule, kind: 'error', status: 500 })
    const seen: number[] = []
    for (let turn = 0; turn < 6; turn++)
      seen.push((await ask(sandbox, `/v1/customers?limit=${turn % 2 ? 1 : 2}`)).status)
    expect(seen).toEqual(statuses)
  })

  it('happens as often as its probability, the same requests for the same seed', async () => {
    const failed = async (seed: number) => {
      const sandbox = await setup({ seed })
      sandbox.fail({ kind: 'error', status: 500, probability: 0.3 })
      const statuses: number[] = []
      for (let turn = 0; turn < 100; turn++) statuses.push((await list(sandbox)).status)
      return statuses.map((status) => (status === 500 ? 'x' : '.')).join('')
    }
    const [one, same, other] = [await failed(1), await failed(1), await failed(2)]
    expect(same).toBe(one)
    expect(other).not.toBe(one)
    expect(one.split('x').length - 1).toBeGreaterThan(15)
    expect(one.split('x').length - 1).toBeLessThan(45)
  })

  it('is one at a time: the first rule that is due', async () => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'error', status: 500, times: 1 })
    sandbox.fail({ kind: 'error', status: 503, times: 1 })
    expect([(await list(sandbox)).status, (await list(sandbox)).status, (await list(sandbox)).status]).toEqual([
      500, 503, 200,
    ])
  })

  it('spares the pages before a key is revoked in the middle of a run', async () => {
    const sandbox = await setup({ customers: 250 })
    sandbox.fail({ kind: 'key-revoked', path: '/v1/customers', after: 2 })
    const read = sdk(sandbox).customers.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 })
    await expect(read).rejects.toMatchObject({ type: 'StripeAuthenticationError' })
    expect(sandbox.requests.map(({ status }) => status)).toEqual([200, 200, 401])
  })

  it('can reset a connection that was kept alive', async () => {
    const sandbox = await setup()
    const stripe = sdk(sandbox)
    await stripe.customers.list()
    sandbox.fail({ kind: 'reset' })
    await expect(stripe.customers.list()).rejects.toMatchObject({ type: 'StripeConnectionError' })
  })
})

describe('poisoned items', () => {
  const first = (change: (object: StripeObject) => unknown) => (objects: readonly StripeObject[]) => [
    change(objects[0]!),
    ...objects.slice(1),
  ]
  const without = ({ id, ...rest }: StripeObject) => rest
  const poison: Record<string, { items: Extract<FailureRule, { kind: 'items' }>['items']; onTheWire: RegExp }> = {
    'a NUL': { items: first((object) => ({ ...object, name: 'a\u0000b' })), onTheWire: /"name":"a\\u0000b"/ },
    'a lone surrogate': { items: first((object) => ({ ...object, name: '\ud83d' })), onTheWire: /"name":"\\ud83d"/ },
    'a missing id': { items: first(without), onTheWire: /"data":\[\{"object"/ },
    'a numeric id': { items: first((object) => ({ ...object, id: 7 })), onTheWire: /"data":\[\{"id":7,/ },
    'an empty id': { items: first((object) => ({ ...object, id: '' })), onTheWire: /"data":\[\{"id":"",/ },
    'an endless id': { items: first((object) => ({ ...object, id: 'x'.repeat(3_000) })), onTheWire: /"id":"x{3000}"/ },
    'a creation time in words': {
      items: first((object) => ({ ...object, created: 'abc' })),
      onTheWire: /"created":"abc"/,
    },
    'an amount beyond 2^53': {
      items: (objects) => JSON.stringify(objects).replace(/"balance":-?\d+/, '"balance":9007199254740993'),
      onTheWire: /"balance":9007199254740993,/,
    },
    'no array at all': { items: () => '{"0":1}', onTheWire: /"data":\{"0":1\}/ },
  }
  it.each(Object.entries(poison))('arrive as they are: %s', async (_, { items, onTheWire }) => {
    const sandbox = await setup({ customers: 3 })
    const before = sandbox.truth('customers')
    sandbox.fail({ kind: 'items', items })
    expect((await ask(sandbox, '/v1/customers')).text).toMatch(onTheWire)
    expect(sandbox.truth('customers')).toEqual(before)
  })
})

describe('a hook', () => {
  it('sees a request before it is answered and may change the data', async () => {
    const sandbox = await setup({ customers: 3 })
    const stop = sandbox.onRequest(() => void sandbox.insert('customers', { id: 'cus_new' }))
    expect((await ask(sandbox, '/v1/customers')).ids[0]).toBe('cus_new')
    stop()
    expect((await ask(sandbox, '/v1/customers')).ids).toHaveLength(4)
  })

  it('holds a request back until it is released', async () => {
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

  it('that throws is an error of the sandbox, and says so', async () => {
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

describe('the overlay', () => {
  it('refuses what cannot be', async () => {
    const sandbox = await setup({ customers: 1 })
    const { id } = sandbox.truth('customers')[0]!
    expect(() => sandbox.insert('customers', { id })).toThrow(`already a customer ${id}`)
    expect(() => sandbox.insert('customers', { created: 'abc' })).toThrow('created is not a whole second')
    expect(() => sandbox.update('customers', 'cus_1', {})).toThrow('no customer cus_1 to update')
    expect(() => sandbox.update('customers', id, { created: 1 })).toThrow('never change')
    expect(() => sandbox.remove('customers', 'cus_1')).toThrow('no customer cus_1 to remove')
  })
})

describe('closing', () => {
  it('ends requests that hang, drip or wait, and frees the port', async () => {
    const sandbox = await setup({ customers: 100, latencyMs: 0 })
    sandbox.fail({ kind: 'hang', path: /limit=1$/ })
    sandbox.fail({ kind: 'slow-headers', ms: 60_000, path: /limit=2$/ })
    sandbox.fail({ kind: 'slow-body', ms: 60_000, path: /limit=3$/ })
    const arrivals = [signal(), signal(), signal()]
    sandbox.onRequest(({ query }) => arrivals[Number(query.limit) - 1]!.resolve())
    const asked = Promise.allSettled([1, 2, 3].map((limit) => ask(sandbox, `/v1/customers?limit=${limit}`)))
    await Promise.all(arrivals.map(({ promise }) => promise))
    await sandbox.close()
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    const again = await setup({ port: sandbox.port })
    expect(again.url).toBe(sandbox.url)
  })
})

describe('the official SDK', () => {
  it.each(['growing', 'burst', 'same-second'] satisfies Density[])('reads the whole list: %s', async (density) => {
    const sandbox = await setup({ customers: 2_050, density })
    const read = await sdk(sandbox).customers.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 })
    expect(JSON.parse(JSON.stringify(read))).toEqual(sandbox.truth('customers'))
    expect(sandbox.stats()).toMatchObject({ requests: 21, list: 21, cursorMisuse: 0 })
  })

  it('sends filters, expansions and accounts in a form that is understood', async () => {
    const sandbox = await setup({ customers: 30, density: 'uniform' })
    const [, second] = sandbox.truth('customers')
    const created = { gte: Number(second!.created), lt: now }
    const { data } = await sdk(sandbox).customers.list(
      { created, expand: ['data.sources', 'data.tax_ids'] },
      { stripeAccount: 'acct_9' },
    )
    expect(data.map(({ id }) => id)).toEqual(sandbox.truth('customers').slice(0, 2).map(idOf))
    expect(data[0]!.sources).toMatchObject({ object: 'list', data: [] })
    expect(sandbox.requests[0]).toMatchObject({ account: 'acct_9', query: { 'created[lt]': String(now) } })
  })
})

/** A promise and the way to keep it. */
function signal() {
  let resolve = () => {}
  const promise = new Promise<void>((keep) => {
    resolve = keep
  })
  return { promise, resolve: () => resolve() }
}

const share = (times: readonly number[], from: number, to: number) =>
  times.filter((time) => time >= from && time < to).length / times.length

function most(times: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const time of times) counts.set(time, (counts.get(time) ?? 0) + 1)
  return Math.max(...counts.values())
}

const customerFields = [
  'address',
  'balance',
  'created',
  'currency',
  'default_source',
  'delinquent',
  'description',
  'discount',
  'email',
  'id',
  'invoice_prefix',
  'invoice_settings',
  'livemode',
  'metadata',
  'name',
  'next_invoice_sequence',
  'object',
  'phone',
  'preferred_locales',
  'shipping',
  'tax_exempt',
  'test_clock',
]
