import { expect, it } from 'vitest'
import { readScopes } from '../../src/sandbox/shopify/index.ts'
import { openShop } from './shopify-setup.ts'

it('a shop that did not grant read_products has its orders copied without products, and with them once it did', async () => {
  const scopes: string[] = readScopes.filter((scope) => scope !== 'read_products')
  const { run, stack, verify, differences } = await openShop({ orders: 100, scopes })
  const withProduct = async () => {
    const [row] = await stack.query<{ n: string }>('select count(product_id) as n from order_lines')
    return Number(row?.n)
  }
  const note = expect.stringContaining('orders: Shopify withholds product, variant (read_products)')
  expect(await run()).toMatchObject({
    status: 'completed',
    error: null,
    result: {
      note,
      resources: {
        orders: { created: 100, proof: { equal: true } },
        products: { skipped: { code: 'permission_denied' } },
      },
    },
  })
  expect(await withProduct()).toBe(0)
  expect(await verify()).toMatchObject([
    { resource: 'products', kind: 'skipped' },
    { resource: 'selling_plan_groups', kind: 'skipped' },
  ])
  scopes.push('read_products')
  expect((await run()).result.note).toBeUndefined()
  expect(await withProduct()).toBeGreaterThan(0)
  expect(await differences()).toEqual([])
})
