import { describe, expect, it, onTestFinished } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { shopify } from '../../src/providers/shopify/index.ts'
import { type Failure, readScopes } from '../../src/sandbox/shopify/index.ts'
import { expectNoSecret } from '../contracts/exercise-provider.ts'
import { createCheckedShopify } from '../specs/checked-sandbox.ts'
import { never, now, openShop, settings, tenantId, token } from './shopify-setup.ts'

const caught = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a refusal of Shopify', () => {
  const cases: Readonly<Record<string, readonly [failure: Failure, expected: object]>> = {
    'of the token says where it comes from': [
      { kind: 'token-expired' },
      {
        code: 'key_not_accepted',
        scope: 'account',
        message: expect.stringMatching(/the configured Shopify\.AccessToken is not accepted \(401\)/),
      },
    ],
    'of a frozen shop ends the job': [
      { kind: 'frozen' },
      { code: 'account_invalid', scope: 'account', verdict: 'reject' },
    ],
    'of a locked shop ends the job': [
      { kind: 'locked' },
      { code: 'account_invalid', scope: 'account', verdict: 'reject' },
    ],
    'of an inactive shop ends the job': [
      { kind: 'graphql-error', code: 'SHOP_INACTIVE' },
      {
        code: 'account_invalid',
        message: expect.stringMatching(/the shop sandbox is not active \(200, SHOP_INACTIVE\)/),
      },
    ],
    'of a shop that does not exist ends the job': [
      { kind: 'error', status: 404 },
      { code: 'account_invalid', message: expect.stringContaining('does not exist') },
    ],
    'with status 403 skips the resource': [{ kind: 'forbidden' }, { code: 'permission_denied', scope: 'resource' }],
    'of a field names the scope that Shopify does': [
      { kind: 'graphql-error', code: 'ACCESS_DENIED', message: 'Access denied for customers field.' },
      {
        code: 'permission_denied',
        scope: 'resource',
        message: expect.stringMatching(/Shopify says: "Access denied .* Give the app the scope read_customers, /),
      },
    ],
    'of requests waits as long as Shopify says': [
      { kind: 'rate-limited', retryAfter: 7 },
      { code: 'rate_limited', verdict: 'retry', retryAfter: 7_000, limit: { scope: 'account', kind: 'rate' } },
    ],
    'of the protection against abuse waits': [
      { kind: 'security-rejection' },
      { code: 'rate_limited', verdict: 'retry', limit: { scope: 'account', kind: 'rate' } },
    ],
    'with a fault of its own is tried again': [
      { kind: 'graphql-error', code: 'INTERNAL_SERVER_ERROR' },
      { code: 'provider_unavailable', verdict: 'retry', scope: 'provider' },
    ],
    'with status 408 is tried again': [
      { kind: 'error', status: 408 },
      { code: 'provider_unavailable', verdict: 'retry', scope: 'provider' },
    ],
    'with status 503 is tried again': [
      { kind: 'error', status: 503 },
      { code: 'provider_unavailable', verdict: 'retry', scope: 'provider' },
    ],
    'beside all the data is a refusal all the same': [
      { kind: 'error-beside-data', code: 'ACCESS_DENIED' },
      { code: 'permission_denied', scope: 'resource' },
    ],
    'beside all the data of no known kind skips the resource': [
      { kind: 'error-beside-data', code: 'SOMETHING_NEW' },
      { code: 'provider_refused', scope: 'resource' },
    ],
    'without data is tried again': [{ kind: 'no-data' }, { code: 'provider_response', verdict: 'retry' }],
  }
  it.each(Object.entries(cases))('%s', async (_, [failure, expected]) => {
    const { sandbox, page } = await openShop()
    sandbox.fail(failure)
    const error = await caught(page('customers'))
    expect(error).toBeInstanceOf(SyncError)
    expect(error).toMatchObject(expected)
    expectNoSecret(error, [token, 'secretsecret'])
  })

  it('for want of points waits until they are there, and says so with status 200', async () => {
    const { page } = await openShop({ points: { restoreRate: 100, maximumAvailable: 60 } })
    const first = await page('customers', { limit: 10 })
    expect(first.allowance).toMatchObject({ requested: 52, maximum: 60, perSecond: 100, mostRequested: 1_000 })
    const error = await caught(page('customers', { limit: 10 }))
    const again = error ?? (await caught(page('customers', { limit: 10 })))
    expect(again).toMatchObject({ code: 'rate_limited', verdict: 'retry', limit: { scope: 'account', kind: 'rate' } })
    const { retryAfter } = again as SyncError
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThan(1_000)
  })

  it('of a page that costs too much asks for less, and the next page for what Shopify grants', async () => {
    const { sandbox, page } = await openShop()
    expect(await caught(page('orders', { limit: 250 }))).toMatchObject({
      code: 'answer_too_large',
      verdict: 'reject',
      scope: 'page',
    })
    const { items, allowance } = await page('orders', { limit: 125 })
    expect(items).toHaveLength(7)
    expect(allowance?.requested).toBeGreaterThan(900)
    expect(allowance?.requested).toBeLessThanOrEqual(1_000)
    expect(sandbox.requests).toHaveLength(2)
    // Each list learns by itself.
    expect((await page('disputes', { limit: 100 })).allowance?.requested).toBe(402)
  })

  it('of one scope leaves the other lists readable', async () => {
    const scopes = readScopes.filter((scope) => scope !== 'read_shopify_payments_accounts')
    const { page } = await openShop({ scopes })
    const refusal = {
      code: 'permission_denied',
      scope: 'resource',
      message: expect.stringContaining('read_shopify_payments'),
    }
    expect(await caught(page('payouts'))).toMatchObject(refusal)
    expect((await page('customers')).items).toHaveLength(10)
  })
})

