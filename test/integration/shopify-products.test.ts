import { describe, expect, it } from 'vitest'
import { fields } from '../../src/provider/fields.ts'
import { openShop } from './shopify-setup.ts'

/* Rows with columns from an object around them. Their own payload does not change with it. */

async function openWithPrices() {
  const opened = await openShop({ orders: 40 })
  const { run, shop, stack } = opened
  await run()
  const product = shop.expected('products').find(({ status }) => status === 'ACTIVE')!
  const prices = async () => {
    const rows = await stack.query<{ active: boolean; live: boolean }>(
      `select distinct active, deleted_at is null as live from prices where product_id = $1`,
      [product.id],
    )
    return rows.map(({ active, live }) => (live ? active : 'deleted'))
  }
  const sync = (sync_type: string) => {
    shop.advance(900)
    return run({ sync_type })
  }
  return { ...opened, product, prices, sync }
}

describe.each(['incremental', 'full'])('the prices of a product, by a job that is %s,', (kind) => {
  it('are active while the product is: archived, sold again, a draft, deleted', async () => {
    const { shop, product, prices, sync, verify } = await openWithPrices()
    expect(await prices()).toEqual([true])
    const seen: unknown[] = []
    for (const status of ['ARCHIVED', 'ACTIVE', 'DRAFT', 'UNLISTED']) {
      shop.update('products', product.id, { status })
      expect(await sync(kind)).toMatchObject({ status: 'completed' })
      seen.push([status, await prices()])
    }
    expect(seen).toEqual([
      ['ARCHIVED', [false]],
      ['ACTIVE', [true]],
      ['DRAFT', [false]],
      ['UNLISTED', [true]],
    ])
    expect(await verify()).toEqual([])
    shop.remove('products', product.id)
    await sync(kind)
    expect(await prices()).toEqual(['deleted'])
  })

  it('are counted as changed once, and as unchanged after that', async () => {
    const { shop, product, sync } = await openWithPrices()
    const variants = shop
      .expected('productVariants')
      .filter(({ product: parent }) => fields(parent).id === product.id).length
    shop.update('products', product.id, { status: 'ARCHIVED' })
    const updated = variants
    expect(await sync(kind)).toMatchObject({ result: { resources: { prices: { updated } } } })
    shop.update('products', product.id, {})
    expect(await sync(kind)).toMatchObject({ result: { resources: { prices: { updated: 0 } } } })
  })

  it('are not the only ones: a payment has the customer that its order has now', async () => {
    const { shop, stack, sync, verify } = await openWithPrices()
    const [{ order_id: orderId }] = (await stack.query(
      `select order_id from payments where customer_id is not null and order_id in (select order_id from refunds) limit 1`,
    )) as [{ order_id: string }]
    const [customer] = shop.expected('customers')
    shop.update('orders', orderId, { customer: { id: customer!.id } })
    await sync(kind)
    const customersOf = (table: string) =>
      stack.query(`select distinct customer_id as id from ${table} where order_id = $1`, [orderId])
    expect([await customersOf('payments'), await customersOf('refunds')]).toEqual([
      [{ id: customer!.id }],
      [{ id: customer!.id }],
    ])
    expect(await verify()).toEqual([])
  })
})
