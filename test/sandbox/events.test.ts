import { describe, expect, it } from 'vitest'
import type { Sandbox, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { ask, idsOf, now, readAll, sdk, setup } from './support.ts'

interface Event extends StripeObject {
  readonly type: string
  readonly created: number
  readonly api_version: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the snapshot holds
  readonly data: { readonly object: any; readonly previous_attributes?: any }
}
const events = (sandbox: Sandbox) => sandbox.truth('events') as readonly Event[]
const types = (sandbox: Sandbox) =>
  events(sandbox)
    .map(({ type }) => type)
    .sort()
const first = (sandbox: Sandbox, name: Parameters<Sandbox['truth']>[0], fits = (_: StripeObject) => true) =>
  sandbox.truth(name).find(fits)!

describe('the feed', () => {
  it('is empty at first, and newest first after changes', async () => {
    const sandbox = await setup()
    expect(events(sandbox)).toEqual([])
    for (let at = 0; at < 25; at++) {
      sandbox.advance(10)
      sandbox.insert('customers')
    }
    const read = await readAll(sdk(sandbox).events.list({ limit: 10 }))
    expect(read).toEqual(events(sandbox))
    expect(events(sandbox).map(({ created }) => created)).toEqual(
      Array.from({ length: 25 }, (_, at) => now + 250 - at * 10),
    )
    expect(new Set(idsOf(read)).size).toBe(25)
    expect(read[0]!.id).toMatch(/^evt_\w{14}$/)
  })

  it('filters by time, by type, by a wildcard and by up to twenty types', async () => {
    const sandbox = await setup()
    sandbox.insert('customers')
    sandbox.advance(100)
    sandbox.insert('coupons', { id: 'NEW' })
    sandbox.update('subscriptions', first(sandbox, 'subscriptions').id, { metadata: { a: 'b' } })
    const seen = async (query: string) => {
      const { status, body } = await ask(sandbox, `/v1/events?${query}`)
      return status === 200 ? body.data.map(({ type }: Event) => type).sort() : status
    }
    expect(await seen(`created[gte]=${now + 100}`)).toEqual(['coupon.created', 'customer.subscription.updated'])
    expect(await seen('type=customer.created')).toEqual(['customer.created'])
    expect(await seen('type=customer.*')).toEqual(['customer.created', 'customer.subscription.updated'])
    expect(await seen('types[]=coupon.created&types[1]=customer.created')).toEqual([
      'coupon.created',
      'customer.created',
    ])
    const many = (count: number) => Array.from({ length: count }, (_, at) => `types[${at}]=coupon.created`).join('&')
    expect([await seen(many(20)), await seen(many(21)), await seen('type=a&types[]=b')]).toEqual([
      ['coupon.created'],
      400,
      400,
    ])
    expect(await seen('delivery_success=true&limit=1')).toHaveLength(1)
  })

  it('goes back thirty days', async () => {
    const sandbox = await setup()
    sandbox.insert('customers')
    const [event] = events(sandbox)
    sandbox.advance(30 * 86_400)
    expect((await ask(sandbox, `/v1/events/${event!.id}`)).body).toEqual(event)
    sandbox.advance(1)
    expect(events(sandbox)).toEqual([])
    expect((await ask(sandbox, '/v1/events')).body.data).toEqual([])
    expect((await ask(sandbox, `/v1/events/${event!.id}`)).status).toBe(404)
  })

  it('keeps the object as it was, and says what it had been', async () => {
    const sandbox = await setup({ olderEvents: 0 })
    const customer = first(sandbox, 'customers')
    sandbox.update('customers', customer.id, { name: 'A', metadata: { k: '1' } })
    sandbox.update('customers', customer.id, { name: 'B' }, { at: now + 5 })
    const [second, one] = events(sandbox)
    expect([one!.data.object.name, second!.data.object.name]).toEqual(['A', 'B'])
    expect(one!.data.previous_attributes.name).toBe(customer.name)
    expect(second!.data.previous_attributes).toEqual({ name: 'A' })
    expect(second).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      created: now + 5,
      livemode: false,
    })
    expect((await ask(sandbox, '/v1/events', 'sk_live_a')).body.data[0].data.object.livemode).toBe(true)
  })

  it('has the newest objects of the beginning when asked for', async () => {
    const sandbox = await setup({ customers: 200, eventsForNewest: 3 })
    const newest = sandbox.truth('customers').slice(0, 3)
    const seen = events(sandbox).filter(({ type }) => type === 'customer.created')
    expect(idsOf(seen.map(({ data }) => data.object))).toEqual(
      idsOf(newest.filter(({ created }) => Number(created) >= now - 30 * 86_400)),
    )
    expect(types(sandbox)).toContain('invoice.created')
  })
})

