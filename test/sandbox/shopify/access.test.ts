import { describe, expect, it } from 'vitest'
import { readScopes } from '../../../src/sandbox/shopify/index.ts'
import { ask, at, day, idsOf, now, page, readAll, setup } from './support.ts'

const without = (...scopes: readonly string[]) => readScopes.filter((scope) => !scopes.includes(scope))
const shop = '{ shop { id } }'

describe('a token', () => {
  it('is needed, and one that is unknown, expired or revoked is answered with 401', async () => {
    const sandbox = await setup({ revokedTokens: ['shpat_old'] })
    for (const token of ['shpat_invalid', 'shpat_old', 'nonsense'])
      expect([token, (await ask(sandbox, shop, { token })).status]).toEqual([token, 401])
    const { status, body } = await ask(sandbox, shop, { token: 'shpat_revoked' })
    expect([status, body.errors]).toEqual([
      401,
      '[API] Invalid API key or access token (unrecognized login or wrong password)',
    ])
    const bare = await fetch(`${sandbox.url}/admin/api/2026-10/graphql.json`, { method: 'POST', body: '{}' })
    expect(bare.status).toBe(401)
    expect((await ask(sandbox, shop)).status).toBe(200)
    sandbox.expireToken('shpat_sandbox')
    expect((await ask(sandbox, shop)).status).toBe(401)
  })

  it('expires by the clock of the sandbox', async () => {
    const sandbox = await setup({ tokenLifetime: 3_600 })
    sandbox.advance(3_599)
    expect((await ask(sandbox, shop)).status).toBe(200)
    sandbox.advance(1)
    expect((await ask(sandbox, shop)).status).toBe(401)
  })

  it('is granted for client credentials, for 24 hours', async () => {
    const sandbox = await setup()
    const grant = (body: string, type: string) =>
      fetch(`${sandbox.url}/admin/oauth/access_token`, { method: 'POST', headers: { 'content-type': type }, body })
    const given = { grant_type: 'client_credentials', client_id: 'sandbox-client', client_secret: 'shpss_sandbox' }
    const answer = await grant(JSON.stringify(given), 'application/json')
    const { access_token: token, scope, expires_in } = JSON.parse(await answer.text())
    expect([answer.status, scope, expires_in]).toEqual([200, readScopes.join(','), 86_399])
    expect((await ask(sandbox, shop, { token })).status).toBe(200)
    const form = await grant(new URLSearchParams(given).toString(), 'application/x-www-form-urlencoded')
    const { access_token: other } = JSON.parse(await form.text())
    expect(other).not.toBe(token)
    sandbox.advance(day)
    expect([(await ask(sandbox, shop, { token })).status, (await ask(sandbox, shop)).status]).toEqual([401, 200])
    expect((await grant(JSON.stringify({ ...given, client_secret: 'wrong' }), 'application/json')).status).toBe(401)
    expect((await grant(JSON.stringify({ ...given, grant_type: 'password' }), 'application/json')).status).toBe(400)
  })
})

describe('the version', () => {
  it('that answers is in a header, and one that is too old falls forward', async () => {
    const sandbox = await setup({ oldestVersion: '2026-04' })
    const served = async (version: string) => {
      const { status, headers } = await ask(sandbox, shop, { version })
      return [status, headers.get('x-shopify-api-version')]
    }
    expect(await served('2026-10')).toEqual([200, '2026-10'])
    expect(await served('2026-04')).toEqual([200, '2026-04'])
    expect(await served('2025-01')).toEqual([200, '2026-04'])
    expect(await served('2027-01')).toEqual([404, null])
    expect(await served('2026-02')).toEqual([404, null])
  })
})

