import { describe, expect, it } from 'vitest'
import { fields } from '../../src/provider/fields.ts'
import { Item } from '../../src/provider/item.ts'
import { readScopes, type ShopifyObject } from '../../src/sandbox/shopify/index.ts'
import { never, now, openShop } from './shopify-setup.ts'

type Shop = Awaited<ReturnType<typeof openShop>>

/** All items of a nested list of an object, read as the core reads it. */
async function readNested({ source, nested }: Shop, { parent, name, id }: Record<'parent' | 'name' | 'id', string>) {
  const { item } = await source(parent).retrieve!(id, never)
  const list = nested(parent, name)
  const embedded = list.embedded(item!)!
  const rows = embedded.items.map((entry) => list.row(entry))
  for (let next = embedded.next; next !== null; ) {
    const page = await list.list(id, { cursor: next === '' ? null : next, limit: 100 }, never)
    rows.push(...page.items.map((entry) => list.row(entry)))
    next = page.next
  }
  return rows
}

/** `count` copies of an entry under ids of their own. */
const copies = (entry: unknown, count: number) =>
  Array.from({ length: count }, (_, at) => ({ ...fields(entry), id: `${String(fields(entry).id)}${at}` }))

const listIn = (object: ShopifyObject | undefined, name: string) => object?.[name] as readonly ShopifyObject[]

describe('an order', () => {
  it('has all its lines, payments and refunds, however many more than a page shows of them', async () => {
    const shop = await openShop()
    const order = shop.sandbox.expected('orders').find((object) => listIn(object, 'refunds').length > 0)!
    const lines = copies(listIn(order, 'lineItems')[0], 130)
    const sale = { ...listIn(order, 'transactions')[0], kind: 'SALE', status: 'SUCCESS' }
    const transactions = [...copies(sale, 60), { ...sale, id: `${sale.id}99`, kind: 'VOID' }]
    const refunds = copies(listIn(order, 'refunds')[0], 5)
    shop.sandbox.update('orders', order.id, { lineItems: lines, transactions, refunds })
    const read = (name: string) => readNested(shop, { parent: 'orders', name, id: order.id })
    const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
    expect(ids(await read('order_lines'))).toEqual(lines.map(({ id }) => id))
    expect(ids(await read('payments'))).toEqual(transactions.slice(0, 60).map(({ id }) => id))
    expect(ids(await read('refunds'))).toEqual(refunds.map(({ id }) => id))
    const customerId = fields(order.customer).id
    expect((await read('payments')).every((row) => fields(row).customerId === customerId)).toBe(true)
    expect(fields((await read('refunds'))[0]).customerId).toBe(customerId)
  })

  it('whose payments are more than Shopify shows is refused', async () => {
    const shop = await openShop()
    const order = shop.sandbox.expected('orders')[0]!
    shop.sandbox.fail({
      kind: 'error',
      status: 200,
      body: { data: { order: { id: order.id, transactionsCount: { count: 9 }, transactions: [] } } },
    })
    await expect(
      shop.nested('orders', 'payments').list(order.id, { cursor: null, limit: 100 }, never),
    ).rejects.toMatchObject({
      code: 'provider_contract',
      scope: 'object',
    })
  })

  it('counts money once: an authorization takes none, its capture does', async () => {
    const { nested } = await openShop({ orders: 10 })
    const amountSet = {
      shopMoney: { amount: '12.30', currencyCode: 'EUR' },
      presentmentMoney: { amount: '1.500', currencyCode: 'KWD' },
    }
    const row = (more: object) =>
      nested('orders', 'payments').row(
        Item.of({ id: 'gid://shopify/OrderTransaction/1', status: 'SUCCESS', test: true, amountSet, ...more }),
      )
    expect(row({ kind: 'AUTHORIZATION' })).toMatchObject({
      amount: 1_230,
      currency: 'eur',
      amountCaptured: 0,
      paid: false,
    })
    expect(row({ kind: 'CAPTURE' })).toMatchObject({
      amountCaptured: 1_230,
      paid: true,
      captured: true,
      livemode: false,
    })
    expect(row({ kind: 'SALE', status: 'FAILURE' })).toMatchObject({ amountCaptured: 0, paid: false })
    expect(row({ kind: 'SALE' })).toMatchObject({
      presentmentAmount: 1_500,
      presentmentCurrency: 'kwd',
      status: 'SUCCESS',
    })
    const fees = [
      { amount: { amount: '0.30', currencyCode: 'EUR' } },
      { amount: { amount: '0.12', currencyCode: 'EUR' } },
    ]
    expect(row({ kind: 'SALE', fees })).toMatchObject({ fee: 42 })
    expect(row({ kind: 'SALE', fees: [...fees, { amount: { amount: '1', currencyCode: 'USD' } }] })).toMatchObject({
      fee: null,
    })
  })
})

