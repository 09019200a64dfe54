import { describe, expect, it } from 'vitest'
import { ask, at, day, idsOf, listQuery, now, page, readAll, seconds, setup } from './support.ts'

const numeric = (id: string) => Number(id.split('/').at(-1))

describe('a list', () => {
  it.each([
    ['customers', 'customers'],
    ['orders', 'orders'],
    ['products', 'products'],
    ['productVariants', 'productVariants'],
    ['subscriptionContracts', 'subscriptionContracts'],
    ['subscriptionBillingAttempts', 'subscriptionBillingAttempts'],
    ['disputes', 'disputes'],
  ] as const)('holds each object once, page by page: %s', async (name, resource) => {
    const sandbox = await setup()
    const nodes = await readAll(sandbox, name, { first: 17 })
    expect(idsOf(nodes).toSorted()).toEqual(idsOf(sandbox.expected(resource)).toSorted())
    expect(nodes.length).toBeGreaterThan(3)
  })

  it.each([
    ['customers', 'CREATED_AT', 'createdAt'],
    ['customers', 'UPDATED_AT', 'updatedAt'],
    ['orders', 'CREATED_AT', 'createdAt'],
    ['orders', 'UPDATED_AT', 'updatedAt'],
    ['orders', 'PROCESSED_AT', 'processedAt'],
    ['products', 'UPDATED_AT', 'updatedAt'],
    ['subscriptionContracts', 'UPDATED_AT', 'updatedAt'],
  ])('of %s is in the order %s, both ways', async (name, sortKey, field) => {
    const sandbox = await setup()
    const up = await readAll(sandbox, name, { sortKey, fields: field })
    const down = await readAll(sandbox, name, { sortKey, fields: field, reverse: true })
    const sorted = up.toSorted((a, b) => seconds(a[field]) - seconds(b[field]) || numeric(a.id) - numeric(b.id))
    expect(up).toEqual(sorted)
    expect(down).toEqual(up.toReversed())
  })

  it('has ties in a second, in the order of their ids', async () => {
    const sandbox = await setup({ density: 'same-second', orders: 2_000 })
    const orders = await readAll(sandbox, 'orders', { sortKey: 'CREATED_AT', first: 250, fields: 'createdAt' })
    const bySecond = new Map<string, { readonly id: string; readonly createdAt: string }[]>()
    for (const order of orders) bySecond.set(order.createdAt, [...(bySecond.get(order.createdAt) ?? []), order])
    const [most] = [...bySecond.values()].toSorted((a, b) => b.length - a.length)
    expect(most!.length).toBeGreaterThanOrEqual(200)
    expect(most!.map(({ id }) => numeric(id))).toEqual(most!.map(({ id }) => numeric(id)).toSorted((a, b) => a - b))
    const query = `created_at:'${most![0]!.createdAt}'`
    expect(idsOf(await readAll(sandbox, 'orders', { sortKey: 'CREATED_AT', query, first: 50 }))).toEqual(idsOf(most!))
  })

  it('shows moments in whole seconds', async () => {
    const sandbox = await setup()
    for (const { createdAt, updatedAt } of sandbox.expected('orders'))
      for (const moment of [createdAt, updatedAt]) expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  it('takes a first of 1 to 250 and needs one', async () => {
    const sandbox = await setup()
    expect((await ask(sandbox, '{ orders(first: 250) { nodes { id } } }')).errors).toBeUndefined()
    expect((await ask(sandbox, '{ orders(first: 251) { nodes { id } } }')).code).toBe('BAD_REQUEST')
    const without = await ask(sandbox, '{ orders { nodes { id } } }')
    expect([without.status, without.errors[0].message]).toEqual([200, 'you must provide one of first or last'])
    expect(without.data).toBeNull()
  })

  it('of the payments account is its payouts and balance transactions, and without Shopify Payments there is none', async () => {
    const query =
      '{ shopifyPaymentsAccount { id payouts(first: 250) { nodes { id } } balanceTransactions(first: 250) { nodes { id } } } }'
    const sandbox = await setup()
    const { data } = await ask(sandbox, query)
    const { payouts, balanceTransactions } = data.shopifyPaymentsAccount
    expect(idsOf(payouts.nodes).toSorted()).toEqual(idsOf(sandbox.expected('payouts')).toSorted())
    expect(balanceTransactions.nodes).toHaveLength(sandbox.expected('balanceTransactions').length)
    expect((await ask(await setup({ shopifyPayments: false }), query)).data).toEqual({ shopifyPaymentsAccount: null })
  })
})

describe('a cursor', () => {
  it('is of one list with one search and one order; any other is refused', async () => {
    const sandbox = await setup()
    const listing = { sortKey: 'UPDATED_AT', query: "updated_at:>='2020-01-01'", first: 5 }
    const { pageInfo } = await page(sandbox, 'orders', listing)
    const after = pageInfo.endCursor
    const others = [
      ['orders', { ...listing, query: "updated_at:>='2020-01-02'" }],
      ['orders', { ...listing, sortKey: 'CREATED_AT' }],
      ['orders', { ...listing, reverse: true }],
      ['customers', listing],
    ] as const
    for (const [name, other] of others) {
      const { errors, data } = await ask(sandbox, listQuery(name, { ...other, after }))
      expect([errors[0].message, data]).toEqual(['Invalid cursor for current pagination sort.', null])
    }
    expect(sandbox.stats().cursorMisuse).toBe(4)
    expect((await page(sandbox, 'orders', { ...listing, first: 9, after })).nodes).toHaveLength(9)
    expect((await ask(sandbox, listQuery('orders', { ...listing, after: 'bm8=' }))).errors[0].message).toMatch(
      'Invalid',
    )
  })

  it('expires where the sandbox is told so', async () => {
    const sandbox = await setup({ cursorLifetime: 60 })
    const { pageInfo } = await page(sandbox, 'orders', { first: 5 })
    sandbox.advance(60)
    const { pageInfo: next } = await page(sandbox, 'orders', { first: 5, after: pageInfo.endCursor })
    sandbox.advance(61)
    expect((await ask(sandbox, listQuery('orders', { first: 5, after: next.endCursor }))).code).toBe('BAD_REQUEST')
  })

  it('outlives its object, and an empty page has one too', async () => {
    const sandbox = await setup({ emptyPages: 0.4 })
    const all = idsOf(sandbox.expected('orders'))
    const seen: string[] = []
    let pages = 0
    let after: string | undefined
    while (true) {
      const { nodes, pageInfo } = await page(sandbox, 'orders', { first: 20, ...(after ? { after } : {}) })
      if (nodes.length === 0) expect(pageInfo).toMatchObject({ hasNextPage: true, endCursor: expect.any(String) })
      pages++
      seen.push(...idsOf(nodes))
      const last = nodes.at(-1)
      if (last) sandbox.remove('orders', last.id)
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(seen.toSorted()).toEqual(all.toSorted())
    expect(pages).toBeGreaterThan(13)
  })

  it('leads no deeper than 25,000 objects', async () => {
    const sandbox = await setup({ deepest: 100 })
    const { pageInfo } = await page(sandbox, 'orders', { first: 60 })
    const second = await page(sandbox, 'orders', { first: 60, after: pageInfo.endCursor })
    expect([second.nodes.length, second.pageInfo.hasNextPage]).toEqual([40, true])
    expect((await ask(sandbox, listQuery('orders', { first: 60, after: second.pageInfo.endCursor }))).code).toBe(
      'BAD_REQUEST',
    )
  })
})

describe('a list within an object', () => {
  it('is cut at its first; a connection has a cursor, a plain list has none', async () => {
    const sandbox = await setup()
    const order = sandbox.expected('orders').toSorted((a, b) => length(b.lineItems) - length(a.lineItems))[0]!
    const query = (rest: string) =>
      `{ order(id: "${order.id}") { lineItems(first: 15${rest}) { nodes { id } pageInfo { hasNextPage endCursor } } } }`
    const first = (await ask(sandbox, query(''))).data.order.lineItems
    expect(first.nodes).toHaveLength(15)
    expect(first.pageInfo.hasNextPage).toBe(true)
    const second = (await ask(sandbox, query(`, after: "${first.pageInfo.endCursor}"`))).data.order.lineItems
    expect(idsOf([...first.nodes, ...second.nodes])).toEqual(
      idsOf(order.lineItems as []).slice(0, 15 + second.nodes.length),
    )

    const refunded = sandbox.expected('orders').find(({ refunds }) => length(refunds) > 1)!
    const lists = (size: string) =>
      `{ order(id: "${refunded.id}") { transactionsCount { count } transactions${size} { id } refunds${size} { id transactions(first: 5) { nodes { id kind } } } } }`
    const { data } = await ask(sandbox, lists('(first: 1)'))
    expect(data.order.transactions).toHaveLength(1)
    expect(data.order.refunds).toHaveLength(1)
    expect(data.order.transactionsCount.count).toBe(length(refunded.transactions))
    const whole = await ask(sandbox, lists(''))
    expect(idsOf(whole.data.order.refunds)).toEqual(idsOf(refunded.refunds as []))
  })

  it('of products is their variants', async () => {
    const sandbox = await setup()
    const products = await readAll(sandbox, 'products', { first: 5, fields: 'variants(first: 100) { nodes { id } }' })
    const variants = products.flatMap((product) => idsOf(product.variants.nodes))
    expect(variants.toSorted()).toEqual(idsOf(sandbox.expected('productVariants')).toSorted())
    expect(products.some((product) => product.variants.nodes.length > 20)).toBe(true)
  })
})

describe('a count', () => {
  it('is exact up to its limit, 10,000 unless the query says else', async () => {
    const sandbox = await setup()
    const query = '{ ordersCount { count precision } few: ordersCount(limit: 100) { count precision } }'
    expect((await ask(sandbox, query)).data).toEqual({
      ordersCount: { count: 240, precision: 'EXACT' },
      few: { count: 100, precision: 'AT_LEAST' },
    })
    const created = at(now - 365 * day)
    const counted = await ask(sandbox, `{ customersCount(query: "created_at:>='${created}'") { count } }`)
    const expected = sandbox.expected('customers').filter(({ createdAt }) => String(createdAt) >= created)
    expect(counted.data.customersCount.count).toBe(expected.length)
  })

  it('stops at 25,001', async () => {
    const sandbox = await setup({ counts: { orders: 25_100 } })
    const { data } = await ask(sandbox, '{ ordersCount(limit: null) { count precision } }')
    expect(data.ordersCount).toEqual({ count: 25_001, precision: 'AT_LEAST' })
  })
})

const length = (value: unknown) => (value as unknown[]).length
