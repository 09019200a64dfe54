import { beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SquareObject } from '../../../src/sandbox/square/index.ts'
import { exceptions, usedExceptions } from '../../specs/exceptions.ts'
import { always, ask, byId, ms, readAll, setup } from './support.ts'

beforeAll(() => usedExceptions.clear())

const catalog = {
  object_types: ['SUBSCRIPTION_PLAN', 'SUBSCRIPTION_PLAN_VARIATION'],
  include_deleted_objects: true,
}

async function perLocation(sandbox: Sandbox, read: (location: string) => Promise<SquareObject[]>) {
  return (await Promise.all(sandbox.locations.map(({ id }) => read(id)))).flat()
}

describe('a list that is read to its end', () => {
  it('holds all customers, by any order', async () => {
    const sandbox = await setup()
    const customers = byId(sandbox.expected('customers'))
    expect(customers.length).toBe(60)
    for (const order of ['ASC', 'DESC'])
      for (const field of ['DEFAULT', 'CREATED_AT']) {
        const body = { limit: 7, query: { sort: { field, order } } }
        expect(byId(await readAll(sandbox, '/v2/customers/search', 'customers', { body }))).toEqual(customers)
        const listed = await readAll(
          sandbox,
          `/v2/customers?limit=9&sort_field=${field}&sort_order=${order}`,
          'customers',
        )
        expect(byId(listed)).toEqual(customers)
      }
  })

  it('holds all payments of the five locations, the closed one among them, by either moment', async () => {
    const sandbox = await setup()
    const payments = byId(sandbox.expected('payments'))
    for (const sort of ['CREATED_AT', 'UPDATED_AT']) {
      const read = await perLocation(sandbox, (id) =>
        readAll(sandbox, `/v2/payments?location_id=${id}&${always}&limit=7&sort_field=${sort}`, 'payments'),
      )
      expect(byId(read)).toEqual(payments)
    }
    const locations = new Set(payments.map(({ location_id }) => location_id))
    expect(locations).toEqual(new Set(sandbox.locations.map(({ id }) => id)))
    expect(sandbox.locations.map(({ active }) => active)).toEqual([true, true, true, false, true])
  })

  it('holds all refunds of all locations', async () => {
    const sandbox = await setup()
    expect(byId(await readAll(sandbox, `/v2/refunds?${always}&limit=7`, 'refunds'))).toEqual(
      byId(sandbox.expected('refunds')),
    )
  })

  it('holds all subscriptions with their actions, by location and then oldest first', async () => {
    const sandbox = await setup()
    const body = { limit: 4, include: ['actions'] }
    const read = await readAll(sandbox, '/v2/subscriptions/search', 'subscriptions', { body })
    expect(byId(read)).toEqual(byId(sandbox.expected('subscriptions')))
    const keys = read.map(({ location_id, created_at }) => `${location_id} ${created_at}`)
    expect(keys).toEqual(keys.toSorted())
    expect(read.some(({ actions }) => actions)).toBe(true)
    const plain = await readAll(sandbox, '/v2/subscriptions/search', 'subscriptions', { body: {} })
    expect(plain.some(({ actions }) => actions)).toBe(false)
  })

  it('holds all plans and variations, and the tombstones if a search asks for them', async () => {
    const sandbox = await setup()
    const all = await readAll(sandbox, '/v2/catalog/search', 'objects', { body: { ...catalog, limit: 5 } })
    const present = all.filter(({ is_deleted }) => is_deleted !== true)
    expect(byId(present)).toEqual(byId([...sandbox.expected('plans'), ...sandbox.expected('variations')]))
    expect(all.length).toBeGreaterThan(present.length)
    const body = { ...catalog, include_deleted_objects: false }
    expect(byId(await readAll(sandbox, '/v2/catalog/search', 'objects', { body }))).toEqual(byId(present))
  })
})