describe('lists inside other objects', () => {
  it('are read to their ends: variants, plans and lines of contracts', async () => {
    const shop = await openShop()
    const { sandbox } = shop
    const [contract] = sandbox.expected('subscriptionContracts')
    const lines = copies(listIn(contract, 'lines')[0], 30)
    sandbox.update('subscriptionContracts', contract!.id, { lines })
    expect(
      await readNested(shop, { parent: 'subscriptions', name: 'subscription_items', id: contract!.id }),
    ).toHaveLength(30)
    const [group] = sandbox.expected('sellingPlanGroups')
    sandbox.update('sellingPlanGroups', group!.id, { sellingPlans: copies(listIn(group, 'sellingPlans')[0], 90) })
    expect(
      await readNested(shop, { parent: 'selling_plan_groups', name: 'selling_plans', id: group!.id }),
    ).toHaveLength(90)
    const [product] = sandbox.expected('products')
    for (let at = 0; at < 9; at++)
      sandbox.insert('productVariants', { product: { id: product!.id }, price: `${at}.50` })
    const prices = await readNested(shop, { parent: 'products', name: 'prices', id: product!.id })
    expect(prices).toHaveLength(
      sandbox.expected('productVariants').filter((variant) => fields(variant.product).id === product!.id).length,
    )
    expect(prices.map((price) => fields(price).unitAmount)).toEqual(expect.arrayContaining([50, 150, 850]))
    expect(prices.every((price) => fields(price).currency === 'usd')).toBe(true)
  })

  it('of an object that is gone meanwhile say so', async () => {
    const { account } = await openShop({ orders: 10 })
    for (const source of account.sources)
      for (const nested of source.nested ?? [])
        await expect(nested.list('gid://shopify/Order/1', { cursor: null, limit: 10 }, never)).rejects.toMatchObject({
          code: 'not_found',
          scope: 'object',
        })
  })
})

describe('orders without the scope read_all_orders', () => {
  const scopes = readScopes.filter((scope) => scope !== 'read_all_orders')

  it('are those of the last 60 days, and the first page says so in a note', async () => {
    const { page } = await openShop({ scopes })
    const first = await page('orders', { limit: 5 })
    expect(first).toMatchObject({ note: expect.stringMatching(/^orders: .* last 60 days .* read_all_orders/) })
    expect(await page('orders', { limit: 5, cursor: first.next })).not.toHaveProperty('note')
    const recent = { from: now - 30 * 86_400, to: null }
    expect(await page('orders', { limit: 5, window: recent })).not.toHaveProperty('note')
  })

  it('are not taken for deleted when they are older', async () => {
    const { source, sandbox } = await openShop({ scopes })
    const { id } = sandbox.expected('orders').at(-1)!
    await expect(source('orders').retrieve!(id, never)).rejects.toMatchObject({
      code: 'permission_denied',
      scope: 'object',
      message: expect.stringContaining('read_all_orders'),
    })
  })

  it('are all orders with it, and one that is gone is gone', async () => {
    const { page, source } = await openShop()
    expect(await page('orders', { limit: 5 })).not.toHaveProperty('note')
    expect(await source('orders').retrieve!('gid://shopify/Order/1', never)).toMatchObject({ item: null })
  })
})

describe('a list of more than 25,000 objects', () => {
  it('is left before it ends, so that the core reads on from the last second', async () => {
    const { page, sandbox } = await openShop()
    const { next } = await page('customers', { limit: 10 })
    expect(next).toMatch(/^10 /)
    const deep = next!.replace(/^10 /, '24995 ')
    await expect(page('customers', { limit: 10, cursor: deep })).rejects.toMatchObject({
      code: 'cursor_gone',
      scope: 'page',
    })
    expect((await page('customers', { limit: 5, cursor: deep })).items).toHaveLength(5)
    await expect(page('customers', { cursor: 'not a cursor' })).rejects.toMatchObject({
      code: 'cursor_gone',
      scope: 'page',
    })
    expect(sandbox.requests).toHaveLength(2)
  })
})

describe('the events of deletions', () => {
  it('name what is gone, and nothing else', async () => {
    const { account, sandbox } = await openShop()
    const [customer, order, product] = (['customers', 'orders', 'products'] as const).map(
      (name) => sandbox.expected(name)[0]!.id,
    )
    sandbox.advance(10)
    sandbox.remove('customers', customer!)
    sandbox.remove('orders', order!)
    sandbox.remove('products', product!)
    const changes = account.changes!
    const { items } = await changes.list({ cursor: null, limit: 100, window: { from: now + 5, to: null } }, never)
    const at = now + 10
    const seen = items.flatMap((event) => changes.read(event) ?? [])
    expect(seen).toHaveLength(3)
    expect(seen).toEqual(
      expect.arrayContaining([
        { resource: 'customers', id: customer, at, gone: true, item: null },
        { resource: 'orders', id: order, at, gone: true, item: null },
        { resource: 'products', id: product, at, gone: true, item: null },
      ]),
    )
  })
})
