import { describe, expect, it } from 'vitest'
import { type Fields, resourceNames, type Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { steps } from '../../../src/sandbox/paypal/simulate/simulate.ts'
import { ask, at, day, hour, now, readAll, search, setup, sorted } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an object holds
type Loose = any

const everything = (sandbox: Sandbox) => resourceNames.map((name) => sandbox.expected(name))
/** Objects as their JSON holds them: without fields that are undefined. */
const sent = (objects: readonly Fields[]): Loose[] => JSON.parse(JSON.stringify(objects))

describe('a change', () => {
  it('of a transaction keeps its place and moves its time of change, and appears late', async () => {
    const sandbox = await setup()
    const { key, object } = [...sandbox.stored('transactions')].at(-1)!
    const before = (object as Loose).transaction_info
    const window = [Date.parse(before.transaction_initiation_date.replace('+0000', 'Z')) / 1_000] as const
    sandbox.update('transactions', key, { transaction_info: { transaction_status: 'V' } }, { listedFrom: now + 60 })
    expect(await search(sandbox, window[0], window[0])).toContainEqual(object)
    sandbox.advance(60)
    const transactions = (await search(sandbox, window[0], window[0])) as Loose[]
    const after = transactions.find(({ transaction_info }) => transaction_info.transaction_id === before.transaction_id)
    expect(after.transaction_info).toEqual({
      ...before,
      transaction_status: 'V',
      transaction_updated_date: at(now).replace('Z', '+0000'),
    })
    expect(transactions).not.toContainEqual(object)
  })

  it('of a subscription shows in the list by its time of status', async () => {
    const sandbox = await setup()
    const [subscription] = sandbox.expected('subscriptions')
    const list = (query: string) => readAll(sandbox, `/v1/billing/subscriptions?${query}`, 'subscriptions')
    sandbox.advance(60)
    const status_update_time = at(now + 60)
    sandbox.update('subscriptions', String(subscription!.id), { status: 'CANCELLED', status_update_time })
    const subscriptions = await list(`status_updated_after=${at(now)}`)
    expect(subscriptions.map(({ id, status, update_time }) => [id, status, update_time])).toEqual([
      [subscription!.id, 'CANCELLED', status_update_time],
    ])
    // The ends do not belong to the range.
    expect(await list(`status_updated_after=${status_update_time}`)).toEqual([])
    expect(await list(`status_updated_after=${at(now)}&status_updated_before=${status_update_time}`)).toEqual([])
  })

  it('never changes an id, and there is none of what is not there', async () => {
    const sandbox = await setup()
    const [plan] = sandbox.expected('plans')
    expect(() => sandbox.update('plans', String(plan!.id), { id: 'other' })).toThrow('never changes')
    expect(() => sandbox.update('plans', 'unknown', {})).toThrow('no plans unknown')
    expect(() => sandbox.update('transactions', 'T999999', {})).toThrow('no transactions T999999')
    expect(() => sandbox.insert('plans', { id: plan!.id })).toThrow('already')
    expect(() => sandbox.remove('invoices', 'unknown')).toThrow('no invoices unknown')
  })

  it('that deletes a draft leaves no trace', async () => {
    const sandbox = await setup()
    const draft = sandbox.expected('invoices').find(({ status }) => status === 'DRAFT')!
    sandbox.remove('invoices', String(draft.id))
    expect((await ask(sandbox, `/v2/invoicing/invoices/${draft.id}`)).status).toBe(404)
    const left = await readAll(sandbox, '/v2/invoicing/search-invoices?page_size=100', 'items', { body: {} })
    expect(left.map(({ id }) => id)).not.toContain(draft.id)
    expect(left.length).toBe(sandbox.expected('invoices').length)
  })

  it('that adds an object makes all of it, with the times of now', async () => {
    const sandbox = await setup()
    sandbox.advance(5 * day)
    const time = at(now + 5 * day)
    const dispute = sandbox.insert('disputes', { status: 'OPEN' }).object
    expect([dispute.create_time, dispute.status]).toEqual([time.replace('Z', '.000Z'), 'OPEN'])
    const invoice = sandbox.insert('invoices').object as Loose
    expect([invoice.status, invoice.detail.metadata.create_time]).toEqual(['DRAFT', time])
    expect(sandbox.insert('products').object.create_time).toBe(time)
    expect(sandbox.insert('plans').object.update_time).toBe(time)
    expect(sandbox.insert('subscriptions').object.status_update_time).toBe(time)
    const { transaction_info } = sandbox.insert('transactions').object as Loose
    expect(transaction_info.transaction_initiation_date).toBe(time.replace('Z', '+0000'))
    for (const [path, key] of [
      ['/v1/customer/disputes', dispute.dispute_id],
      ['/v2/invoicing/invoices', invoice.id],
    ])
      expect((await ask(sandbox, `${path}/${key}`)).status).toBe(200)
  })
})

describe('a simulated quarter', () => {
  it('is the same for the same seed and differs for another seed', async () => {
    const [first, same, other] = await Promise.all(
      [3, 3, 4].map(async (seed) => {
        const sandbox = await setup({ transactions: 400 })
        const changes = sandbox.simulate(30, { seed, perDay: 5 })
        return { changes, all: everything(sandbox) }
      }),
    )
    expect(same).toEqual(first)
    expect(other!.changes).not.toEqual(first!.changes)
  })

  it('moves the clock, takes every kind of step, and every answer is as the specification says', async () => {
    const sandbox = await setup({ transactions: 2_000 })
    const changes = sandbox.simulate(30, { perDay: 12 })
    expect(sandbox.now()).toBe(now + 30 * day)
    expect(new Set(changes.map(({ step }) => step))).toEqual(new Set(steps.map(([step]) => step)))
    const window = [sandbox.now() - 31 * day, sandbox.now()] as const
    const refreshed = sandbox.now() - 3 * hour
    const expected = sandbox.expected('transactions').filter(({ transaction_info: info }: Loose) => {
      const time = Date.parse(info.transaction_initiation_date.replace('+0000', 'Z')) / 1_000
      return time >= window[0] && time <= refreshed
    })
    expect(sorted(sent(await search(sandbox, window[0], refreshed)))).toEqual(sorted(sent(expected)))
    for (const { id } of sandbox.expected('subscriptions'))
      await ask(sandbox, `/v1/billing/subscriptions/${id}?fields=plan`)
    for (const { id } of sandbox.expected('invoices')) await ask(sandbox, `/v2/invoicing/invoices/${id}`)
    for (const { dispute_id } of sandbox.expected('disputes')) await ask(sandbox, `/v1/customer/disputes/${dispute_id}`)
    await readAll(sandbox, '/v1/catalogs/products?page_size=20', 'products')
    const headers = { prefer: 'return=representation' }
    await readAll(sandbox, '/v1/billing/plans?page_size=20', 'plans', { headers })
  })

  it('can be followed by the windows of what waits and of the last days, the statuses and the payments', async () => {
    const sandbox = await setup({ transactions: 400 })
    const transactions = new Map<string, Loose>()
    const subscriptions = new Map<unknown, Loose>()
    const readFrom = async (oldest: number) => {
      for (let from = oldest; from < sandbox.now() - 3 * hour; from += 31 * day)
        for (const row of sent(await search(sandbox, from, Math.min(from + 31 * day - 1, sandbox.now()))))
          transactions.set(keyOf(row), row)
    }
    const readOne = async (id: unknown) => {
      const { body } = await ask(sandbox, `/v1/billing/subscriptions/${id}?fields=last_failed_payment`)
      subscriptions.set(id, body)
    }
    await readFrom(now - 3 * 365 * day)
    for (const { id } of await readAll(sandbox, '/v1/billing/subscriptions', 'subscriptions')) await readOne(id)
    for (let round = 0; round < 3; round++) {
      const since = sandbox.now() - 3 * day
      const waiting = [...transactions.values()].filter(({ transaction_info: info }) => info.transaction_status === 'P')
      sandbox.simulate(10, { perDay: 8, seed: round })
      // So that everything has appeared, as the copy of a later day would see it.
      sandbox.advance(7 * hour)
      await readFrom(Math.min(since, ...waiting.map(timeOf)))
      const lists = await Promise.all(
        ['status_updated_after', 'created_after'].map((filter) =>
          readAll(sandbox, `/v1/billing/subscriptions?${filter}=${at(since)}`, 'subscriptions'),
        ),
      )
      const paid = [...transactions.values()].filter((row) => isOfSubscription(row) && timeOf(row) >= since)
      const touched = [...lists.flat().map(({ id }) => id), ...paid.map(referenceOf)]
      for (const id of new Set(touched)) await readOne(id)
      expect([...subscriptions.values()].toSorted(byId)).toEqual(sent(sandbox.expected('subscriptions')).toSorted(byId))
    }
    expect(sorted([...transactions.values()])).toEqual(sorted(sent(sandbox.expected('transactions'))))
  })

  it('can hold changes that only a complete list shows', async () => {
    const sandbox = await setup({ transactions: 2_000 })
    const announced = new Set(sandbox.simulate(20, { perDay: 10 }).map(({ step }) => step))
    const all = new Set(sandbox.simulate(20, { perDay: 10, unannounced: true }).map(({ step }) => step))
    expect(announced.has('subscription is revised')).toBe(false)
    expect(all.has('subscription is revised')).toBe(true)
  })
})

const byId = (a: Loose, b: Loose) => (a.id < b.id ? -1 : 1)
const timeOf = ({ transaction_info }: Loose) =>
  Date.parse(transaction_info.transaction_initiation_date.replace('+0000', 'Z')) / 1_000

/** What makes a transaction one and no other. */
const keyOf = ({ transaction_info: info }: Loose) =>
  [
    info.transaction_id,
    info.transaction_event_code,
    info.transaction_initiation_date,
    info.paypal_reference_id,
    info.transaction_amount.value,
    info.transaction_amount.currency_code,
  ].join('|')

const isOfSubscription = ({ transaction_info }: Loose) => transaction_info.paypal_reference_id_type === 'SUB'
const referenceOf = ({ transaction_info }: Loose) => transaction_info.paypal_reference_id
