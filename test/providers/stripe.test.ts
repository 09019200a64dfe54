import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { stripe } from '../../src/providers/stripe/index.ts'
import type { NestedName, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { exerciseProvider } from '../contracts/exercise-provider.ts'
import { tables } from '../faults/tables.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { valuesOf } from '../support/items.ts'
import { key, listening, now, settings, setup, tenantId } from './stripe-account.ts'
import { failures } from './stripe-failure-kinds.ts'

/** More than a page of what there is little of otherwise. */
const counts = {
  disputes: 30,
  payouts: 60,
  products: 45,
  prices: 120,
  coupons: 45,
  tax_rates: 45,
  promotion_codes: 45,
  subscription_schedules: 45,
}
const isInline = ({ nickname }: StripeObject) => String(nickname).startsWith('inline ')
const listOf = (resource: string) => tables[resource as keyof typeof tables]

exerciseProvider({
  name: 'stripe',
  resources: Object.keys(tables),
  async open() {
    const sandbox = await openCheckedStripe({
      customers: 260,
      counts,
      limits: 'none',
      now,
      density: 'same-second',
      sameSecond: 25,
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
          .expected(listOf(resource), true)
          .filter((object) => part === undefined || (object.active === (part === 'active') && !isInline(object))),
      expectedNested: (nested, parent) =>
        nested === 'discounts'
          ? sandbox
              .expected('subscriptions', true)
              .flatMap(({ id, discounts }) => (id === parent ? (discounts as readonly string[]) : []))
          : sandbox.rows(nested as NestedName, parent).map(({ id }) => id),
      now: sandbox.now,
      requests: () => sandbox.requests.length,
      remove(resource, id) {
        sandbox.remove(listOf(resource), id)
      },
      announce(resource) {
        sandbox.advance(60)
        const list = tables[resource as keyof typeof tables]
        if (!list) return { never: 'the server has no such list' }
        const events = sandbox.expected('events').length
        const { id } = sandbox.insert(list)
        if (sandbox.expected('events').length === events) return { never: 'its creation has no event' }
        return { id, gone: false }
      },
      emptyPage: () => sandbox.fail({ kind: 'empty-more', times: 1 }),
      expireCursors: () => ({ never: 'a cursor is the id of an object' }),
      expireToken: () => void sandbox.fail({ kind: 'key-revoked' }),
      fail: (kind) => sandbox.fail(failures[kind]),
      close: sandbox.close,
    }
  },
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

  it('an open end of a window is not sent', async () => {
    const { sandbox, list } = await setup()
    await list()
    await list({ window: { from: 0, to: 5 } })
    expect(sandbox.requests.map(({ query }) => query)).toEqual([{ limit: '10' }, { limit: '10', 'created[lt]': '5' }])
  })

  it('a request has the key and the version, and no telemetry', async () => {
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

  it('requests reuse a connection', async () => {
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
      updatedAt: null,
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
      updatedAt: null,
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
