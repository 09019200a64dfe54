import { describe, expect, it, onTestFinished } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import type { Query } from '../../src/provider/contract.ts'
import { fields, list } from '../../src/provider/fields.ts'
import { type SquareSettings, square } from '../../src/providers/square/index.ts'
import type { Failure, ResourceName, Sandbox, SandboxOptions } from '../../src/sandbox/square/index.ts'
import { exerciseProvider, expectNoSecret, type FailureKind } from '../contracts/exercise-provider.ts'
import { createCheckedSquare } from '../specs/checked-sandbox.ts'
import { checkRequest } from '../specs/square.ts'

const token = 'EAAAEsecretsecret0123456789'
const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const now = 1_790_000_000
const never = new AbortController().signal

const settings = (over: Partial<SquareSettings> = {}): SquareSettings => ({
  accessToken: token,
  accessTokenTenant: tenantId,
  environment: 'sandbox',
  apiBase: undefined,
  perSecond: undefined,
  ...over,
})

const failures: Readonly<Record<FailureKind, Failure>> = {
  'the key is refused': { kind: 'key-revoked' },
  'the key may not read this': { kind: 'missing-scope' },
  'too many requests': { kind: 'rate-limited' },
  'the provider fails': { kind: 'error', status: 500 },
  'the answer is no JSON': { kind: 'html' },
  'the answer ends early': { kind: 'truncated' },
  'the answer is JSON of another shape': { kind: 'not-a-list' },
  'the connection is reset': { kind: 'reset' },
}

const tables: Readonly<Record<string, ResourceName>> = { products: 'plans', prices: 'variations' }
const resourceOf = (name: string) => tables[name] ?? (name as ResourceName)

const size: SandboxOptions = {
  payments: 1_500,
  counts: {
    customers: 260,
    plans: 130,
    variations: 130,
    subscriptions: 130,
    invoices: 700,
    payouts: 600,
    refunds: 260,
    disputes: 120,
  },
  limits: 'none',
  now,
}

/** So many locations that orders are searched in two parts. */
const small: SandboxOptions = {
  payments: 400,
  locations: 12,
  counts: {
    customers: 60,
    plans: 30,
    variations: 30,
    subscriptions: 40,
    invoices: 300,
    payouts: 300,
    refunds: 60,
    disputes: 120,
  },
  limits: 'none',
  now,
}

async function open(options: SandboxOptions = {}) {
  const sandbox = await createCheckedSquare({ ...size, ...options })
  onTestFinished(() => sandbox.close())
  const account = square(settings({ apiBase: sandbox.url })).connect({ tenantId, accessToken: undefined })
  onTestFinished(() => account.close())
  const list = (name: string, query: Partial<Query> = {}) =>
    account.sources.find((source) => source.name === name)!.list({ cursor: null, limit: 10, ...query }, never)
  return { sandbox, account, list }
}

/** A line has an id in its order only. */
const linesOf = (sandbox: Sandbox, order: string) =>
  (list(sandbox.expected('orders').find(({ id }) => id === order)?.line_items) ?? []).map(
    (line) => `${order}:${fields(line).uid}`,
  )

exerciseProvider({
  name: 'square',
  async open() {
    const sandbox = await createCheckedSquare({ ...small, cursorLifetime: 3_600 })
    return {
      provider: square(settings({ apiBase: sandbox.url })),
      credentials: { tenantId, accessToken: undefined },
      badCredentials: ['', 'short', 'with space 123456', 'é'.repeat(20)].map((accessToken) => ({
        tenantId,
        accessToken,
      })),
      secrets: [token, 'secretsecret'],
      // Square says how many disputes a page has.
      facts: { disputes: { pages: 'of a fixed size' } },
      // Square searches orders in several locations at once.
      expected: (resource, part) =>
        sandbox
          .expected(resourceOf(resource))
          .filter((object) => part === undefined || part.split(',').includes(String(object.location_id))),
      expectedNested: (nested, parent) =>
        nested === 'subscription_items'
          ? [parent]
          : nested === 'order_lines'
            ? linesOf(sandbox, parent)
            : sandbox.expected('entries').flatMap(({ id, payout_id }) => (payout_id === parent ? [id] : [])),
      now: sandbox.now,
      requests: () => sandbox.requests.length,
      remove(resource, id) {
        sandbox.remove(resourceOf(resource), id)
      },
      change(resource, id) {
        sandbox.advance(60)
        sandbox.update(resourceOf(resource), id, {})
        // A list without an end goes up to now, and without it.
        sandbox.advance(1)
      },
      refuseWindow: () => ({ never: 'a window has pages by cursor, however many items it has' }),
      emptyPage: () => sandbox.fail({ kind: 'empty-more', times: 1 }),
      expireCursors() {
        sandbox.advance(3_700)
      },
      expireToken: () => sandbox.expireToken(token),
      fail: (kind) => sandbox.fail(failures[kind]),
      close: sandbox.close,
    }
  },
})

