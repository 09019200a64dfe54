import { describe, expect, it } from 'vitest'
import { fields } from '../../src/provider/fields.ts'
import { readScopes } from '../../src/sandbox/shopify/index.ts'
import { checkRequests } from '../specs/shopify.ts'
import { account, openShop } from './shopify-setup.ts'

describe('a shop of Shopify', () => {
  it('is copied whole: every list to its end, and each count agrees', async () => {
    const { run, differences, shop } = await openShop()
    const job = await run()
    expect(job).toMatchObject({ status: 'completed', error: null, account })
    expect(await differences()).toEqual([])
    const checks = Object.entries(job.result.resources).map(([name, { proof }]) => [name, proof?.equal])
    expect(checks).toEqual(checks.map(([name]) => [name, true]))
    expect(checkRequests(shop.requests)).toEqual([])
  })

  it('is followed by incremental jobs: what is new, changed and deleted is in the tables', async () => {
    const { run, differences, shop } = await openShop()
    await run()
    shop.advance(3_600)
    const [customer, gone] = shop.expected('customers')
    const [order, deleted, reordered] = shop.expected('orders')
    const [product, discontinued] = shop.expected('products')
    shop.update('customers', customer!.id, { note: 'Changed.' })
    shop.insert('customers', { firstName: 'New' })
    shop.insert('orders', {})
    shop.update('orders', order!.id, { note: 'Paid late.', displayFinancialStatus: 'PAID' })
    shop.update('orders', reordered!.id, { lineItems: (reordered!.lineItems as unknown[]).slice(0, 1) })
    const [contract] = shop.expected('subscriptionContracts')
    shop.update('subscriptionContracts', contract!.id, { status: 'CANCELLED' })
    const variant = shop.expected('productVariants').find(({ product: parent }) => fields(parent).id === product!.id)
    shop.update('productVariants', variant!.id, { price: '99.95' })
    shop.update('products', product!.id, {})
    const dispute = shop.insert('disputes', { status: 'NEEDS_RESPONSE' })
    const payout = shop.insert('payouts', { status: 'SCHEDULED' })
    const [group] = shop.expected('sellingPlanGroups')
    shop.update('sellingPlanGroups', group!.id, { name: 'Renamed' })
    shop.remove('customers', gone!.id)
    shop.remove('orders', deleted!.id)
    shop.remove('products', discontinued!.id)
    shop.advance(60)
    const job = await run({ sync_type: 'incremental' })
    expect(job).toMatchObject({ status: 'completed', result: { syncType: 'incremental' } })
    expect(await differences()).toEqual([])
    // Neither list can be filtered by the time of a change.
    shop.advance(900)
    shop.update('disputes', dispute.id, { status: 'WON' })
    shop.update('payouts', payout.id, { status: 'PAID' })
    await run({ sync_type: 'incremental' })
    expect(await differences()).toEqual([])
    // A contract that is gone has no event: the next full job finds it.
    shop.remove('subscriptionContracts', contract!.id)
    shop.advance(60)
    await run({ sync_type: 'incremental' })
    expect(await differences()).toContain(`subscriptions ${contract?.id}`)
    await run()
    expect(await differences()).toEqual([])
  })

  it('with nothing new costs two requests a list at most', async () => {
    const { run, shop } = await openShop({
      // Beyond forty days its objects are settled, and an answer from the future is not believed.
      now: Math.floor(Date.now() / 1_000) - 41 * 86_400,
      exempt: {
        calls: ['database'],
        because: 'It counts requests to the shop. A job whose commit is lost asks for its pages again.',
      },
    })
    await run()
    shop.advance(40 * 86_400)
    expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed' })
    shop.advance(3_600)
    const before = shop.requests.length
    const resources = ['customers', 'products', 'subscriptions', 'orders', 'payouts', 'balance_transactions']
    expect(await run({ sync_type: 'incremental', resources })).toMatchObject({ status: 'completed' })
    // The events, and each list.
    expect(shop.requests.length - before).toBeLessThanOrEqual(2 * (resources.length + 1))
  })

  it('is verified: a row that is gone, changed or too many is found', async () => {
    const { stack, run, verify } = await openShop()
    await run()
    expect(await verify()).toEqual([])
    await stack.query(`delete from order_lines where id = (select min(id) from order_lines)`)
    await stack.query(`update orders set total = total + 1 where id = (select min(id) from orders)`)
    await stack.query(
      `insert into customers (tenant_id, provider, account, id, raw, raw_sha256, created_at, observed_at)
        select tenant_id, provider, account, 'gid://shopify/Customer/1', raw, raw_sha256, created_at, observed_at from customers order by id limit 1`,
    )
    expect(await verify()).toEqual([
      { resource: 'customers', missing: 0, changed: 0, extra: 1, unchecked: 0 },
      { resource: 'orders', missing: 0, changed: 1, extra: 0, unchecked: 0 },
      { resource: 'order_lines', missing: 1, changed: 0, extra: 0, unchecked: 0 },
    ])
  })

  it('that did not grant a scope, and takes no payments by Shopify, is copied but for that, with the reasons', async () => {
    const scopes = readScopes.filter((scope) => scope !== 'read_own_subscription_contracts')
    const { run } = await openShop({ scopes, shopifyPayments: false })
    const skipped = (code: string) => ({ skipped: { code } })
    expect(await run()).toMatchObject({
      status: 'completed',
      result: {
        resources: {
          subscriptions: skipped('permission_denied'),
          billing_attempts: skipped('permission_denied'),
          payouts: skipped('not_available'),
          balance_transactions: skipped('not_available'),
          customers: { created: 75 },
          orders: { created: 300 },
        },
      },
    })
  })

  it('whose points run out now and then is copied whole, and few points are asked for in vain', async () => {
    const { run, differences, shop } = await openShop({ points: { restoreRate: 4_000, maximumAvailable: 4_000 } })
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    expect(await differences()).toEqual([])
    const { throttled, queries } = shop.stats().points
    expect(throttled).toBeLessThanOrEqual(queries / 20)
  })

  it('without read_all_orders says so, and keeps orders that it shows no longer', async () => {
    const scopes = readScopes.filter((scope) => scope !== 'read_all_orders')
    const now = Math.floor(Date.now() / 1_000) - 70 * 86_400
    const { run, shop, stack } = await openShop({ orders: 200, scopes, now })
    const live = async () => {
      const rows = await stack.query<{ id: string }>(`select id from orders where deleted_at is null order by id`)
      return rows.map(({ id }) => id)
    }
    const note = expect.stringContaining('read_all_orders')
    expect(await run()).toMatchObject({ status: 'completed', result: { note } })
    const first = await live()
    expect(first.length).toBeGreaterThan(0)
    expect(first.length).toBeLessThan(200)
    shop.advance(61 * 86_400)
    const { id } = shop.insert('orders', {})
    expect(await run()).toMatchObject({ status: 'completed', result: { note, resources: { orders: { deleted: 0 } } } })
    expect(await live()).toEqual([...first, id].toSorted())
  })
})