describe('a change makes the events of its resource', () => {
  const has =
    (field: string, ...values: unknown[]) =>
    (object: StripeObject) =>
      values.includes(object[field])
  const cases: Record<string, { change(sandbox: Sandbox): void; types: readonly string[] }> = {
    'a price': {
      change: (sandbox) => void sandbox.insert('prices', { recurring: { interval: 'month' } }),
      types: ['plan.created', 'price.created'],
    },
    'a product deleted': {
      change: (sandbox) => sandbox.remove('products', first(sandbox, 'products').id),
      types: ['product.deleted'],
    },
    'a coupon deleted': { change: (sandbox) => sandbox.remove('coupons', 'WELCOME20'), types: ['coupon.deleted'] },
    'an invoice finalized': {
      change: (sandbox) =>
        sandbox.update('invoices', first(sandbox, 'invoices', has('status', 'draft')).id, { status: 'open' }),
      types: ['invoice.finalized', 'invoice.updated'],
    },
    'an invoice paid': {
      change: (sandbox) =>
        sandbox.update('invoices', first(sandbox, 'invoices', has('status', 'open')).id, { status: 'paid' }),
      types: ['invoice.paid', 'invoice.payment_succeeded', 'invoice.updated'],
    },
    'a draft deleted': {
      change: (sandbox) => sandbox.remove('invoices', first(sandbox, 'invoices', has('status', 'draft')).id),
      types: ['invoice.deleted'],
    },
    'an invoice item, of which there is no update': {
      change(sandbox) {
        const { id } = sandbox.insert('invoiceitems')
        sandbox.update('invoiceitems', id, { description: 'a' })
        sandbox.remove('invoiceitems', id)
      },
      types: ['invoiceitem.created', 'invoiceitem.deleted'],
    },
    'a charge refunded': {
      change: (sandbox) =>
        sandbox.update('charges', first(sandbox, 'charges', has('amount_refunded', 0)).id, { amount_refunded: 5 }),
      types: ['charge.refunded', 'charge.updated'],
    },
    'a payment intent, of which there is no update': {
      change: (sandbox) =>
        sandbox.update('payment_intents', first(sandbox, 'payment_intents').id, { metadata: { a: 'b' } }),
      types: [],
    },
    'a dispute lost': {
      change: (sandbox) =>
        sandbox.update('disputes', sandbox.insert('disputes', { status: 'under_review' }, { silent: true }).id, {
          status: 'lost',
        }),
      types: ['charge.dispute.closed', 'charge.dispute.updated'],
    },
    'a balance transaction': { change: (sandbox) => void sandbox.insert('balance_transactions'), types: [] },
    'a shipping rate and a file link': {
      change: (sandbox) => void [sandbox.insert('shipping_rates'), sandbox.insert('file_links')],
      types: [],
    },
    'a checkout session completed': {
      change: (sandbox) =>
        sandbox.update('checkout_sessions', first(sandbox, 'checkout_sessions').id, { status: 'complete' }),
      types: ['checkout.session.completed'],
    },
    'a silent one': { change: (sandbox) => void sandbox.insert('customers', {}, { silent: true }), types: [] },
  }
  it.each(Object.entries(cases))('%s', async (_, { change, types: expected }) => {
    const sandbox = await setup()
    change(sandbox)
    expect(types(sandbox)).toEqual(expected)
  })

  it('a subscription that is canceled stays, and is told as deleted', async () => {
    const sandbox = await setup()
    const { id } = first(sandbox, 'subscriptions', ({ status }) => status === 'active')
    sandbox.update('subscriptions', id, { status: 'canceled' })
    expect(types(sandbox)).toEqual(['customer.subscription.deleted'])
    expect((await ask(sandbox, `/v1/subscriptions/${id}`)).body.status).toBe('canceled')
    expect(idsOf(await readAll(sdk(sandbox).subscriptions.list()))).not.toContain(id)
    expect(idsOf(await readAll(sdk(sandbox).subscriptions.list({ status: 'all' })))).toContain(id)
  })

  it('a customer that is deleted cancels its subscriptions', async () => {
    const sandbox = await setup()
    const subscription = first(sandbox, 'subscriptions', ({ status }) => status === 'active')
    const customer = String(subscription.customer)
    const added = sandbox.insert('subscriptions', { customer, status: 'trialing' }, { silent: true })
    sandbox.remove('customers', customer)
    expect(types(sandbox).filter((type) => type === 'customer.deleted')).toHaveLength(1)
    expect(types(sandbox).filter((type) => type === 'customer.subscription.deleted').length).toBeGreaterThanOrEqual(2)
    const mine = sandbox.truth('subscriptions').filter((one) => one.customer === customer)
    expect(idsOf(mine)).toEqual(expect.arrayContaining([subscription.id, added.id]))
    for (const one of mine)
      expect(one).toMatchObject({ status: expect.stringMatching(/^canceled|^incomplete_expired/) })
  })
})