describe('an answer of Shopify', () => {
  it('of a version that fell forward is refused with both versions', async () => {
    const { page } = await openShop({ oldestVersion: '2027-01' })
    expect(await caught(page('customers'))).toMatchObject({
      verdict: 'reject',
      code: 'provider_contract',
      scope: 'provider',
      message: expect.stringMatching(/API version 2027-01, and the worker asked for 2026-10/),
    })
  })

  it('to a term that Shopify ignored is not taken for a filtered list', async () => {
    const { sandbox, page } = await openShop()
    sandbox.fail({
      kind: 'error',
      status: 200,
      body: {
        data: { customers: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } },
        extensions: {
          search: [
            {
              path: ['customers'],
              query: 'x:1',
              warnings: [{ field: 'x', message: 'Invalid search field for this query.' }],
            },
          ],
        },
      },
    })
    expect(await caught(page('customers'))).toMatchObject({ code: 'provider_contract', scope: 'resource' })
  })

  it('with objects from outside the window fails, by creation and by change', async () => {
    const { sandbox, page, account } = await openShop()
    const old = { createdAt: '2020-01-01T00:00:00Z', updatedAt: '2020-01-01T00:00:00Z', action: 'destroy' }
    sandbox.fail({ kind: 'items', items: (objects) => objects.map((object) => ({ ...(object as object), ...old })) })
    const window = { from: now - 400 * 86_400, to: null }
    const outside = {
      code: 'provider_contract',
      scope: 'resource',
      message: expect.stringContaining('outside the window'),
    }
    expect(await caught(page('customers', { window }))).toMatchObject(outside)
    expect(await caught(page('orders', { window, by: 'updated', limit: 5 }))).toMatchObject(outside)
    sandbox.insert('events', { action: 'destroy', subjectType: 'PRODUCT', subjectId: 'gid://shopify/Product/1' })
    const events = account.changes!.list({ cursor: null, limit: 10, window }, never)
    expect(await caught(events)).toMatchObject(outside)
  })

  it('with events other than deletions fails', async () => {
    const { sandbox, account } = await openShop()
    sandbox.insert('events', { action: 'destroy', subjectType: 'PRODUCT', subjectId: 'gid://shopify/Product/1' })
    sandbox.fail({
      kind: 'items',
      items: (objects) => objects.map((object) => ({ ...(object as object), action: 'update' })),
    })
    const events = account.changes!.list({ cursor: null, limit: 10, window: { from: now - 60, to: null } }, never)
    expect(await caught(events)).toMatchObject({ code: 'provider_contract' })
  })

  it('without an account at Shopify Payments skips payouts and balance transactions with the reason', async () => {
    const { page } = await openShop({ shopifyPayments: false })
    for (const name of ['payouts', 'balance_transactions'])
      expect(await caught(page(name))).toMatchObject({ code: 'not_available', scope: 'resource', verdict: 'reject' })
  })
})

describe('client credentials', () => {
  const clientId = 'sandbox-client'
  async function open(accessToken: string, grantLifetime = 86_400) {
    const sandbox = await createCheckedShopify({ orders: 30, points: 'none', now, grantLifetime })
    onTestFinished(() => sandbox.close())
    const account = shopify(settings({ apiBase: sandbox.url })).connect({ tenantId, accessToken })
    onTestFinished(() => account.close())
    const page = () => account.sources[0]!.list({ cursor: null, limit: 5, window: { from: 0, to: null } }, never)
    const grants = () => sandbox.requests.filter(({ path }) => path === '/admin/oauth/access_token').length
    return { sandbox, account, page, grants }
  }

  it('make one token when the first request needs it, and another one when it is refused', async () => {
    const secret = 'shpss_sandbox'
    const { account, sandbox, page, grants } = await open(
      JSON.stringify({ shop: 'one', clientId, clientSecret: secret }),
    )
    expect(sandbox.requests).toHaveLength(0)
    await Promise.all([page(), page(), account.identify(never)])
    expect(grants()).toBe(1)
    // By Shopify's clock the token is over before its time.
    sandbox.advance(86_400)
    expect((await page()).items).toHaveLength(5)
    expect(grants()).toBe(2)
  })

  it('that are not accepted say so without the secret', async () => {
    const secret = 'shpss_wrongsecret'
    const { page } = await open(JSON.stringify({ shop: 'two', clientId, clientSecret: secret }))
    const error = await caught(page())
    expect(error).toMatchObject({
      code: 'key_not_accepted',
      scope: 'account',
      message: expect.stringContaining('client id'),
    })
    expectNoSecret(error, [secret, 'wrongsecret'])
  })
})
