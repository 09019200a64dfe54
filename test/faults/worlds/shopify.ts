import type { Sandbox } from '../../../src/sandbox/shopify/index.ts'
import { objectsByTable } from '../../integration/shopify-objects.ts'
import { createCheckedShopify } from '../../specs/checked-sandbox.ts'
import { openClock } from './clock.ts'
import { readShopifyQueries } from './shopify-queries.ts'
import { type Fault, type ItemFields, passingEverywhere, type World, type WorldOptions } from './world.ts'

const secret = 'shpat_canary4eC39HqLyjWDarjtT1zdp7dc'

const tables = [
  'customers',
  'products',
  'prices',
  'subscriptions',
  'subscription_items',
  'orders',
  'order_lines',
  'payments',
  'refunds',
  'disputes',
  'payouts',
  'balance_transactions',
  'provider_objects',
]

/** A shop whose points are never used up. */
export async function openShopifyWorld({ customers = 100, now, ...options }: WorldOptions = {}): Promise<World> {
  const queries = await readShopifyQueries()
  const clock = openClock(now)
  const shop = await createCheckedShopify({
    ...options,
    ...clock.options,
    points: 'none',
    orders: customers,
    counts: { customers },
  })
  clock.begin(shop)
  return {
    provider: 'shopify',
    areCountsKnown: true,
    accessToken: `sandbox:${secret}`,
    secret,
    settings: { Shopify__ApiBase: shop.url, Shopify__RequestsPerSecond: '1000' },
    atMost: (perSecond) => ({ Shopify__RequestsPerSecond: String(perSecond) }),
    list: {
      resource: 'customers',
      requests: { field: 'customers' },
      bare: ({ id, createdAt, updatedAt }) => ({ id, createdAt, updatedAt }),
      reshaped: (item) => ({ ...item, displayName: ['x'], note: {}, tags: 'x', defaultAddress: 'Main St' }),
    },
    shortList: { resource: 'customers', requests: { field: 'customers' } },
    tables: Object.fromEntries(tables.map((table) => [table, 'id'])),
    payload: 'expected.without_page_info(raw)',
    *expected(scope) {
      for (const [table, objects] of Object.entries(objectsByTable(shop, queries)))
        if (scope?.includes(table) ?? true) for (const raw of objects) yield { table, key: String(raw.id), raw }
    },
    now: shop.now,
    advance: shop.advance,
    fail: (fault) => shop.fail(ruleOf(fault)),
    passing: [...passingEverywhere, { kind: 'error-in-200' }],
    changeList(random) {
      for (const { id } of shop.expected('customers'))
        shop.update('customers', id, { note: `newer ${random.below(1e9)}` })
    },
    change(random) {
      shop.advance(60)
      shop.simulate(1, { seed: random.below(1e9), perDay: 8 })
      shop.remove('customers', random.pick(shop.expected('customers')).id)
      shop.insert('customers', { firstName: `New ${random.below(1e9)}` })
      shop.advance(60)
    },
    close: shop.close,
  }
}

/** Shopify says that something failed in an answer of status 200, and has no locks. */
function ruleOf(fault: Fault): Parameters<Sandbox['fail']>[0] {
  if (fault.kind === 'lock-timeout') throw new Error('world: Shopify has no locks')
  if (fault.kind === 'items') return { ...fault, items: (objects) => fault.items(objects as readonly ItemFields[]) }
  if (fault.kind === 'error-in-200') return { ...fault, kind: 'graphql-error', code: 'INTERNAL_SERVER_ERROR' }
  return fault
}