describe('an event of an older version', () => {
  async function seen(version: string, change: (sandbox: Sandbox) => void): Promise<Event> {
    const sandbox = await setup({ olderEvents: 0 })
    change({
      ...sandbox,
      insert: (name, fields, options) => sandbox.insert(name, fields, { ...options, apiVersion: version }),
      update: (name, id, patch) => sandbox.update(name, id, patch, { apiVersion: version }),
    })
    return events(sandbox)[0]!
  }
  const acacia = '2024-12-18.acacia'
  const basil = '2025-06-30.basil'

  it('has the periods of a subscription on the subscription', async () => {
    const change = (sandbox: Sandbox) =>
      sandbox.update('subscriptions', first(sandbox, 'subscriptions').id, { metadata: {}, description: 'a' })
    const [old, since] = [await seen(acacia, change), await seen(basil, change)]
    const item = since.data.object.items.data[0]
    expect(old.api_version).toBe(acacia)
    expect(old.data.object.current_period_end).toBe(item.current_period_end)
    expect(old.data.object.items.data[0]).not.toHaveProperty('current_period_end')
    expect(since.data.object).not.toHaveProperty('current_period_end')
  })

  it('has the subscription, the charge and the prices of an invoice on the invoice', async () => {
    const { data } = await seen(acacia, (sandbox) =>
      sandbox.update(
        'invoices',
        first(sandbox, 'invoices', ({ status, parent }) => status === 'paid' && parent !== null).id,
        { description: 'a' },
      ),
    )
    expect(data.object).toMatchObject({
      paid: true,
      subscription: expect.stringMatching(/^sub_/),
      charge: expect.stringMatching(/^ch_/),
      payment_intent: expect.stringMatching(/^pi_/),
    })
    expect(data.object).not.toHaveProperty('parent')
    expect(data.object.lines.data[0]).toMatchObject({
      type: 'subscription',
      price: { object: 'price' },
      proration: false,
    })
    expect(data.previous_attributes).toEqual({ description: null })
  })

  it('has the invoice of a charge on the charge', async () => {
    const { data } = await seen(acacia, (sandbox) =>
      sandbox.update('charges', first(sandbox, 'charges').id, { description: 'a' }),
    )
    expect(data.object.invoice).toMatch(/^in_/)
  })

  it('has the coupon of a promotion code and of a discount where it was', async () => {
    const code = await seen(basil, (sandbox) =>
      sandbox.update('promotion_codes', first(sandbox, 'promotion_codes').id, { times_redeemed: 999 }),
    )
    const customer = await seen(basil, (sandbox) =>
      sandbox.update('customers', first(sandbox, 'customers', ({ discount }) => discount !== null).id, { balance: 1 }),
    )
    expect(code.data.object.coupon.object).toBe('coupon')
    expect(customer.data.object.discount.coupon.id).toBe('WELCOME20')
  })

  it('comes now and then by itself', async () => {
    const sandbox = await setup()
    for (let at = 0; at < 200; at++) sandbox.insert('customers')
    const versions = new Set(events(sandbox).map(({ api_version }) => api_version))
    expect([...versions].sort()).toEqual([acacia, basil, '2026-10-28.endive'])
  })
})