describe('a request to Square', () => {
  it('is one that Square’s specification knows, with every parameter, for each list and each kind of window', async () => {
    const { sandbox, account } = await open()
    for (const source of account.sources) {
      const [part] = (await source.partition?.list(never)) ?? [undefined]
      const at = { cursor: null, limit: 10, ...(part !== undefined && { part }) }
      await source.list({ ...at, window: { from: 0, to: null } }, never)
      await source.list({ ...at, window: { from: now - 1_000, to: now } }, never)
      if (source.updatedFilter)
        await source.list({ ...at, by: 'updated', window: { from: now - 1_000, to: null } }, never)
      await source.retrieve?.('unknown', never)
      for (const nested of source.nested ?? [])
        if (nested.name === 'balance_transactions') await nested.list('po_unknown', at, never).catch(() => null)
    }
    await account.identify(never)
    const problems = sandbox.requests.flatMap(({ method, url, body }) => {
      const { pathname, searchParams } = new URL(url, sandbox.url)
      return checkRequest(method, pathname, searchParams, body === '' ? undefined : body)
    })
    expect(problems).toEqual([])
    expect(sandbox.requests.length).toBeGreaterThan(30)
  })

  it('names the location and the begin, which Square would choose otherwise', async () => {
    const { sandbox, list } = await open()
    const location = String(sandbox.locations[0]?.id)
    await list('payments', { part: location, window: { from: 0, to: null } })
    const { searchParams } = new URL(sandbox.requests.at(-1)?.url ?? '', sandbox.url)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      location_id: location,
      begin_time: '2009-01-01T00:00:00.000Z',
    })
  })

  it('for the locations is made once, and has inactive ones too', async () => {
    const { sandbox, account } = await open()
    const partitions = account.sources.flatMap(({ partition }) => partition ?? [])
    const parts = await Promise.all(partitions.map((partition) => partition.list(never)))
    expect(sandbox.requests).toHaveLength(1)
    expect(parts.map((names) => names.flatMap((name) => name.split(',')).toSorted())).toEqual(
      partitions.map(() => sandbox.locations.map(({ id }) => String(id)).toSorted()),
    )
  })
})

describe('a refusal of Square', () => {
  const cases: Readonly<Record<string, readonly [failure: Failure, expected: object]>> = {
    'of an expired token says how to go on': [
      { kind: 'token-expired' },
      {
        code: 'key_not_accepted',
        scope: 'account',
        message: expect.stringMatching(/the configured Square\.AccessToken .*Refresh it/),
      },
    ],
    'of a scope skips the resource': [{ kind: 'missing-scope' }, { code: 'permission_denied', scope: 'resource' }],
    'of a cursor concerns the page': [{ kind: 'no-such-cursor' }, { code: 'cursor_gone', scope: 'page' }],
    'of too many requests waits as long as Square says': [
      { kind: 'rate-limited', retryAfter: 7 },
      { code: 'rate_limited', verdict: 'retry', retryAfter: 7_000, limit: { scope: 'account', kind: 'rate' } },
    ],
    'with a status of its own fault is tried again': [
      { kind: 'error', status: 503 },
      { code: 'provider_unavailable', verdict: 'retry', scope: 'provider' },
    ],
  }
  it.each(Object.entries(cases))('%s', async (_, [failure, expected]) => {
    const { sandbox, list } = await open()
    sandbox.fail(failure)
    const error = await list('customers').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SyncError)
    expect(error).toMatchObject(expected)
    expectNoSecret(error, [token])
  })

  it('of an object that is not there is an answer', async () => {
    const { account } = await open()
    for (const { retrieve } of account.sources)
      if (retrieve) expect(await retrieve('unknown', never)).toEqual({ item: null, observedAt: new Date(now * 1_000) })
  })

  it('of the seller’s profile leaves the account unknown', async () => {
    const { account } = await open({ scopes: ['CUSTOMERS_READ'] })
    expect(await account.identify(never)).toMatchObject({ account: null })
  })
})

describe('a token', () => {
  const provider = square(settings())
  const other = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d04'

  it('is asked of a tenant that the configured one does not belong to', () => {
    expect(() => provider.connect({ tenantId: other, accessToken: undefined })).toThrow(
      expect.objectContaining({ code: 'no_credentials', message: expect.stringContaining('Square.AccessTokenTenant') }),
    )
  })
  it('makes accounts of the sandbox accounts of their own', async () => {
    const { account, sandbox } = await open()
    expect((await account.identify(never)).account).toBe(`${sandbox.merchant}:test`)
    expect(account.credential).not.toContain(token)
  })
})
