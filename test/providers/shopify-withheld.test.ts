import { describe, expect, it } from 'vitest'
import { fields, list } from '../../src/provider/fields.ts'
import type { Item } from '../../src/provider/item.ts'
import { readScopes, type SandboxOptions } from '../../src/sandbox/shopify/index.ts'
import { checkRequests } from '../specs/shopify.ts'
import { never, openShop as openSetup } from './shopify-setup.ts'

const without = (...scopes: readonly string[]) => readScopes.filter((scope) => !scopes.includes(scope))
/** A shop in which ten orders cost less than a query may. */
const openShop = (options: SandboxOptions = {}) => openSetup({ mostRequested: 1e6, ...options })
const valuesOf = (items: readonly Item[]) => items.map((item) => fields(item.value()))
const linesOf = (order: unknown) => list(fields(fields(order).lineItems).nodes) ?? []

describe('fields that Shopify withholds from an app', () => {
  it('for want of a scope are left out of the orders, and a note names them and the scope', async () => {
    const { page, nested, sandbox } = await openShop({ scopes: without('read_products') })
    const { items, note } = await page('orders')
    expect(note).toBe(
      'orders: Shopify withholds product, variant (read_products) from the app, and their columns are null. Give the app this access, then run a full job',
    )
    expect(items).toHaveLength(10)
    for (const order of valuesOf(items))
      for (const line of linesOf(order)) {
        expect(line).not.toHaveProperty('product')
        expect(line).not.toHaveProperty('variant')
      }
    // The rest of an order's lines is asked for in the same way, at once.
    const before = sandbox.requests.length
    const rest = await nested('orders', 'order_lines').list(items[0]?.id ?? '', { cursor: null, limit: 10 }, never)
    expect(rest.items.length).toBeGreaterThan(0)
    expect(sandbox.requests.length - before).toBe(1)
    expect(checkRequests(sandbox.requests)).toEqual([])
  })

  it('are asked for once: each later page leaves them out', async () => {
    const { page, sandbox } = await openShop({ scopes: without('read_products') })
    const first = await page('orders')
    const before = sandbox.requests.length
    const second = await page('orders', { cursor: first.next })
    expect(second).toMatchObject({ note: first.note })
    expect(sandbox.requests.length - before).toBe(1)
  })

  it('by pages that were asked for at once are left out of all of them', async () => {
    const { page } = await openShop({ scopes: without('read_products') })
    const pages = await Promise.all([page('orders'), page('orders', { by: 'updated' }), page('orders')])
    expect(pages.map(({ items }) => items.length)).toEqual([10, 10, 10])
  })

  it('with the customer keep the address back, which no erasure of the customer would find', async () => {
    const { page } = await openShop({ scopes: without('read_customers') })
    const { items, note } = await page('orders')
    expect(note).toContain('withholds customer, email (read_customers) from')
    for (const order of valuesOf(items)) {
      expect(order).not.toHaveProperty('customer')
      expect(order).not.toHaveProperty('email')
    }
    expect((await page('subscriptions')).note).toMatch(
      /^subscriptions: Shopify withholds customer \(read_customers\) from/,
    )
  })

  it('of a dispute and a contract are their orders', async () => {
    const { page } = await openShop({ scopes: without('read_orders') })
    expect((await page('disputes')).note).toContain('order (read_orders)')
    expect((await page('subscriptions')).note).toContain('originOrder (read_orders)')
  })

  for (const name of [
    'displayName',
    'firstName',
    'lastName',
    'defaultEmailAddress',
    'defaultPhoneNumber',
    'defaultAddress',
  ])
    it(`for want of an approval are left out of the customers: ${name}`, async () => {
      const { page, sandbox } = await openShop()
      sandbox.fail({ kind: 'field-protected', name })
      const { items, note } = await page('customers')
      expect(note).toContain(`${name} (the approval for protected customer data)`)
      expect(items).toHaveLength(10)
      for (const customer of valuesOf(items)) expect(customer).not.toHaveProperty(name)
    })

  it('and that no document can do without refuse the list', async () => {
    const { page, sandbox } = await openShop()
    sandbox.fail({ kind: 'field-protected', name: 'totalPriceSet' })
    await expect(page('orders')).rejects.toMatchObject({ code: 'permission_denied', scope: 'resource' })
  })

  it('beside a fault are tried again with it', async () => {
    const { page, sandbox } = await openShop({ scopes: without('read_products') })
    sandbox.fail({ kind: 'field-failed', name: 'customer', times: 1 })
    await expect(page('orders')).rejects.toMatchObject({ code: 'provider_unavailable', verdict: 'retry' })
    expect((await page('orders')).items).toHaveLength(10)
  })
})
