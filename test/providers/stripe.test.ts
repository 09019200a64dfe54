import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import { type StripeSettings, stripe } from '../../src/providers/stripe/index.ts'
import { type Failure, openSandbox, type SandboxOptions, type StripeObject } from '../../src/sandbox/stripe/index.ts'
import { exerciseProvider, expectNoSecret, type FailureKind } from '../contracts/exercise-provider.ts'
import { tables } from '../faults/tables.ts'
import { valuesOf } from '../support/items.ts'

const now = 1_790_000_000
const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const key = 'sk_live_51secretsecret7Qx9'
const never = new AbortController().signal
const settings = (over: Partial<StripeSettings> = {}): StripeSettings => ({
  apiKey: key,
  apiKeyTenant: tenantId,
  apiBase: undefined,
  perSecond: undefined,
  endpointPerSecond: undefined,
  ...over,
})

const failures: Readonly<Record<FailureKind, Failure>> = {
  'the key is refused': { kind: 'key-revoked' },
  'the key may not read this': { kind: 'missing-scope' },
  'too many requests': { kind: 'rate-limited', reason: 'endpoint-rate' },
  'the provider fails': { kind: 'error', status: 500 },
  'the answer is no JSON': { kind: 'html' },
  'the answer ends early': { kind: 'truncated' },
  'the answer is JSON of another shape': { kind: 'not-a-list' },
  'the connection is reset': { kind: 'reset' },
}

/** More than a page of what there is little of otherwise. */
const counts = {
  products: 45,
  prices: 120,
  coupons: 45,
  tax_rates: 45,
  promotion_codes: 45,
  subscription_schedules: 45,
}
const isInline = ({ nickname }: StripeObject) => String(nickname).startsWith('inline ')

exerciseProvider({
  name: 'stripe',
  lists: Object.keys(tables).flatMap((name) => (name === 'prices' ? ['prices active', 'prices inactive'] : [name])),
  async open() {
    const sandbox = await openSandbox({
      customers: 260,
      counts,
      limits: 'none',
      now,
      density: 'same-second',
      sameSecond: 120,
    })
    return {
      provider: stripe(settings({ apiBase: sandbox.url })),
      credentials: { tenantId, accessToken: undefined },
      badCredentials: ['pk_live_abc', 'cus_123', 'acct_1/../2', 'sk_live_ab c', 'sk_live_é', ''].map((accessToken) => ({
        tenantId,
        accessToken,
      })),
      secrets: [key, 'secretsecret'],
      expected: (resource, part) =>
        sandbox
          .expected(tables[resource as keyof typeof tables], true)
          .filter((one) => part === undefined || (one.active === (part === 'active') && !isInline(one))),
      now: sandbox.now,
      requests: () => sandbox.requests.length,
      remove: (resource, id) => sandbox.remove(tables[resource as keyof typeof tables], id),
      fail: (kind) => void sandbox.fail(failures[kind]),
      close: sandbox.close,
    }
  },
})

async function setup(options: SandboxOptions = {}, over: Partial<StripeSettings> = {}, accessToken?: string) {
  const sandbox = await openSandbox({ customers: 20, limits: 'none', now, ...options })
  const account = stripe(settings({ apiBase: sandbox.url, ...over })).connect({ tenantId, accessToken })
  onTestFinished(async () => {
    account.close()
    await sandbox.close()
  })
  const [customers] = account.sources
  const list = (query: Partial<Parameters<NonNullable<typeof customers>['list']>[0]> = {}) =>
    customers!.list({ window: { from: 0, to: null }, cursor: null, limit: 10, ...query }, never)
  return { sandbox, account, customers: customers!, list, failing: () => list().catch((error: unknown) => error) }
}

interface Expected {
  readonly verdict: string
  readonly code: string
  readonly limit?: unknown
  readonly retryAfter?: number
}

