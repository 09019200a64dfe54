import { describe, expect, it, onTestFinished } from 'vitest'
import { chargebeeToken, openChargebee } from '../../src/sandbox/custom/chargebee.ts'
import { manifestAt, temporaryFile } from '../providers/custom/example-manifest.ts'
import { byId, openCustomWorker } from './custom-setup.ts'

const fast = { limits: { requestsPerSecond: 1_000, concurrency: 4 } }

async function openExample(size: number) {
  const server = await openChargebee({ customers: size })
  onTestFinished(server.close)
  const manifest = manifestAt('examples/custom-providers/chargebee.json', { baseUrl: `${server.url}/api/v2`, ...fast })
  const settings = { Providers__Manifests: temporaryFile('chargebee.json', manifest) }
  const account = 'acme-test'
  const parts = { provider: 'chargebee', accessToken: chargebeeToken, account, settings, now: server.now }
  return { server, ...(await openCustomWorker(parts)) }
}

describe('a provider that a manifest describes', () => {
  it('is copied whole, with nested lists and objects without columns, and verify agrees', async () => {
    const { server, send, stored, verify, query } = await openExample(130)
    const job = await send()
    expect(job).toMatchObject({ status: 'completed', error: null, account: 'acme-test' })
    expect(await stored('customers')).toEqual(byId(server.expected('customers')))
    expect(await stored('subscriptions')).toEqual(byId(server.expected('subscriptions')))
    expect(await stored('invoices')).toEqual(byId(server.expected('invoices')))
    expect(await stored('payments')).toEqual(byId(server.expected('transactions')))
    expect(await stored('products')).toEqual(byId(server.expected('items')))
    expect(await stored('provider_objects', 'comments')).toEqual(byId(server.expected('comments')))
    expect(await stored('provider_objects', 'contacts')).toEqual(byId(server.contacts()))
    const [line] = await query(`select * from invoice_lines where id = 'li_7'`)
    expect(line).toMatchObject({ invoice_id: 'inv_7', price_id: 'basic-EUR', amount: '1000', quantity: '1' })
    const items = await query(
      `select id, unit_amount from subscription_items where subscription_id = 'sub_7' order by id`,
    )
    expect(items).toEqual([
      { id: 'sub_7:basic-EUR', unit_amount: '1000' },
      { id: 'sub_7:seat-EUR', unit_amount: '250' },
    ])
    const [contact] = await query(`select parent_id, resource from provider_objects where id = 'con_50_1'`)
    expect(contact).toEqual({ parent_id: 'cus_50', resource: 'contacts' })
    const [invoice] = await query(`select * from invoices where id = 'inv_7'`)
    const created = new Date((server.now() - 90_000 * 7 - 5_000) * 1_000)
    expect(invoice).toMatchObject({ currency: 'eur', total: '1190', created_at: created, updated_at: created })
    const checks = Object.entries(job.result.resources).map(([name, { proof }]) => [name, proof?.equal])
    expect(checks).toEqual(checks.map(([name]) => [name, true]))
    expect(await verify()).toMatchObject({ differing: [] })
  })

  it('is followed by incremental jobs: new, changed and deleted objects, with few requests', async () => {
    const { server, send, stored, verify, query } = await openExample(130)
    await send()
    server.advance(3_600)
    server.insert('customers', { id: 'cus_new', email: 'new@example.com', deleted: false })
    server.update('customers', 'cus_3', { email: 'changed@example.com' })
    server.update('customers', 'cus_4', { deleted: true })
    server.update('invoices', 'inv_5', { status: 'voided' })
    server.update('items', 'item_6', { status: 'deleted' })
    server.insert('comments', { id: 'cmt_new', entity_id: 'cus_3' })
    server.advance(60)
    const before = server.requests.length
    const job = await send({ sync_type: 'incremental' })
    expect(job).toMatchObject({ status: 'completed', error: null, result: { syncType: 'incremental' } })
    expect(await stored('customers')).toEqual(byId(server.expected('customers')))
    expect(await stored('invoices')).toEqual(byId(server.expected('invoices')))
    expect(await stored('products')).toEqual(byId(server.expected('items')))
    expect(Object.keys(await stored('provider_objects', 'comments'))).toContain('cmt_new')
    const [gone] = await query(`select deleted_at from customers where id = 'cus_4'`)
    expect(gone?.deleted_at).not.toBeNull()
    expect(server.requests.length - before).toBeLessThan(25)
    expect(await verify()).toMatchObject({ differing: [] })
  })

  it('finds by a full job what is gone without a trace', async () => {
    const { server, send, stored, verify } = await openExample(120)
    await send()
    server.removeWhole('invoices', 'inv_9')
    expect((await verify(['invoices'])).differing).toMatchObject([
      { resource: 'invoices', missing: 0, changed: 0, extra: 1 },
      { resource: 'invoice_lines', missing: 0, changed: 0, extra: 1 },
    ])
    server.advance(60)
    expect((await send()).result.resources.invoices).toMatchObject({ deleted: 1 })
    expect(await stored('invoices')).toEqual(byId(server.expected('invoices')))
  })
})
