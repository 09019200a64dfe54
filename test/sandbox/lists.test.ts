import type Stripe from 'stripe'
import { describe, expect, it } from 'vitest'
import { byName, modelled, type ResourceName, type Sandbox, type StripeObject } from '../../src/sandbox/stripe/index.ts'
import { resources } from '../../src/sandbox/stripe/resources/index.ts'
import { ask, idsOf, now, readAll, sdk, setup } from './support.ts'

type Lists = { list(params?: object): Stripe.ApiListPromise<{ id: string }>; retrieve(id: string): Promise<unknown> }

/** The part of the SDK that reads a path: `/v1/checkout/sessions` is `stripe.checkout.sessions`. */
function lists(sandbox: Sandbox, name: ResourceName): Lists {
  const named: Record<string, string> = { invoiceitems: 'invoiceItems', apple_pay_domains: 'applePayDomains' }
  const path = named[name] ?? resources[name].path.slice('/v1/'.length)
  const camel = path.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return camel.split('/').reduce((at: unknown, part) => (at as Record<string, unknown>)[part], sdk(sandbox)) as Lists
}

describe("a list that Stripe's SDK reads to its end", () => {
  const everything: Partial<Record<ResourceName, object>> = { subscriptions: { status: 'all' } }
  const listsButPrices = [...modelled, ...byName].filter((name) => name !== 'prices')

  it.each(listsButPrices)('holds what a complete copy must hold: %s', async (name) => {
    const sandbox = await setup({ customers: 60 })
    const read = await readAll(lists(sandbox, name).list({ limit: 7, ...everything[name] }))
    expect(read.length).toBeGreaterThan(0)
    expect(read).toEqual(sandbox.expected(name))
    const params = new URL(sandbox.requests[0]!.url, 'http://a').searchParams
    expect([params.get('limit'), sandbox.stats().cursorMisuse]).toEqual(['7', 0])
  })

  it('holds the active and inactive prices; GET by id reads the inline prices', async () => {
    const sandbox = await setup({ customers: 60 })
    const prices = lists(sandbox, 'prices')
    const [active, inactive] = [
      await readAll(prices.list({ active: true })),
      await readAll(prices.list({ active: false })),
    ]
    const embedded = sandbox.expectedNested('subscription_items').map(({ row }) => row.price as StripeObject)
    const listed = new Set(idsOf([...active, ...inactive]))
    const inline = new Map(embedded.filter(({ id }) => !listed.has(id)).map((price) => [price.id, price]))
    expect([active.length, inactive.length, inline.size].every((count) => count > 0)).toBe(true)
    expect(new Set(idsOf([...active, ...inactive, ...inline.values()]))).toEqual(
      new Set(idsOf(sandbox.expected('prices'))),
    )
    for (const price of inline.values()) expect((await ask(sandbox, `/v1/prices/${price.id}`)).body).toEqual(price)
  })

  it('differs between live mode and test mode only in livemode', async () => {
    const sandbox = await setup({ customers: 30 })
    sandbox.simulate(2, { perDay: 20 })
    for (const name of [...modelled, 'events' as const]) {
      const { body } = await ask(
        sandbox,
        `${resources[name].path}?limit=100${name === 'subscriptions' ? '&status=all' : ''}`,
        { key: 'sk_live_a' },
      )
      if (name !== 'prices') expect(body.data).toEqual(sandbox.expected(name, true).slice(0, 100))
      expect(JSON.stringify(body)).not.toContain('"livemode":false')
    }
  })
})

describe('every object', () => {
  it.each([...modelled, ...byName])('can be read by its id: %s', async (name) => {
    const sandbox = await setup({ customers: 60 })
    const [first] = sandbox.expected(name)
    const path = resources[name].path
    expect((await ask(sandbox, `${path}/${first!.id}`)).body).toEqual(first)
    const missing = await ask(sandbox, `${path}/unknown`)
    expect([missing.status, missing.body.error.code]).toEqual([404, 'resource_missing'])
  })
})

describe('a list without filters', () => {
  it('leaves out canceled subscriptions, which a filter shows', async () => {
    const sandbox = await setup({ customers: 60 })
    const all = sandbox.expected('subscriptions')
    const canceled = all.filter(({ status }) => status === 'canceled')
    const shown = await readAll(lists(sandbox, 'subscriptions').list())
    expect(canceled.length).toBeGreaterThan(0)
    expect(shown).toEqual(all.filter(({ status }) => status !== 'canceled'))
    expect(await readAll(lists(sandbox, 'subscriptions').list({ status: 'canceled' }))).toEqual(canceled)
  })

  it('shows active prices only', async () => {
    const sandbox = await setup({ customers: 60 })
    const shown = await readAll(lists(sandbox, 'prices').list())
    expect(shown.every(({ active }) => active === true)).toBe(true)
    expect(shown).toEqual(await readAll(lists(sandbox, 'prices').list({ active: true })))
  })

  it('filters invoice items by their field date, because they have no created', async () => {
    const sandbox = await setup({ customers: 60 })
    const [newest, second] = sandbox.expected('invoiceitems')
    expect(newest).not.toHaveProperty('created')
    const { body } = await ask(sandbox, `/v1/invoiceitems?created[gte]=${second!.date}&limit=1`)
    expect(body.data).toEqual([newest])
  })

  it.each(byName.filter((name) => resources[name].createdFilter === false))(
    'refuses the parameter created if the list does not have it: %s',
    async (name) => {
      const { status, body } = await ask(await setup({ customers: 60 }), `${resources[name].path}?created[gte]=1`)
      expect([status, body.error.code]).toEqual([400, 'parameter_unknown'])
    },
  )
})