describe('an answer that is not a page becomes one SyncError, after one request', () => {
  const unavailable = { verdict: 'retry', code: 'provider_unavailable' }
  const unreadable = { verdict: 'retry', code: 'provider_response' } as const
  const unreachable = { verdict: 'retry', code: 'provider_unreachable' }
  const limited = { verdict: 'retry', code: 'rate_limited' }
  const refused = { verdict: 'reject', code: 'provider_refused' }
  const table: Readonly<Record<string, readonly [Failure, Expected]>> = {
    'a key that is not accepted': [{ kind: 'key-revoked' }, { verdict: 'reject', code: 'key_not_accepted' }],
    'an account that was disconnected': [{ kind: 'account-invalid' }, { verdict: 'reject', code: 'account_invalid' }],
    'the same as 400': [
      { kind: 'error', status: 400, error: { code: 'account_invalid' } },
      { verdict: 'reject', code: 'account_invalid' },
    ],
    'a key without the permission': [{ kind: 'missing-scope' }, { verdict: 'skip', code: 'permission_denied' }],
    'a feature that is not there': [{ kind: 'not-enabled' }, { verdict: 'skip', code: 'not_available' }],
    'an unknown parameter': [
      { kind: 'error', status: 400, error: { code: 'parameter_unknown', param: 'created' } },
      refused,
    ],
    'an unknown path': [
      { kind: 'error', status: 404 },
      { verdict: 'skip', code: 'not_found' },
    ],
    'a conflict': [
      { kind: 'error', status: 409 },
      { verdict: 'retry', code: 'provider_busy' },
    ],
    'a lock': [{ kind: 'lock-timeout' }, limited],
    'a lock with a wait': [
      { kind: 'lock-timeout', retryAfter: 3 },
      { ...limited, retryAfter: 3_000 },
    ],
    'the rate of the account': [
      { kind: 'rate-limited', reason: 'global-rate' },
      { ...limited, limit: { scope: 'account', of: 'rate' } },
    ],
    'the rate of the endpoint': [
      { kind: 'rate-limited', reason: 'endpoint-rate' },
      { ...limited, limit: { scope: 'endpoint', of: 'rate' } },
    ],
    'the concurrency of the account': [
      { kind: 'rate-limited', reason: 'global-concurrency' },
      { ...limited, limit: { scope: 'account', of: 'concurrency' } },
    ],
    'the concurrency of the endpoint': [
      { kind: 'rate-limited', reason: 'endpoint-concurrency' },
      { ...limited, limit: { scope: 'endpoint', of: 'concurrency' } },
    ],
    'the limit of a resource': [
      { kind: 'rate-limited', reason: 'resource-specific', retryAfter: 7 },
      { ...limited, limit: { scope: 'endpoint', of: 'rate' }, retryAfter: 7_000 },
    ],
    'a limit nobody has heard of': [
      { kind: 'error', status: 429, headers: { 'Stripe-Rate-Limited-Reason': 'constructor' } },
      { ...limited, limit: { scope: 'endpoint', of: 'rate' } },
    ],
    'a wait in the past': [
      { kind: 'error', status: 503, headers: { 'Retry-After': '-5' } },
      { ...unavailable, retryAfter: 0 },
    ],
    'a wait until a moment': [
      { kind: 'error', status: 503, headers: { 'Retry-After': new Date((now + 30) * 1_000).toUTCString() } },
      { ...unavailable, retryAfter: 30_000 },
    ],
    'a wait that is no time': [{ kind: 'error', status: 503, headers: { 'Retry-After': 'soon' } }, unavailable],
    'an error that says to try again': [
      { kind: 'error', status: 400, headers: { 'Stripe-Should-Retry': 'true' } },
      { verdict: 'retry', code: 'provider_busy' },
    ],
    '500 as JSON': [{ kind: 'error', status: 500 }, unavailable],
    '503 as JSON': [{ kind: 'error', status: 503 }, unavailable],
    '502 as HTML': [{ kind: 'html' }, unavailable],
    '404 as HTML': [{ kind: 'html', status: 404 }, unavailable],
    nothing: [{ kind: 'empty-body' }, unreadable],
    '503 and nothing': [{ kind: 'empty-body', status: 503 }, unavailable],
    'a body that is cut': [{ kind: 'truncated', close: 'clean' }, unreadable],
    'a connection that ends in the body': [{ kind: 'truncated', close: 'early' }, unreachable],
    'a connection that is reset': [{ kind: 'reset' }, unreachable],
    'an error with status 200': [{ kind: 'error-in-200' }, unreadable],
    'no list': [{ kind: 'not-a-list' }, unreadable],
    'data that is no array': [{ kind: 'items', items: () => '{"id":"cus_1"}' }, unreadable],
    'data that is no JSON': [{ kind: 'items', items: () => '[{]' }, unreadable],
    'a redirect': [{ kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' }, unreachable],
    'more than 32 MiB': [
      { kind: 'huge', bytes: 33 * 1024 * 1024 },
      { verdict: 'retry', code: 'answer_too_large' },
    ],
    'headers that never come': [{ kind: 'hang' }, unreachable],
    'headers that come too late': [{ kind: 'slow-headers', ms: 5_000 }, unreachable],
    'a body that drips too long, though never idle': [{ kind: 'slow-body', ms: 5_000 }, unreachable],
  }
  for (const [title, [failure, { verdict, code, limit, retryAfter }]] of Object.entries(table))
    it(title, async () => {
      const slow = ['hang', 'slow-headers', 'slow-body'].includes(failure.kind)
      const { sandbox, failing } = await setup({}, slow ? { timeoutMs: 700 } : {})
      sandbox.fail(failure)
      const error = await failing()
      expect(error).toBeInstanceOf(SyncError)
      if (!(error instanceof SyncError)) return
      expect({
        verdict: error.verdict,
        code: error.code,
        limit: error.limit,
        retryAfter: error.retryAfter,
        gone: error.cursorGone,
      }).toEqual({
        verdict,
        code,
        limit,
        retryAfter,
        gone: false,
      })
      expect(error.message).toMatch(/^stripe: /)
      expectNoSecret(error, [key, key.slice(-4)])
      expect(sandbox.requests).toHaveLength(1)
    })

  it('a list that says that it has more items, but whose page has none', async () => {
    const { sandbox, failing } = await setup()
    sandbox.fail({ kind: 'empty-more' })
    expect(await failing()).toMatchObject({ verdict: 'reject', code: 'provider_contract' })
  })

  it('null', async () => {
    const server = await listening((_, response) => response.end('null'))
    const { failing } = await setup({}, { apiBase: server.url })
    expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_response' })
  })

  it('a page without a Date, whose moment nobody knows', async () => {
    const server = await listening((_, response) => {
      response.sendDate = false
      response.end('{"object":"list","data":[],"has_more":false}')
    })
    const { failing } = await setup({}, { apiBase: server.url })
    expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_response' })
  })

  it('a host that does not answer', async () => {
    const { failing } = await setup({}, { apiBase: 'http://127.0.0.1:9' })
    expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_unreachable' })
  })

  it('a cursor whose object was deleted', async () => {
    const { sandbox, list } = await setup()
    const page = await list()
    sandbox.remove('customers', page.next!)
    const error = await list({ cursor: page.next }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ verdict: 'retry', code: 'cursor_gone', cursorGone: true })
  })
})

describe('a page', () => {
  it('is kept exactly as sent, decimals and unknown fields included', async () => {
    const { sandbox, list } = await setup()
    const raw = '[{"id":"cus_1","created":1,"unit_amount_decimal":"1.50","z":{"deep":[1.25,null,"\\u0000"]},"a":true}]'
    sandbox.fail({ kind: 'items', items: () => raw })
    const { items } = await list()
    expect(JSON.stringify(valuesOf(items))).toBe(raw)
  })

  it('is read when a proxy on the way compressed it', async () => {
    const { sandbox, list } = await setup()
    sandbox.fail({ kind: 'gzip' })
    expect(valuesOf((await list({ limit: 100 })).items)).toEqual(sandbox.expected('customers', true))
  })

  it('may come slowly, within its time', async () => {
    const { sandbox, list } = await setup({}, { timeoutMs: 10_000 })
    sandbox.fail({ kind: 'slow-body', ms: 200 })
    expect((await list()).items).toHaveLength(10)
  })

  it('of broken items goes on from the last that has an id', async () => {
    const { sandbox, list } = await setup()
    sandbox.fail({ kind: 'items', items: (items) => [...items, { id: 7 }, null], times: 1 })
    const { next, items } = await list()
    expect([items.length, next]).toEqual([12, sandbox.expected('customers')[9]!.id])
  })
})

describe('a redirect', () => {
  it('is not followed, and the key goes nowhere else', async () => {
    const elsewhere: IncomingHttpHeaders[] = []
    const server = await listening((request, response) => {
      elsewhere.push(request.headers)
      response.end('{}')
    })
    const { sandbox, failing } = await setup()
    for (const status of [301, 302, 303, 307, 308]) {
      const stop = sandbox.fail({ kind: 'redirect', status, to: `${server.url}/v1/customers` })
      expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_unreachable' })
      stop()
    }
    expect(elsewhere).toEqual([])
  })
})

describe('on the wire', () => {
  it('a window is created[gte] and created[lt], a cursor starting_after', async () => {
    const { sandbox, list } = await setup()
    const { next } = await list({ window: { from: 1_000, to: 2_000_000_000 }, limit: 3 })
    await list({ window: { from: 1_000, to: 2_000_000_000 }, limit: 3, cursor: next })
    expect(sandbox.requests.map(({ path, query }) => ({ path, query }))).toEqual([
      { path: '/v1/customers', query: { limit: '3', 'created[gte]': '1000', 'created[lt]': '2000000000' } },
      {
        path: '/v1/customers',
        query: { limit: '3', 'created[gte]': '1000', 'created[lt]': '2000000000', starting_after: next },
      },
    ])
  })

  it('what is open is not sent', async () => {
    const { sandbox, list } = await setup()
    await list()
    await list({ window: { from: 0, to: 5 } })
    expect(sandbox.requests.map(({ query }) => query)).toEqual([{ limit: '10' }, { limit: '10', 'created[lt]': '5' }])
  })

  it('the key, the version and nothing that tells on us', async () => {
    const seen: IncomingHttpHeaders[] = []
    const server = await listening((request, response) => {
      seen.push(request.headers)
      response.end('{"object":"list","data":[],"has_more":false}')
    })
    const { list } = await setup({}, { apiBase: server.url })
    await list()
    await list()
    expect(seen).toHaveLength(2)
    expect(seen[1]).toMatchObject({ authorization: `Bearer ${key}`, 'stripe-version': '2026-10-28.endive' })
    expect(seen[1]).not.toHaveProperty('x-stripe-client-telemetry')
    expect(seen[1]).not.toHaveProperty('stripe-account')
  })

  it('connections are used again', async () => {
    const ports = new Set<number | undefined>()
    const server = await listening((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('{"object":"list","data":[],"has_more":false}')
    })
    const { list } = await setup({}, { apiBase: server.url })
    for (let n = 0; n < 5; n++) await list()
    expect(ports.size).toBe(1)
  })
})

describe('an accessToken', () => {
  const connected = (accessToken: string | undefined, apiKey: string | undefined = key) =>
    stripe(settings({ apiKey })).connect({ tenantId, accessToken })

  const forms: readonly (readonly [
    string | undefined,
    string | undefined,
    { authorization: string; account: string | undefined; perSecond: number },
  ])[] = [
    ['sk_live_tenant', key, { authorization: 'Bearer sk_live_tenant', account: undefined, perSecond: 100 }],
    ['rk_live_tenant', undefined, { authorization: 'Bearer rk_live_tenant', account: undefined, perSecond: 100 }],
    ['sk_test_tenant', key, { authorization: 'Bearer sk_test_tenant', account: undefined, perSecond: 25 }],
    ['rk_test_a_live_one', key, { authorization: 'Bearer rk_test_a_live_one', account: undefined, perSecond: 25 }],
    ['rkcs_test_tenant', key, { authorization: 'Bearer rkcs_test_tenant', account: undefined, perSecond: 25 }],
    ['acct_1Connected', key, { authorization: `Bearer ${key}`, account: 'acct_1Connected', perSecond: 100 }],
    [
      'acct_1Connected',
      'sk_test_platform',
      { authorization: 'Bearer sk_test_platform', account: 'acct_1Connected', perSecond: 25 },
    ],
    [undefined, key, { authorization: `Bearer ${key}`, account: undefined, perSecond: 100 }],
  ]
  for (const [accessToken, apiKey, expected] of forms)
    it(`${accessToken ?? 'that is absent'} with ${apiKey ? 'a' : 'no'} configured key reads as ${JSON.stringify(expected)}`, async () => {
      const seen: IncomingHttpHeaders[] = []
      const server = await listening((request, response) => {
        seen.push(request.headers)
        response.end('{"object":"list","data":[],"has_more":false}')
      })
      const { account, list } = await setup({}, { apiBase: server.url, apiKey }, accessToken)
      await list()
      expect({
        authorization: seen[0]?.authorization,
        account: seen[0]?.['stripe-account'],
        perSecond: account.perSecond,
      }).toEqual(expected)
    })

  const bad: readonly (readonly [string | undefined, string | undefined, string])[] = [
    ['pk_live_abc', key, 'publishable_key'],
    ['pk_test_abc', undefined, 'publishable_key'],
    ['whsec_abc', key, 'bad_credentials'],
    ['', key, 'bad_credentials'],
    ['sk_live_abc\r\nX-Evil: 1', key, 'bad_credentials'],
    ['sk_live_abc\n', key, 'bad_credentials'],
    ['acct_../../x', key, 'bad_credentials'],
    ['acct_1', undefined, 'no_credentials'],
    [undefined, undefined, 'no_credentials'],
    [undefined, '', 'no_credentials'],
    [undefined, 'pk_live_platform', 'publishable_key'],
    ['acct_1', 'not a key', 'bad_credentials'],
  ]
  for (const [accessToken, apiKey, code] of bad)
    it(`${JSON.stringify(accessToken)} with the configured key ${JSON.stringify(apiKey)} is refused as ${code}`, () => {
      let error: unknown
      try {
        stripe(settings({ apiKey })).connect({ tenantId, accessToken })
      } catch (thrown) {
        error = thrown
      }
      expect(error).toMatchObject({ name: 'SyncError', verdict: 'reject', code })
      expectNoSecret(
        error,
        [accessToken, apiKey].filter((one) => one !== undefined),
      )
    })

  it('may be overruled in its limits by the configuration', () => {
    const account = stripe(settings({ perSecond: 7, endpointPerSecond: 3 })).connect({
      tenantId,
      accessToken: undefined,
    })
    expect([account.perSecond, account.sources[0]?.perSecond]).toEqual([7, 3])
    expect(connected('sk_live_x').sources[0]?.perSecond).toBe(25)
  })
})

describe('the beginning of an account', () => {
  it('is what Stripe says of it', async () => {
    const { account, sandbox } = await setup()
    const { account: id, since } = await account.identify(never)
    expect(id).toBe('acct_sandbox')
    expect(since).toBeLessThanOrEqual(Math.min(...sandbox.expected('customers').map(({ created }) => Number(created))))
    expect(sandbox.requests.map(({ path }) => path)).toEqual(['/v1/account'])
  })

  it('is that of Stripe where the key may not ask', async () => {
    const { account } = await setup({ restrictedAccount: true }, {}, 'rk_live_tenant')
    expect((await account.identify(never)).since).toBe(Date.UTC(2011, 0, 1) / 1_000)
  })

  it('is that of Stripe where the answer does not say', async () => {
    const server = await listening((_, response) => response.end('{"object":"account","id":"acct_1"}'))
    const { account } = await setup({}, { apiBase: server.url })
    expect((await account.identify(never)).since).toBe(Date.UTC(2011, 0, 1) / 1_000)
  })

  it('is an error where the key is refused', async () => {
    const { account, sandbox } = await setup()
    sandbox.fail({ kind: 'key-revoked' })
    await expect(account.identify(never)).rejects.toMatchObject({ verdict: 'reject', code: 'key_not_accepted' })
  })
})

describe('a customer', () => {
  it('becomes a row of what people query', async () => {
    const { customers } = await setup()
    const customer = {
      id: 'cus_1',
      object: 'customer',
      address: { city: 'Köln', country: 'DE', line1: null },
      balance: -1_250,
      created: 1_700_000_000,
      currency: 'eur',
      delinquent: false,
      description: 'a description',
      email: 'a@example.com',
      livemode: true,
      metadata: { crm: '7' },
      name: 'Jörg Groß',
      phone: '+49 221 1',
    }
    expect(customers.row(Item.of(customer))).toEqual({
      id: 'cus_1',
      email: 'a@example.com',
      name: 'Jörg Groß',
      phone: '+49 221 1',
      description: 'a description',
      currency: 'eur',
      balance: -1_250,
      delinquent: false,
      country: 'DE',
      livemode: true,
      metadata: { crm: '7' },
      createdAt: new Date('2023-11-14T22:13:20Z'),
    })
  })

  it('of which nothing is known is a row of nulls', async () => {
    const { customers } = await setup()
    expect(customers.row(Item.of({ id: 'cus_1' }))).toEqual({
      id: 'cus_1',
      email: null,
      name: null,
      phone: null,
      description: null,
      currency: null,
      balance: null,
      delinquent: null,
      country: null,
      livemode: null,
      metadata: null,
      createdAt: null,
    })
  })
})

async function listening(answer: Parameters<typeof createServer>[1] & {}) {
  const server = createServer(answer as never)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
