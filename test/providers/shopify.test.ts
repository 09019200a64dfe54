import { describe, expect, it } from 'vitest'
import { type Fields, fields } from '../../src/provider/fields.ts'
import { shopify } from '../../src/providers/shopify/index.ts'
import type { ResourceName, SandboxOptions, ShopifyObject } from '../../src/sandbox/shopify/index.ts'
import { exerciseProvider } from '../contracts/exercise-provider.ts'
import { createCheckedShopify } from '../specs/checked-sandbox.ts'
import { checkRequest, checkRequests } from '../specs/shopify.ts'
import { accessFor } from '../specs/shopify-access.ts'
import {
  everyObject,
  failures,
  listOf,
  never,
  now,
  openShop,
  settings,
  tenantId,
  throttled,
  token,
} from './shopify-setup.ts'

/** Customers fill more than the largest page. */
const size: SandboxOptions = {
  orders: 60,
  counts: {
    customers: 260,
    products: 60,
    sellingPlanGroups: 60,
    subscriptionContracts: 60,
    subscriptionBillingAttempts: 60,
    disputes: 60,
    payouts: 60,
    balanceTransactions: 60,
  },
  points: 'none',
  // Pages of any size are read: what pages cost is tried below.
  mostRequested: 1_000_000,
  now,
}

const objects = await everyObject(size)

/** The field of an object that has a nested list. Of transactions only payments are stored. */
const nestedFields: Readonly<Record<string, readonly [list: ResourceName, field: string]>> = {
  order_lines: ['orders', 'lineItems'],
  payments: ['orders', 'transactions'],
  refunds: ['orders', 'refunds'],
  subscription_items: ['subscriptionContracts', 'lines'],
  selling_plans: ['sellingPlanGroups', 'sellingPlans'],
}
const isPayment = ({ kind }: Fields) => kind !== 'VOID' && kind !== 'REFUND'

exerciseProvider({
  name: 'shopify',
  async open() {
    const sandbox = await createCheckedShopify({ ...size, cursorLifetime: 3_600 })
    const nestedIn = (nested: string, parent: string) => {
      if (nested === 'prices')
        return sandbox.expected('productVariants').filter(({ product }) => fields(product).id === parent)
      const [list, field] = nestedFields[nested]!
      const entries = sandbox.expected(list).find(({ id }) => id === parent)?.[field] as readonly ShopifyObject[]
      return nested === 'payments' ? entries.filter(isPayment) : entries
    }
    return {
      provider: shopify(settings({ apiBase: sandbox.url })),
      credentials: { tenantId, accessToken: undefined },
      badCredentials: [
        '',
        'no-colon-0123456789',
        'evil.example.com:shpat_0123456789',
        'shop.myshopify.com.evil.example:shpat_0123456789',
        'shop/admin:shpat_0123456789',
        'shop:with space 0123456789',
        '{"shop":"shop"}',
        '{"shop":"evil.example.com","accessToken":"shpat_0123456789"}',
        '{"shop":"shop","clientId":"id"}',
      ].map((accessToken) => ({ tenantId, accessToken })),
      secrets: [token, 'secretsecret'],
      expected: (resource) => objects.get(resource) ?? [],
      expectedNested: (nested, parent) => nestedIn(nested, parent).map(({ id }) => id),
      now: sandbox.now,
      requests: () => sandbox.requests.length,
      remove(resource, id) {
        sandbox.remove(listOf[resource]!, id)
      },
      change(resource, id) {
        sandbox.advance(60)
        sandbox.update(listOf[resource]!, id, {})
      },
      announce(resource) {
        sandbox.advance(60)
        const [{ id } = { id: '' }] = sandbox.expected(listOf[resource]!)
        sandbox.remove(listOf[resource]!, id)
        return { id, gone: true }
      },
      refuseWindow: () => ({ never: 'the list of disputes has pages by cursor' }),
      spendPoints: () => sandbox.fail({ kind: 'error', status: 200, body: throttled }),
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

describe('a request to Shopify', () => {
  it('is one that Shopify’s schema knows, with every variable, for each list and each kind of window', async () => {
    const { sandbox, account } = await openShop({ mostRequested: 1_000_000 })
    await account.identify(never)
    await account.changes?.list({ cursor: null, limit: 100, window: { from: now - 1_000, to: null } }, never)
    for (const source of account.sources) {
      const at = { cursor: null, limit: 10 }
      const { items } = await source.list({ ...at, window: { from: 0, to: null } }, never)
      await source.list({ ...at, window: { from: now - 1_000, to: now } }, never)
      if (source.updatedFilter)
        await source.list({ ...at, by: 'updated', window: { from: now - 1_000, to: null } }, never)
      const id = String(items[0]?.id)
      await source.retrieve?.(id, never)
      for (const nested of source.nested ?? []) await nested.list(id, at, never)
    }
    expect(checkRequests(sandbox.requests)).toEqual([])
    expect(sandbox.requests.length).toBeGreaterThan(35)
  })

  it('needs the scopes that docs/operations.md names, and no other', async () => {
    const { sandbox, account } = await openShop({ mostRequested: 1_000_000 })
    for (const source of account.sources) {
      const { items } = await source.list({ cursor: null, limit: 1, window: { from: 0, to: null } }, never)
      for (const nested of source.nested ?? [])
        await nested.list(String(items[0]?.id), { cursor: null, limit: 10 }, never)
    }
    const needed = sandbox.requests.flatMap(({ body }) => accessFor(JSON.parse(body ?? '').query))
    const scopes = new Set(needed.flatMap((sentence) => /read_[a-z_]+/.exec(sentence.replace(/^.* or the /, ''))?.[0]))
    expect([...scopes].toSorted()).toEqual([
      'read_customers',
      'read_orders',
      'read_own_subscription_contracts',
      'read_products',
      'read_shopify_payments_accounts',
      'read_shopify_payments_disputes',
    ])
  })

  it('is seen to be wrong: an unknown field, a variable of another type', () => {
    const query = 'query q($first: Int!) { orders(first: $first) { nodes { id color } } }'
    expect(checkRequest(JSON.stringify({ query, variables: { first: 1 } }))).toEqual([
      expect.stringContaining('Cannot query field "color" on type "Order"'),
    ])
    const ids = 'query q($first: Int!) { orders(first: $first) { nodes { id } } }'
    expect(checkRequest(JSON.stringify({ query: ids, variables: { first: 'x', by: 1 } }))).toHaveLength(2)
  })
})
