import { describe, expect, it } from 'vitest'
import type { Sandbox, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { type Event, events, first, types } from './event-support.ts'
import { ask, idsOf, now, readAll, sdk, setup } from './support.ts'

describe('the list of events', () => {
  it('is empty at the start, and shows the newest event first after changes', async () => {
    const sandbox = await setup({ customers: 60 })
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

  it('filters by time, by a type, by a wildcard and by up to twenty types', async () => {
    const sandbox = await setup({ customers: 60 })
    sandbox.insert('customers')
    sandbox.advance(100)
    sandbox.insert('coupons', { id: 'NEW' })
    sandbox.update('subscriptions', first(sandbox, 'subscriptions').id, { metadata: { a: 'b' } })
    const typesFor = async (query: string) => {
      const { status, body } = await ask(sandbox, `/v1/events?${query}`)
      return status === 200 ? body.data.map(({ type }: Event) => type).sort() : status
    }
    expect(await typesFor(`created[gte]=${now + 100}`)).toEqual(['coupon.created', 'customer.subscription.updated'])
    expect(await typesFor('type=customer.created')).toEqual(['customer.created'])
    expect(await typesFor('type=customer.*')).toEqual(['customer.created', 'customer.subscription.updated'])
    expect(await typesFor('types[]=coupon.created&types[1]=customer.created')).toEqual([
      'coupon.created',
      'customer.created',
    ])
    const many = (count: number) => Array.from({ length: count }, (_, at) => `types[${at}]=coupon.created`).join('&')
    expect([await typesFor(many(20)), await typesFor(many(21)), await typesFor('type=a&types[]=b')]).toEqual([
      ['coupon.created'],
      400,
      400,
    ])
    expect(await typesFor('delivery_success=true&limit=1')).toHaveLength(1)
  })

  it('shows an event for thirty days', async () => {
    const sandbox = await setup({ customers: 60 })
    sandbox.insert('customers')
    const [event] = events(sandbox)
    sandbox.advance(30 * 86_400)
    expect((await ask(sandbox, `/v1/events/${event!.id}`)).body).toEqual(event)
    sandbox.advance(1)
    expect(events(sandbox)).toEqual([])
    expect((await ask(sandbox, '/v1/events')).body.data).toEqual([])
    expect((await ask(sandbox, `/v1/events/${event!.id}`)).status).toBe(404)
  })

  it('holds the object at the time of the event and the previous values of its changed fields', async () => {
    const sandbox = await setup({ customers: 60, olderEvents: 0 })
    const customer = first(sandbox, 'customers')
    sandbox.update('customers', customer.id, { name: 'A', metadata: { k: '1' } })
    sandbox.update('customers', customer.id, { name: 'B' }, { at: now + 5 })
    const [secondEvent, firstEvent] = events(sandbox)
    expect([firstEvent!.data.object.name, secondEvent!.data.object.name]).toEqual(['A', 'B'])
    expect(firstEvent!.data.previous_attributes.name).toBe(customer.name)
    expect(secondEvent!.data.previous_attributes).toEqual({ name: 'A' })
    expect(secondEvent).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      created: now + 5,
      livemode: false,
    })
    expect((await ask(sandbox, '/v1/events', { key: 'sk_live_a' })).body.data[0].data.object.livemode).toBe(true)
  })

  it('holds the newest generated objects if the option eventsForNewest is set', async () => {
    const sandbox = await setup({ customers: 200, eventsForNewest: 3 })
    const newest = sandbox.expected('customers').slice(0, 3)
    const created = events(sandbox).filter(({ type }) => type === 'customer.created')
    expect(idsOf(created.map(({ data }) => data.object))).toEqual(
      idsOf(newest.filter(({ created }) => Number(created) >= now - 30 * 86_400)),
    )
    expect(types(sandbox)).toContain('invoice.created')
  })
})

describe('the events of a change', () => {
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
    'an invoice item, which has no event for an update': {
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
    'a payment intent, which has no event for an update': {
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
    'a customer inserted silently': {
      change: (sandbox) => void sandbox.insert('customers', {}, { silent: true }),
      types: [],
    },
  }
  it.each(Object.entries(cases))('have the types of the resource: %s', async (_, { change, types: expected }) => {
    const sandbox = await setup({ customers: 60 })
    change(sandbox)
    expect(types(sandbox)).toEqual(expected)
  })

  it('say that a canceled subscription was deleted, though it can still be read', async () => {
    const sandbox = await setup({ customers: 60 })
    const { id } = first(sandbox, 'subscriptions', ({ status }) => status === 'active')
    sandbox.update('subscriptions', id, { status: 'canceled' })
    expect(types(sandbox)).toEqual(['customer.subscription.deleted'])
    expect((await ask(sandbox, `/v1/subscriptions/${id}`)).body.status).toBe('canceled')
    expect(idsOf(await readAll(sdk(sandbox).subscriptions.list()))).not.toContain(id)
    expect(idsOf(await readAll(sdk(sandbox).subscriptions.list({ status: 'all' })))).toContain(id)
  })

  it('cancel the subscriptions of a deleted customer', async () => {
    const sandbox = await setup({ customers: 60 })
    const subscription = first(sandbox, 'subscriptions', ({ status }) => status === 'active')
    const customer = String(subscription.customer)
    const added = sandbox.insert('subscriptions', { customer, status: 'trialing' }, { silent: true })
    sandbox.remove('customers', customer)
    expect(types(sandbox).filter((type) => type === 'customer.deleted')).toHaveLength(1)
    expect(types(sandbox).filter((type) => type === 'customer.subscription.deleted').length).toBeGreaterThanOrEqual(2)
    const subscriptions = sandbox.expected('subscriptions').filter((object) => object.customer === customer)
    expect(idsOf(subscriptions)).toEqual(expect.arrayContaining([subscription.id, added.id]))
    for (const object of subscriptions)
      expect(object).toMatchObject({ status: expect.stringMatching(/^canceled|^incomplete_expired/) })
  })
})