describe('the generated account', () => {
  it('has no reference to an object that does not exist', async () => {
    const sandbox = await setup({ customers: 250 })
    const objectsById = Object.fromEntries(
      modelled.map((name) => [name, new Map(sandbox.expected(name).map((object) => [object.id, object]))]),
    )
    const dangling: string[] = []
    const check = (from: string, name: ResourceName, id: unknown) => {
      if (id !== null && id !== undefined && !objectsById[name]?.has(String(id)))
        dangling.push(`${from} → ${name} ${id}`)
    }
    const fields: Record<string, ResourceName> = {
      customer: 'customers',
      charge: 'charges',
      invoice: 'invoices',
      payment_intent: 'payment_intents',
      product: 'products',
      balance_transaction: 'balance_transactions',
      latest_charge: 'charges',
      latest_invoice: 'invoices',
      subscription: 'subscriptions',
      schedule: 'subscription_schedules',
      default_price: 'prices',
      price: 'prices',
      coupon: 'coupons',
      invoice_item: 'invoiceitems',
    }
    const visit = (from: string, value: unknown): void => {
      if (value === null || typeof value !== 'object') return
      for (const [field, inner] of Object.entries(value)) {
        const name = fields[field]
        if (name && typeof inner === 'string') check(`${from}.${field}`, name, inner)
        else visit(from, inner)
      }
    }
    for (const name of modelled) for (const object of sandbox.expected(name)) visit(name, object)
    for (const { row } of sandbox.expectedNested('invoice_lines')) visit('line', row)
    expect(dangling).toEqual([])
  })

  it('has sums of refunds, balance transactions and invoice lines that agree', async () => {
    const sandbox = await setup({ customers: 250 })
    const sum = (rows: readonly StripeObject[], by: string) => {
      const sums = new Map<string, number>()
      for (const row of rows) sums.set(String(row[by]), (sums.get(String(row[by])) ?? 0) + Number(row.amount))
      return sums
    }
    const refunded = sum(sandbox.expected('refunds'), 'charge')
    const booked = sum(sandbox.expected('balance_transactions'), 'source')
    for (const charge of sandbox.expected('charges')) {
      expect(charge.amount_refunded).toBe(refunded.get(charge.id) ?? 0)
      expect(booked.get(charge.id)).toBe(charge.status === 'failed' ? undefined : charge.amount)
    }
    for (const invoice of sandbox.expected('invoices')) {
      const lines = sandbox.rows('invoice_lines', invoice.id).reduce((total, { amount }) => total + Number(amount), 0)
      expect(invoice.subtotal).toBe(lines)
    }
  })

  it('has as many objects as follow from its customers, or as the option counts says', async () => {
    const sandbox = await setup({ customers: 100, counts: { charges: 13 } })
    const actualCounts = (['subscriptions', 'invoices', 'invoice_payments', 'charges'] as const).map(
      (name) => sandbox.expected(name).length,
    )
    expect(actualCounts).toEqual([80, 300, 250, 13])
  })

  it('was created before now in every resource, with the density burst', async () => {
    const sandbox = await setup({ customers: 400, density: 'burst' })
    const times = sandbox.expected('invoices').map(({ created }) => Number(created))
    expect(Math.max(...times)).toBeLessThan(now)
    expect(times).toEqual([...times].sort((a, b) => b - a))
  })
})

describe('a failure of two lists', () => {
  it.each([
    { kind: 'missing-scope', status: 403 },
    { kind: 'not-enabled', status: 400 },
  ] as const)('leaves the other lists readable: $kind', async ({ kind, status }) => {
    const sandbox = await setup({ customers: 60 })
    sandbox.fail({ kind, path: '/v1/invoices' })
    sandbox.fail({ kind, path: /^\/v1\/subscription_items/ })
    const paths = [
      '/v1/invoices',
      `/v1/subscription_items?subscription=${sandbox.expected('subscriptions')[0]!.id}`,
      '/v1/issuing/cards',
    ]
    expect(await Promise.all(paths.map(async (path) => (await ask(sandbox, path)).status))).toEqual([
      status,
      status,
      200,
    ])
  })
})
