import { describe, expect, it } from 'vitest'
import { type ResourceName, resourceNames, type Sandbox, type SquareObject } from '../../../src/sandbox/square/index.ts'
import { steps } from '../../../src/sandbox/square/simulate/steps.ts'
import { always, ask, byId, ms, now, readAll, setup } from './support.ts'

const day = 86_400
const at = (moment: number) => new Date(moment).toISOString()
const everything = (sandbox: Sandbox) => resourceNames.map((name) => sandbox.expected(name))
const locationIds = (sandbox: Sandbox) => sandbox.locations.map(({ id }) => id)

describe('a change', () => {
  it('moves an object in the list by change and keeps its place in the list by creation', async () => {
    const sandbox = await setup()
    const [main] = locationIds(sandbox)
    const list = (sort: string) => readAll(sandbox, `/v2/payments?${always}&sort_field=${sort}`, 'payments')
    const before = await list('CREATED_AT')
    const changed = before[20]!
    expect(changed.location_id).toBe(main)
    sandbox.advance(60)
    sandbox.update('payments', changed.id, { note: 'changed' })
    sandbox.advance(1)
    const after = await list('CREATED_AT')
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect(after[20]).toEqual({ ...changed, note: 'changed', updated_at: at(ms + 60_000) })
    expect((await list('UPDATED_AT'))[0]).toEqual(after[20])
  })

  it('raises the version and never changes the id or the moment of creation', async () => {
    const sandbox = await setup()
    const [invoice] = sandbox.expected('invoices')
    expect(sandbox.update('invoices', invoice!.id, { status: 'PAID' }).version).toBe(Number(invoice!.version) + 1)
    expect(() => sandbox.update('invoices', invoice!.id, { id: 'other' })).toThrow('never change')
    expect(() => sandbox.update('invoices', invoice!.id, { created_at: at(0) })).toThrow('never change')
    expect(() => sandbox.update('invoices', 'unknown', {})).toThrow('no invoices unknown')
    expect(() => sandbox.insert('invoices', { id: invoice!.id })).toThrow('already')
  })

  it('shows in the lists after the lag, and at once where it is asked for by its id', async () => {
    const sandbox = await setup({ lag: 30 })
    const body = { query: { sort: { field: 'CREATED_AT', order: 'DESC' } } }
    const [newest] = await readAll(sandbox, '/v2/customers/search', 'customers', { body })
    const added = sandbox.insert('customers', { given_name: 'Nora' })
    const changed = sandbox.update('customers', newest!.id, { given_name: 'Nils' })
    sandbox.advance(29)
    const early = await readAll(sandbox, '/v2/customers/search', 'customers', { body })
    expect(early[0]).toEqual(newest)
    expect((await ask(sandbox, `/v2/customers/${added.id}`)).body.customer).toEqual(added)
    sandbox.advance(1)
    const later = await readAll(sandbox, '/v2/customers/search', 'customers', { body })
    expect(later.slice(0, 2)).toEqual([added, changed])
    expect(sandbox.expected('customers')).toContainEqual(added)
  })

  it('that deletes a customer leaves no trace, and cancels the subscriptions', async () => {
    const sandbox = await setup()
    const { customer_id } = sandbox.expected('subscriptions').find(({ status }) => status === 'ACTIVE')!
    sandbox.remove('customers', String(customer_id))
    expect((await ask(sandbox, `/v2/customers/${customer_id}`)).code).toBe('NOT_FOUND')
    const left = await readAll(sandbox, '/v2/customers/search', 'customers', { body: {} })
    expect(left.map(({ id }) => id)).not.toContain(customer_id)
    const body = { query: { filter: { customer_ids: [customer_id] } } }
    const subscriptions = await readAll(sandbox, '/v2/subscriptions/search', 'subscriptions', { body })
    expect(new Set(subscriptions.map(({ status }) => status))).toEqual(new Set(['CANCELED']))
  })

  it('that deletes a variation leaves a tombstone that a search since then shows', async () => {
    const sandbox = await setup()
    const [variation] = sandbox.expected('variations')
    const begin_time = at(ms)
    sandbox.advance(1)
    sandbox.remove('variations', variation!.id)
    const types = { object_types: ['SUBSCRIPTION_PLAN', 'SUBSCRIPTION_PLAN_VARIATION'], begin_time }
    const withDeleted = { ...types, include_deleted_objects: true }
    const [tombstone] = await readAll(sandbox, '/v2/catalog/search', 'objects', { body: withDeleted })
    expect([tombstone!.id, tombstone!.is_deleted]).toEqual([variation!.id, true])
    expect(await readAll(sandbox, '/v2/catalog/search', 'objects', { body: types })).toEqual([])
    expect((await ask(sandbox, `/v2/catalog/object/${variation!.id}`)).code).toBe('NOT_FOUND')
    const plans = JSON.stringify(sandbox.expected('plans'))
    expect(plans).not.toContain(variation!.id)
    expect(sandbox.expected('variations').map(({ id }) => id)).not.toContain(variation!.id)
  })

  it('can be an order that arrives 72 hours late, behind the newest orders', async () => {
    const sandbox = await setup({ density: 'burst' })
    const [main] = locationIds(sandbox)
    const late = sandbox.insert('orders', { location_id: main, created_at: at(ms - 72 * 3_600_000) })
    const search = (filter: object, sort_field: string) => ({
      location_ids: [main],
      query: { filter: { date_time_filter: filter }, sort: { sort_field } },
    })
    sandbox.advance(1)
    const created = search({ created_at: { start_at: at(ms - 3_600_000) } }, 'CREATED_AT')
    expect(await readAll(sandbox, '/v2/orders/search', 'orders', { body: created })).not.toContainEqual(late)
    const updated = search({ updated_at: { start_at: at(ms) } }, 'UPDATED_AT')
    expect(await readAll(sandbox, '/v2/orders/search', 'orders', { body: updated })).toContainEqual(late)
  })
})

