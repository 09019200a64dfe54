import { beforeAll, describe, expect, it } from 'vitest'
import type { Fields, ResourceName, Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { exceptions, usedExceptions } from '../../specs/exceptions.ts'
import { ask, at, day, now, readAll, searchAll, setup, sorted, tokenOf } from './support.ts'

beforeAll(() => usedExceptions.clear())

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
type Loose = any

const ids = (objects: readonly Fields[], field = 'id') => objects.map((object) => object[field])

const listed = async (sandbox: Sandbox, path: string, field: string) => {
  const idsOfList = ids(await readAll(sandbox, path, field))
  return Promise.all(idsOfList.map(async (id) => (await ask(sandbox, `${path.split('?')[0]}/${id}`)).body as Fields))
}

describe('every list', () => {
  it('gives what the merchant has, and its answers are as the specification says', async () => {
    const sandbox = await setup({ transactions: 800 })
    const expected = (name: ResourceName) => sorted(sandbox.expected(name))
    expect(sorted(await searchAll(sandbox))).toEqual(expected('transactions'))
    const headers = { prefer: 'return=representation' }
    const plans = await readAll(sandbox, '/v1/billing/plans?page_size=20&total_required=true', 'plans', { headers })
    expect(sorted(plans)).toEqual(expected('plans'))
    expect(sorted(await listed(sandbox, '/v1/catalogs/products?page_size=20&total_required=true', 'products'))).toEqual(
      expected('products'),
    )
    const subscriptions = await readAll(sandbox, '/v1/billing/subscriptions?page_size=20', 'subscriptions')
    expect(subscriptions.length).toBe(sandbox.expected('subscriptions').length)
    const withFailure = subscriptions.map(
      async ({ id }) => (await ask(sandbox, `/v1/billing/subscriptions/${id}?fields=last_failed_payment`)).body,
    )
    expect(sorted(await Promise.all(withFailure))).toEqual(expected('subscriptions'))
    const invoiceSummaries = await readAll(sandbox, '/v2/invoicing/search-invoices?page_size=100', 'items', {
      body: {},
    })
    const invoices = invoiceSummaries.map(async ({ id }) => (await ask(sandbox, `/v2/invoicing/invoices/${id}`)).body)
    expect(sorted(await Promise.all(invoices))).toEqual(expected('invoices'))
    const disputes = sandbox
      .expected('disputes')
      .map(async ({ dispute_id }) => (await ask(sandbox, `/v1/customer/disputes/${dispute_id}`)).body)
    const withoutState = sandbox.expected('disputes').map((dispute) => ({ ...dispute, dispute_state: undefined }))
    expect(sorted(await Promise.all(disputes))).toEqual(sorted(withoutState))
    await ask(sandbox, '/v1/customer/disputes?page_size=50')
    await ask(sandbox, '/v1/reporting/balances')
  })
})

describe('plans and products', () => {
  it('are ten a page, twenty at most, and counted only if a request asks for it', async () => {
    const sandbox = await setup()
    for (const [path, field] of [
      ['/v1/billing/plans', 'plans'],
      ['/v1/catalogs/products', 'products'],
    ] as const) {
      const { body } = await ask(sandbox, path)
      expect([body[field].length, body.total_items, body.total_pages]).toEqual([10, undefined, undefined])
      const counted = (await ask(sandbox, `${path}?page_size=7&total_required=true`)).body
      const total = sandbox.expected(field).length
      expect([counted[field].length, counted.total_items, counted.total_pages]).toEqual([
        7,
        total,
        Math.ceil(total / 7),
      ])
      expect(counted.links.map(({ rel }: Loose) => rel)).toEqual(['self', 'next', 'last'])
      const over = await ask(sandbox, `${path}?page_size=21`, { isWrong: true })
      expect([over.status, over.issue]).toEqual([400, 'INVALID_INTEGER_MAX_VALUE'])
      expect((await ask(sandbox, `${path}?limit=1`, { isWrong: true })).issue).toBe('UNKNOWN_PARAMETER')
    }
  })

  it('are whole only if a request prefers it: else a plan is its id and its status', async () => {
    const sandbox = await setup()
    const [minimal] = (await ask(sandbox, '/v1/billing/plans?page_size=1')).body.plans
    expect(Object.keys(minimal)).toEqual(['id', 'status', 'links'])
    const whole = (await ask(sandbox, `/v1/billing/plans/${minimal.id}`)).body
    const headers = { prefer: 'return=representation' }
    const [preferred] = (await ask(sandbox, '/v1/billing/plans?page_size=1', { headers })).body.plans
    expect(preferred).toEqual(whole)
    expect(Object.keys(preferred)).toContain('billing_cycles')
    const [product] = (await ask(sandbox, '/v1/catalogs/products?page_size=1')).body.products
    expect(Object.keys((await ask(sandbox, `/v1/catalogs/products/${product.id}`)).body)).toContain('type')
    expect(Object.keys(product)).not.toContain('type')
  })

  it('are found by product and by ids', async () => {
    const sandbox = await setup()
    const plans = sandbox.expected('plans')
    const { product_id } = plans[3]!
    const ofProduct = await readAll(sandbox, `/v1/billing/plans?product_id=${product_id}`, 'plans')
    expect(ids(ofProduct).toSorted()).toEqual(ids(plans.filter((plan) => plan.product_id === product_id)).toSorted())
    const two = ids(plans).slice(0, 2)
    expect(ids(await readAll(sandbox, `/v1/billing/plans?plan_ids=${two}`, 'plans')).toSorted()).toEqual(two.toSorted())
    expect((await ask(sandbox, `/v1/billing/plans?plan_ids=${ids(plans).slice(0, 11)}`)).status).toBe(400)
  })

  it('are no field at all of a list without products', async () => {
    const sandbox = await setup({ counts: { products: 0, plans: 0 } })
    expect(Object.keys((await ask(sandbox, '/v1/catalogs/products')).body)).toEqual(['links'])
    expect((await ask(sandbox, '/v1/billing/plans?total_required=true')).body.plans).toEqual([])
  })
})

describe('invoices', () => {
  it('are found by creation with both ends, by status and by number, without their items', async () => {
    const sandbox = await setup()
    const all = sandbox.expected('invoices') as Loose[]
    const find = async (body: object) =>
      readAll(sandbox, '/v2/invoicing/search-invoices?page_size=100&total_required=true', 'items', { body })
    const created = ({ detail }: Loose) => detail.metadata.create_time
    const [start, end] = [created(all[9]), created(all[3])]
    const inRange = (await find({ creation_date_range: { start, end } })) as Loose[]
    expect(ids(inRange).toSorted()).toEqual(
      ids(all.filter((invoice) => created(invoice) >= start && created(invoice) <= end)).toSorted(),
    )
    expect([ids(inRange).includes(all[3].id), ids(inRange).includes(all[9].id)]).toEqual([true, true])
    for (const invoice of inRange)
      for (const name of ['items', 'payments', 'refunds']) expect(invoice).not.toHaveProperty(name)
    const drafts = all.filter(({ status }) => status === 'DRAFT')
    expect(ids(await find({ status: ['DRAFT'] })).toSorted()).toEqual(ids(drafts).toSorted())
    const { invoice_number } = all[7].detail
    expect(ids(await find({ invoice_number }))).toEqual([all[7].id])
    expect(await find({ archived: true })).toEqual([])
  })

  it('have up to a hundred items, and a search shows them only where the option says so', async () => {
    const sandbox = await setup()
    const all = sandbox.expected('invoices') as Loose[]
    const long = all.find(({ items }) => items.length === 100)
    expect((await ask(sandbox, `/v2/invoicing/invoices/${long.id}`)).body.items.length).toBe(100)
    const body = { invoice_number: long.detail.invoice_number, fields: ['items'] }
    expect((await ask(sandbox, '/v2/invoicing/search-invoices', { body })).body.items[0].items).toBeUndefined()
    const other = await setup({ searchShowsFields: true })
    expect((await ask(other, '/v2/invoicing/search-invoices', { body })).body.items[0].items.length).toBe(100)
  })

  it('are searched page by page, a hundred at most, up to the thousandth', async () => {
    const sandbox = await setup()
    const path = '/v2/invoicing/search-invoices'
    const total = sandbox.expected('invoices').length
    const { body } = await ask(sandbox, `${path}?total_required=true&page_size=3&page=2`, { body: {} })
    expect([body.items.length, body.total_items, body.total_pages]).toEqual([3, total, Math.ceil(total / 3)])
    expect((await ask(sandbox, path, { body: {} })).body.total_items).toBeUndefined()
    expect((await ask(sandbox, `${path}?page=1000`, { body: {} })).body.items).toEqual([])
    for (const query of ['page=1001', 'page_size=101', 'limit=1'])
      expect((await ask(sandbox, `${path}?${query}`, { body: {}, isWrong: true })).status).toBe(400)
    const range = { start: at(now - day) }
    for (const wrong of [
      { created: range },
      { creation_date_range: range },
      { status: ['OPEN'] },
      { fields: ['all'] },
    ]) {
      const reply = await ask(sandbox, path, { body: wrong, isWrong: true })
      expect([reply.status, reply.name, reply.body.details[0].location]).toEqual([400, 'INVALID_REQUEST', 'body'])
    }
    // What the specification has and the sandbox has not is no filtered list.
    const headers = { authorization: `Bearer ${await tokenOf(sandbox)}` }
    const unknown = await fetch(sandbox.url + path, { method: 'POST', headers, body: '{"memo":"internal"}' })
    expect(unknown.status).toBe(501)
  })
})

describe('the exceptions from the specifications', () => {
  it('are all needed by what this file and the errors hold', async () => {
    const sandbox = await setup({
      maximumItems: 1,
      tokenLifetime: 60,
      limits: { accountPerSecond: 0.001, accountBurst: 9 },
    })
    const token = await tokenOf(sandbox)
    const window = `start_date=${at(now - 20 * day)}&end_date=${at(now)}`
    await ask(sandbox, `/v1/reporting/transactions?${window}`)
    await ask(sandbox, `/v1/reporting/transactions?start_date=${at(now)}&end_date=${at(now)}`)
    await ask(
      await setup({ unavailableStatus: 404 }),
      `/v1/reporting/transactions?start_date=${at(now)}&end_date=${at(now)}`,
    )
    await ask(sandbox, '/v1/billing/plans', { token: 'unknown' })
    sandbox.advance(60)
    await ask(sandbox, '/v1/billing/plans', { token })
    for (let n = 0; n < 9; n++) await ask(sandbox, '/v1/billing/plans')
    const ofPayPal = exceptions.filter(({ vendor }) => vendor === 'paypal')
    expect(ofPayPal.filter((exception) => !usedExceptions.has(exception))).toEqual([])
  })
})