describe('a scope', () => {
  it.each([
    ['customers(first: 1) { nodes { id } }', 'customers', 'read_customers'],
    ['orders(first: 1) { nodes { id } }', 'orders', 'read_orders'],
    ['products(first: 1) { nodes { id } }', 'products', 'read_products'],
    ['sellingPlanGroups(first: 1) { nodes { id } }', 'sellingPlanGroups', 'read_products'],
    ['subscriptionContracts(first: 1) { nodes { id } }', 'subscriptionContracts', 'read_own_subscription_contracts'],
    ['disputes(first: 1) { nodes { id } }', 'disputes', 'read_shopify_payments_disputes'],
    ['ordersCount { count }', 'ordersCount', 'read_orders'],
  ])('that is missing denies %s', async (selection, field, scope) => {
    const sandbox = await setup({ scopes: without(scope) })
    const { status, data, errors } = await ask(sandbox, `{ shop { id } ${selection} }`)
    expect(status).toBe(200)
    expect(data?.[field] ?? null).toBeNull()
    const { requiredAccess } = errors[0].extensions
    expect(errors[0]).toMatchObject({
      message: `Access denied for ${field} field. Required access: ${requiredAccess}`,
      path: [field],
      extensions: { code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes' },
    })
    expect(requiredAccess).toContain(scope)
  })

  it('that is missing for the payments leaves the rest of the answer', async () => {
    const sandbox = await setup({ scopes: without('read_shopify_payments_payouts') })
    const account = await ask(
      sandbox,
      '{ shop { id } shopifyPaymentsAccount { id payouts(first: 1) { nodes { id } } } }',
    )
    expect(account.data).toEqual({ shop: { id: expect.any(String) }, shopifyPaymentsAccount: null })
    expect([account.code, account.errors[0].path]).toEqual(['ACCESS_DENIED', ['shopifyPaymentsAccount', 'payouts']])
    const none = await setup({ scopes: without('read_shopify_payments_accounts') })
    expect((await ask(none, '{ shopifyPaymentsAccount { id } }')).code).toBe('ACCESS_DENIED')
  })

  it('that is missing for an object within others makes it null, with an error for each', async () => {
    const sandbox = await setup({ scopes: without('read_customers') })
    const { data, errors } = await ask(sandbox, '{ orders(first: 3) { nodes { id customer { id } } } }')
    expect(data.orders.nodes).toEqual(Array(3).fill({ id: expect.stringContaining('Order'), customer: null }))
    expect(errors.map(({ path }: { path: unknown }) => path)).toEqual(
      [0, 1, 2].map((at) => ['orders', 'nodes', at, 'customer']),
    )
  })

  it('is told by the installation of the app, and one to write holds the one to read', async () => {
    const sandbox = await setup({ scopes: ['write_orders'] })
    const { data } = await ask(
      sandbox,
      '{ currentAppInstallation { accessScopes { handle } } orders(first: 1) { nodes { id } } }',
    )
    expect(data.currentAppInstallation.accessScopes).toEqual([{ handle: 'write_orders' }])
    expect(data.orders.nodes).toHaveLength(1)
  })

  // The description of `orders` in the schema.
  it('to read all orders is needed for those older than 60 days, which are missing without a word', async () => {
    const sandbox = await setup({ orders: 1_000, scopes: without('read_all_orders') })
    const orders = sandbox.expected('orders')
    const recent = orders.filter(({ createdAt }) => String(createdAt) >= at(now - 60 * day))
    expect(recent.length).toBeGreaterThan(10)
    expect(recent.length).toBeLessThan(orders.length / 2)
    expect(idsOf(await readAll(sandbox, 'orders')).toSorted()).toEqual(idsOf(recent).toSorted())
    const counted = await ask(sandbox, '{ ordersCount { count } }')
    expect([counted.data.ordersCount.count, counted.errors]).toEqual([recent.length, undefined])
    const old = orders.find(({ createdAt }) => String(createdAt) < at(now - 60 * day))!
    expect((await ask(sandbox, `{ order(id: "${old.id}") { id } }`)).data).toEqual({ order: null })
  })
})

describe('what belongs to other apps', () => {
  it('is never shown of contracts', async () => {
    const sandbox = await setup({ counts: { subscriptionContracts: 40 } })
    const contracts = await readAll(sandbox, 'subscriptionContracts', { fields: 'app { id }' })
    expect(contracts).toHaveLength(36)
    expect(new Set(contracts.map(({ app }) => app.id)).size).toBe(1)
    expect(idsOf(sandbox.expected('subscriptionContracts')).toSorted()).toEqual(idsOf(contracts).toSorted())
  })

  // The table of the schema: the default of `app_id` is CURRENT.
  it('is shown of selling plan groups only if a search asks for all', async () => {
    const sandbox = await setup({ counts: { sellingPlanGroups: 9 } })
    expect((await page(sandbox, 'sellingPlanGroups')).nodes).toHaveLength(3)
    expect((await page(sandbox, 'sellingPlanGroups', { query: 'app_id:CURRENT' })).nodes).toHaveLength(3)
    expect((await page(sandbox, 'sellingPlanGroups', { query: 'app_id:ALL' })).nodes).toHaveLength(9)
    expect(sandbox.expected('sellingPlanGroups')).toHaveLength(9)
  })
})
