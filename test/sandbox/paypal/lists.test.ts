import { beforeAll, describe, expect, it } from 'vitest'
import type { Fields, ResourceName, Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { exceptions, usedExceptions } from '../../specs/exceptions.ts'
import { ask, at, day, now, readAll, searchAll, setup, sorted, tokenOf } from './support.ts'

beforeAll(() => usedExceptions.clear())

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
type Loose = any

const ids = (objects: readonly Fields[], field = 'id') => objects.map((object) => object[field])

const listed = async (sandbox: Sandbox, path: string, field: string) => {
  const found = ids(await readAll(sandbox, path, field))
  return Promise.all(found.map(async (id) => (await ask(sandbox, `${path.split('?')[0]}/${id}`)).body as Fields))
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
    const found = await readAll(sandbox, '/v2/invoicing/search-invoices?page_size=100', 'items', { body: {} })
    const invoices = found.map(async ({ id }) => (await ask(sandbox, `/v2/invoicing/invoices/${id}`)).body)
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

describe('subscriptions', () => {
  it('are found by plan, status and times, whose ends do not belong to the range', async () => {
    const sandbox = await setup()
    const all = sandbox.expected('subscriptions') as Loose[]
    const find = async (query: string) =>
      ids(await readAll(sandbox, `/v1/billing/subscriptions?page_size=20&${query}`, 'subscriptions')).toSorted()
    const matching = (fits: (one: Loose) => boolean) => ids(all.filter(fits)).toSorted()
    const { plan_id, create_time: time, status_update_time: changed } = all[4]
    expect(await find(`plan_ids=${plan_id}`)).toEqual(matching((one) => one.plan_id === plan_id))
    expect(await find('statuses=CANCELLED,EXPIRED')).toEqual(matching(({ status }) => /CANC|EXP/.test(status)))
    expect(await find(`created_after=${time}`)).toEqual(matching(({ create_time }) => create_time > time))
    expect(await find(`created_before=${time}`)).toEqual(matching(({ create_time }) => create_time < time))
    expect(await find(`status_updated_before=${changed}`)).toEqual(
      matching(({ status_update_time }) => status_update_time < changed),
    )
    const second = Date.parse(time) / 1_000
    expect(await find(`created_after=${at(second - 1)}&created_before=${at(second + 1)}`)).toContain(all[4].id)
  })

  it('are not counted; the last page has no link to a next one', async () => {
    const sandbox = await setup()
    const first = (await ask(sandbox, '/v1/billing/subscriptions')).body
    expect(Object.keys(first)).toEqual(['subscriptions', 'links'])
    expect([first.subscriptions.length, ...first.links.map(({ rel }: Loose) => rel)]).toEqual([10, 'self', 'next'])
    const last = (await ask(sandbox, '/v1/billing/subscriptions?page=100')).body
    expect([last.subscriptions, ...last.links.map(({ rel }: Loose) => rel)]).toEqual([[], 'self'])
    const wrong = ['total_required=true', 'page_size=21', 'statuses=PAUSED', 'created_after=2026-01-01']
    for (const query of wrong)
      expect((await ask(sandbox, `/v1/billing/subscriptions?${query}`, { isWrong: true })).status).toBe(400)
  })

  it('show the plan and the failed payment only if a request names them', async () => {
    const sandbox = await setup()
    const failed = sandbox
      .expected('subscriptions')
      .find(({ billing_info }: Loose) => billing_info?.last_failed_payment)!
    const plain = (await ask(sandbox, `/v1/billing/subscriptions/${failed.id}`)).body
    expect([plain.plan, plain.billing_info.last_failed_payment]).toEqual([undefined, undefined])
    const full = (await ask(sandbox, `/v1/billing/subscriptions/${failed.id}?fields=last_failed_payment,plan`)).body
    expect([full.plan.id, full.billing_info.last_failed_payment.reason_code]).toEqual([
      failed.plan_id,
      'PAYMENT_DENIED',
    ])
    expect((await ask(sandbox, `/v1/billing/subscriptions/${failed.id}?fields=all`)).status).toBe(400)
    expect((await ask(sandbox, '/v1/billing/subscriptions/I-UNKNOWN')).status).toBe(404)
  })

  it('have no list where PayPal has not switched it on', async () => {
    for (const [status, name] of [
      [404, 'RESOURCE_NOT_FOUND'],
      [403, 'NOT_AUTHORIZED'],
    ] as const) {
      const sandbox = await setup({ subscriptionList: status })
      const reply = await ask(sandbox, '/v1/billing/subscriptions')
      expect([reply.status, reply.name]).toEqual([status, name])
      const [known] = sandbox.expected('subscriptions')
      expect((await ask(sandbox, `/v1/billing/subscriptions/${known!.id}`)).status).toBe(200)
    }
  })

  it('list their payments, which the ledger has', async () => {
    const sandbox = await setup({ lag: 0 })
    const lines = sandbox.expected('transactions').map(({ transaction_info }: Loose) => transaction_info)
    const paid = lines.filter(({ paypal_reference_id_type }) => paypal_reference_id_type === 'SUB')
    const id = paid[0].paypal_reference_id
    const range = `start_time=${at(now - 3 * 365 * day)}&end_time=${at(now)}`
    const { transactions } = (await ask(sandbox, `/v1/billing/subscriptions/${id}/transactions?${range}`)).body
    const expected = paid.filter(({ paypal_reference_id }) => paypal_reference_id === id)
    expect(ids(transactions).toSorted()).toEqual(ids(expected, 'transaction_id').toSorted())
    const missing = await ask(sandbox, `/v1/billing/subscriptions/${id}/transactions`, { isWrong: true })
    expect([missing.status, missing.issue]).toEqual([400, 'MISSING_REQUIRED_PARAMETER'])
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
    const found = (await find({ creation_date_range: { start, end } })) as Loose[]
    expect(ids(found).toSorted()).toEqual(
      ids(all.filter((one) => created(one) >= start && created(one) <= end)).toSorted(),
    )
    expect([ids(found).includes(all[3].id), ids(found).includes(all[9].id)]).toEqual([true, true])
    for (const invoice of found)
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

describe('disputes', () => {
  const path = '/v1/customer/disputes'
  const next = ({ links }: Loose) => links.find(({ rel }: Loose) => rel === 'next')?.href
  const tokenIn = (href: string) => new URL(href).searchParams.get('next_page_token')!
  const read = async (sandbox: Sandbox, query: string) => {
    const found: Loose[] = []
    for (let token = ''; ; ) {
      const { body } = await ask(sandbox, `${path}?${query}${token && `&next_page_token=${encodeURIComponent(token)}`}`)
      found.push(...(body.items ?? []))
      if (!next(body)) return found
      token = tokenIn(next(body))
    }
  }

  it('of the last 180 days are listed, page by page, by a token that stands in a link alone', async () => {
    const sandbox = await setup({ transactions: 4_000, density: 'uniform' })
    const all = sandbox.expected('disputes') as Loose[]
    const recent = all.filter(({ update_time }) => Date.parse(update_time) > (now - 180 * day) * 1_000)
    expect(recent.length).toBeGreaterThan(4)
    expect(recent.length).toBeLessThan(all.length)
    const found = await read(sandbox, 'page_size=3')
    for (const size of [1, 2, 3, 50])
      expect(ids(await read(sandbox, `page_size=${size}`), 'dispute_id').toSorted()).toEqual(
        ids(recent, 'dispute_id').toSorted(),
      )
    const { body } = await ask(sandbox, `${path}?page_size=2`)
    expect(Object.keys(body)).toEqual(['items', 'links'])
    expect(tokenIn(next(body))).toMatch(/^[A-Za-z0-9+/=]+$/)
    for (const dispute of found) expect(dispute.disputed_transactions).toBeUndefined()
    const old = all.find((one) => !recent.includes(one))
    expect((await ask(sandbox, `${path}/${old.dispute_id}`)).body.disputed_transactions.length).toBe(1)
  })

  it('are found by their time of change, within 180 days and without the ends, to the millisecond', async () => {
    const sandbox = await setup()
    const [dispute] = sandbox.expected('disputes') as Loose[]
    const ms = Date.parse(dispute.update_time)
    const time = (offset: number) => new Date(ms + offset).toISOString()
    const isIn = async (query: string) => ids(await read(sandbox, query), 'dispute_id').includes(dispute.dispute_id)
    expect(await isIn(`update_time_after=${time(-1)}`)).toBe(true)
    expect(await isIn(`update_time_after=${time(0)}`)).toBe(false)
    expect(await isIn(`update_time_before=${time(0)}`)).toBe(false)
    expect(await isIn(`update_time_before=${time(1)}`)).toBe(true)
    const oldest = now - 180 * day
    expect((await ask(sandbox, `${path}?update_time_after=${at(oldest)}`)).status).toBe(200)
    for (const field of ['update_time_after', 'update_time_before', 'start_time']) {
      const reply = await ask(sandbox, `${path}?${field}=${at(oldest - 1)}`)
      expect([reply.status, reply.name, reply.body.details[0].field]).toEqual([400, 'INVALID_REQUEST', field])
    }
  })

  it('are found by the payment and the state; a page of none has no items', async () => {
    const sandbox = await setup()
    const [dispute] = sandbox.expected('disputes') as Loose[]
    const { seller_transaction_id: id } = dispute.disputed_transactions[0]
    expect(ids(await read(sandbox, `disputed_transaction_id=${id}`), 'dispute_id')).toEqual([dispute.dispute_id])
    const states = new Set((await read(sandbox, 'dispute_state=RESOLVED')).map(({ dispute_state }) => dispute_state))
    expect(states).toEqual(new Set(['RESOLVED']))
    const { body } = await ask(sandbox, `${path}?disputed_transaction_id=UNKNOWN`)
    expect(Object.keys(body)).toEqual(['links'])
    const wrong = [
      'page_size=51',
      'page=2',
      'dispute_state=OPEN',
      'next_page_token=AAAA',
      'update_time_after=yesterday',
    ]
    for (const query of wrong) expect((await ask(sandbox, `${path}?${query}`, { isWrong: true })).status).toBe(400)
    const both = await ask(sandbox, `${path}?start_time=${at(now - day)}&disputed_transaction_id=${id}`)
    expect(both.status).toBe(400)
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