describe('a list of a location', () => {
  it('holds all orders of all locations by each moment, in pages of a thousand at most', async () => {
    const sandbox = await setup()
    const location_ids = sandbox.locations.map(({ id }) => id)
    const orders = byId(sandbox.expected('orders'))
    for (const sort_field of ['CREATED_AT', 'UPDATED_AT', 'CLOSED_AT'])
      for (const sort_order of ['ASC', 'DESC']) {
        const body = { location_ids, limit: 70, query: { sort: { sort_field, sort_order } } }
        const read = await readAll(sandbox, '/v2/orders/search', 'orders', { body })
        expect(byId(read)).toEqual(sort_field === 'CLOSED_AT' ? orders.filter(({ closed_at }) => closed_at) : orders)
      }
    const entries = await ask(sandbox, '/v2/orders/search', {
      body: { location_ids, limit: 1_000, return_entries: true },
    })
    expect(entries.body.order_entries.length).toBe(orders.length)
    const order_ids = ['unknown', ...orders.slice(0, 3).map(({ id }) => id)]
    const batch = await ask(sandbox, '/v2/orders/batch-retrieve', { body: { order_ids } })
    expect(batch.body.orders).toEqual(orders.slice(0, 3))
  })

  it('holds all invoices and disputes', async () => {
    const sandbox = await setup({ payments: 2_400 })
    const invoices = await perLocation(sandbox, (id) =>
      readAll(sandbox, `/v2/invoices?location_id=${id}&limit=200`, 'invoices'),
    )
    expect(byId(invoices)).toEqual(byId(sandbox.expected('invoices')))
    const disputes = await readAll(sandbox, '/v2/disputes', 'disputes')
    expect(disputes.length).toBeGreaterThan(50)
    expect(byId(disputes)).toEqual(byId(sandbox.expected('disputes')))
  })

  it('holds all payouts, and each payout all its entries, which may be more than a page', async () => {
    const sandbox = await setup({ payments: 1_000 })
    const payouts = await perLocation(sandbox, (id) =>
      readAll(sandbox, `/v2/payouts?location_id=${id}&${always}&limit=3`, 'payouts'),
    )
    expect(byId(payouts)).toEqual(byId(sandbox.expected('payouts')))
    const entries: SquareObject[] = []
    for (const { id } of payouts)
      entries.push(...(await readAll(sandbox, `/v2/payouts/${id}/payout-entries`, 'payout_entries')))
    expect(byId(entries)).toEqual(byId(sandbox.expected('entries')))
    const counts = payouts.map(({ id }) => entries.filter(({ payout_id }) => payout_id === id).length)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 250])
  })
})

describe('every object', () => {
  const calls = {
    customers: ['customers', 'customer'],
    payments: ['payments', 'payment'],
    refunds: ['refunds', 'refund'],
    orders: ['orders', 'order'],
    // An id of an invoice has a colon in it.
    invoices: ['invoices', 'invoice'],
    disputes: ['disputes', 'dispute'],
    payouts: ['payouts', 'payout'],
    plans: ['catalog/object', 'object'],
    variations: ['catalog/object', 'object'],
  } as const

  it.each(Object.entries(calls))('can be read by its id: %s', async (name, [path, field]) => {
    const sandbox = await setup()
    const [first] = sandbox.expected(name as keyof typeof calls)
    expect((await ask(sandbox, `/v2/${path}/${encodeURIComponent(first!.id)}`)).body).toEqual({ [field]: first })
    expect((await ask(sandbox, `/v2/${path}/unknown`)).code).toBe('NOT_FOUND')
  })

  it('can be read by its id: subscriptions, with their actions if the request includes them', async () => {
    const sandbox = await setup()
    const { actions, ...subscription } = sandbox.expected('subscriptions').find((object) => object.actions)!
    const path = `/v2/subscriptions/${subscription.id}`
    expect((await ask(sandbox, path)).body).toEqual({ subscription })
    expect((await ask(sandbox, `${path}?include=actions`)).body).toEqual({ subscription: { ...subscription, actions } })
  })

  it('has what is newer than the specification only where an exception says so', async () => {
    const sandbox = await setup()
    const { id } = sandbox.expected('subscriptions').find(({ status }) => status === 'COMPLETED')!
    await ask(sandbox, `/v2/subscriptions/${id}`)
    await ask(sandbox, '/v2/subscriptions/search', { body: {} })
    expect(usedExceptions).toEqual(new Set(exceptions.filter(({ vendor }) => vendor === 'square')))
  })
})

describe('a list of payments without parameters', () => {
  it('holds the last year of the main location, newest first', async () => {
    const sandbox = await setup()
    const read = await readAll(sandbox, '/v2/payments', 'payments')
    const main = sandbox.locations[0]!.id
    const created = ({ created_at }: SquareObject) => Date.parse(String(created_at))
    const expected = sandbox
      .expected('payments')
      .filter((payment) => payment.location_id === main && created(payment) >= ms - 365 * 86_400_000)
      .toSorted((a, b) => created(b) - created(a))
    expect(read).toEqual(expected)
    expect(read.length).toBeLessThan(sandbox.expected('payments').length / 2)
  })

  it('holds every payment once in windows that share their edges', async () => {
    const sandbox = await setup()
    const [first, second] = sandbox
      .expected('payments')
      .filter((object) => object.location_id === sandbox.locations[0]!.id)
    const at = String(second!.created_at)
    const older = await readAll(sandbox, `/v2/payments?${always}&end_time=${at}`, 'payments')
    const newer = await readAll(sandbox, `/v2/payments?begin_time=${at}`, 'payments')
    expect(newer).toEqual([first, second])
    expect(older).not.toContainEqual(second)
  })
})