describe('a simulated month', () => {
  it('is the same for the same seed and differs for another seed', async () => {
    const [first, same, other] = await Promise.all(
      [3, 3, 4].map(async (seed) => {
        const sandbox = await setup()
        const changes = sandbox.simulate(30, { seed, perDay: 5 })
        return { changes, all: everything(sandbox) }
      }),
    )
    expect(same).toEqual(first)
    expect(other!.changes).not.toEqual(first!.changes)
  })

  it('moves the clock, takes every kind of step, and every list still holds all there is', async () => {
    const sandbox = await setup({ payments: 480 })
    const changes = sandbox.simulate(30, { perDay: 10 })
    expect(sandbox.now()).toBe(now + 30 * day)
    expect(new Set(changes.map(({ step }) => step))).toEqual(new Set(steps.map(([step]) => step)))
    const copy = await readEverything(sandbox)
    for (const [name, objects] of Object.entries(copy))
      expect([name, byId(objects)]).toEqual([name, byId(sent(sandbox.expected(name as ResourceName)))])
  })

  it('can be followed by the times of change, three days back for the late orders', async () => {
    const sandbox = await setup({ payments: 480 })
    const copies = await readEverything(sandbox)
    for (let round = 0; round < 5; round++) {
      const since = sandbox.now() * 1_000 - 1_000
      sandbox.simulate(6, { perDay: 12, seed: round })
      for (const [name, changed] of Object.entries(await readChanged(sandbox, since)))
        copies[name] = merged(copies[name] ?? [], changed)
      for (const name of ['payments', 'refunds', 'orders'] as const)
        expect([name, byId(copies[name] ?? [])]).toEqual([name, byId(sent(sandbox.expected(name)))])
      const present = new Set(sandbox.expected('customers').map(({ id }) => id))
      const known = (copies.customers ?? []).filter(({ id }) => present.has(id))
      expect(byId(known)).toEqual(byId(sent(sandbox.expected('customers'))))
    }
  })
})

/** Objects as their JSON holds them: without fields that are undefined. */
const sent = (objects: readonly SquareObject[]): SquareObject[] => JSON.parse(JSON.stringify(objects))

function merged(copy: readonly SquareObject[], changed: readonly SquareObject[]): SquareObject[] {
  return [...new Map([...copy, ...changed].map((object) => [object.id, object])).values()]
}

type Copies = Record<string, readonly SquareObject[]>

async function readEverything(sandbox: Sandbox): Promise<Copies> {
  const location_ids = locationIds(sandbox)
  const perLocation = async (path: string, field: string) =>
    (await Promise.all(location_ids.map((id) => readAll(sandbox, `${path}location_id=${id}`, field)))).flat()
  const payouts = await perLocation(`/v2/payouts?${always}&`, 'payouts')
  const entries = payouts.map(({ id }) => readAll(sandbox, `/v2/payouts/${id}/payout-entries`, 'payout_entries'))
  return {
    customers: await readAll(sandbox, '/v2/customers/search', 'customers', { body: {} }),
    payments: await perLocation(`/v2/payments?${always}&`, 'payments'),
    refunds: await readAll(sandbox, `/v2/refunds?${always}`, 'refunds'),
    orders: await readAll(sandbox, '/v2/orders/search', 'orders', { body: { location_ids, limit: 1_000 } }),
    subscriptions: await readAll(sandbox, '/v2/subscriptions/search', 'subscriptions', {
      body: { include: ['actions'] },
    }),
    invoices: await perLocation('/v2/invoices?limit=200&', 'invoices'),
    plans: await readAll(sandbox, '/v2/catalog/search', 'objects', { body: { object_types: ['SUBSCRIPTION_PLAN'] } }),
    disputes: await readAll(sandbox, '/v2/disputes', 'disputes'),
    payouts,
    entries: (await Promise.all(entries)).flat(),
  }
}

async function readChanged(sandbox: Sandbox, since: number): Promise<Copies> {
  const location_ids = locationIds(sandbox)
  const query = `${always}&sort_field=UPDATED_AT&updated_at_begin_time=${at(since)}`
  const payments = location_ids.map((id) => readAll(sandbox, `/v2/payments?${query}&location_id=${id}`, 'payments'))
  const range = { updated_at: { start_at: at(since - 72 * 3_600_000) } }
  const orders = { location_ids, query: { filter: { date_time_filter: range }, sort: { sort_field: 'UPDATED_AT' } } }
  const customers = { query: { filter: { updated_at: { start_at: at(since) } } } }
  return {
    customers: await readAll(sandbox, '/v2/customers/search', 'customers', { body: customers }),
    payments: (await Promise.all(payments)).flat(),
    refunds: await readAll(sandbox, `/v2/refunds?${query}`, 'refunds'),
    orders: await readAll(sandbox, '/v2/orders/search', 'orders', { body: orders }),
  }
}
