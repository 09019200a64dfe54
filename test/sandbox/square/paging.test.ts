import { describe, expect, it } from 'vitest'
import { always, ask, byId, ms, readAll, setup } from './support.ts'

const at = (moment: number) => new Date(moment).toISOString()

describe('a page', () => {
  it('has no field for items where there are none', async () => {
    const sandbox = await setup()
    expect((await ask(sandbox, `/v2/payments?begin_time=${at(ms)}`)).body).toEqual({})
  })

  it('has a hundred payments where a request asks for more, and is no error', async () => {
    const sandbox = await setup({ payments: 1_000 })
    const { body } = await ask(sandbox, `/v2/payments?${always}&limit=500`)
    expect([body.payments.length, typeof body.cursor]).toEqual([100, 'string'])
  })

  it('counts all customers that match if a request asks for it', async () => {
    const sandbox = await setup()
    expect((await ask(sandbox, '/v2/customers/search', { body: { limit: 1, count: true } })).body.count).toBe(60)
  })

  it('may be short or empty although more follow; nothing is lost', async () => {
    const sandbox = await setup({ shortPages: 0.5, emptyPages: 0.3 })
    const pages: number[] = []
    const body = { limit: 10 }
    const customers = await readAll(sandbox, '/v2/customers/search', 'customers', { body })
    expect(byId(customers)).toEqual(byId(sandbox.expected('customers')))
    let cursor: string | undefined
    do {
      const reply = await ask(sandbox, '/v2/customers/search', { body: cursor ? { ...body, cursor } : body })
      pages.push(reply.body.customers?.length ?? 0)
      cursor = reply.body.cursor
    } while (cursor)
    expect(new Set(pages.slice(0, -1))).toEqual(new Set([0, 6, 10]))
  })
})

describe('a cursor', () => {
  it('is refused with another query, and counted; another page size is no other query', async () => {
    const sandbox = await setup()
    const { cursor } = (await ask(sandbox, `/v2/payments?${always}&limit=3`)).body
    const other = await ask(sandbox, `/v2/payments?begin_time=2001-01-01T00:00:00Z&cursor=${cursor}`)
    expect([other.status, other.code]).toEqual([400, 'INVALID_CURSOR'])
    expect((await ask(sandbox, `/v2/refunds?cursor=${cursor}`)).code).toBe('INVALID_CURSOR')
    expect(sandbox.stats().cursorMisuse).toBe(2)
    expect((await ask(sandbox, `/v2/payments?${always}&limit=9&cursor=${cursor}`)).body.payments.length).toBe(9)
  })

  it('of a body is bound to the body, whatever the order of its fields', async () => {
    const sandbox = await setup()
    const location_ids = sandbox.locations.map(({ id }) => id)
    const sort = { sort_field: 'CREATED_AT', sort_order: 'ASC' }
    const { cursor } = (await ask(sandbox, '/v2/orders/search', { body: { location_ids, query: { sort }, limit: 5 } }))
      .body
    const same = { query: { sort: { sort_order: 'ASC', sort_field: 'CREATED_AT' } }, location_ids, cursor }
    expect((await ask(sandbox, '/v2/orders/search', { body: same })).status).toBe(200)
    const other = { ...same, query: { sort: { ...sort, sort_order: 'DESC' } } }
    expect((await ask(sandbox, '/v2/orders/search', { body: other })).code).toBe('INVALID_CURSOR')
  })

  it('expires by the clock of the provider', async () => {
    const sandbox = await setup({ cursorLifetime: 300 })
    const { cursor } = (await ask(sandbox, `/v2/payments?${always}&limit=3`)).body
    sandbox.advance(300)
    expect((await ask(sandbox, `/v2/payments?${always}&cursor=${cursor}`)).status).toBe(200)
    sandbox.advance(1)
    expect((await ask(sandbox, `/v2/payments?${always}&cursor=${cursor}`)).code).toBe('INVALID_CURSOR')
    expect(sandbox.stats().cursorMisuse).toBe(0)
    expect((await ask(sandbox, `/v2/payments?${always}&cursor=made-up`)).code).toBe('INVALID_CURSOR')
  })

  it('keeps an open end where the first request had it', async () => {
    const sandbox = await setup()
    const { cursor, payments } = (await ask(sandbox, `/v2/payments?${always}&limit=3`)).body
    sandbox.advance(10)
    const added = sandbox.insert('payments', { location_id: sandbox.locations[0]!.id })
    sandbox.advance(10)
    const rest = await readAll(sandbox, `/v2/payments?${always}&sort_order=ASC`, 'payments')
    expect(rest.at(-1)).toEqual(added)
    const next = (await ask(sandbox, `/v2/payments?${always}&cursor=${cursor}`)).body.payments
    expect([...payments, ...next]).not.toContainEqual(added)
  })
})
