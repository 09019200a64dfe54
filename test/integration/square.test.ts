import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSquareSandbox, type ResourceName, type SandboxOptions } from '../../src/sandbox/square/index.ts'
import { setup } from '../support/setup.ts'

const token = 'EAAAEsandboxtoken0123456789'
const tenantId = randomUUID()

/** The tables of Square's resources, by their names in jobs. */
const tables: Readonly<Record<string, ResourceName>> = {
  customers: 'customers',
  products: 'plans',
  prices: 'variations',
  subscriptions: 'subscriptions',
  invoices: 'invoices',
  orders: 'orders',
  payments: 'payments',
  refunds: 'refunds',
  disputes: 'disputes',
  payouts: 'payouts',
  balance_transactions: 'entries',
}

async function openSquare(options: SandboxOptions = {}) {
  // Its clock stands hours behind, so that it can be advanced without being ahead of the database's.
  const now = Math.floor(Date.now() / 1_000) - 10_000
  const square = await createSquareSandbox({ payments: 1_200, limits: 'none', now, ...options })
  onTestFinished(() => square.close())
  const stack = await setup({
    sandbox: { customers: 1 },
    settings: { Square__ApiBase: square.url, Square__RequestsPerSecond: '1000', Square__Environment: 'sandbox' },
  })
  const run = async (additionalData: object = {}) => {
    const jobId = randomUUID()
    await stack.deliver({ jobId, tenantId, providerName: 'square', accessToken: token, additionalData })
    return (await stack.job(jobId)) as {
      status: string
      error: unknown
      result: { resources: Record<string, { proof?: { equal: boolean } }> }
    }
  }
  /** The stored payloads of live rows, by id, of each resource that differs from what a complete copy holds. */
  const differences = async () => {
    const differing: string[] = []
    for (const [table, resource] of Object.entries(tables)) {
      const rows = await stack.query<{ id: string; raw: unknown }>(
        `select id, raw from ${table} where tenant_id = $1 and provider = 'square' and deleted_at is null order by id`,
        [tenantId],
      )
      const stored = Object.fromEntries(rows.map(({ id, raw }) => [id, raw]))
      const expected = Object.fromEntries(square.expected(resource).map((object) => [String(object.id), object]))
      const ids = [...new Set([...Object.keys(stored), ...Object.keys(expected)])]
      for (const id of ids)
        if (JSON.stringify(sorted(stored[id])) !== JSON.stringify(sorted(expected[id])))
          differing.push(`${table} ${id}`)
    }
    return differing
  }
  return { square, stack, run, differences }
}

/** The same value with its keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

describe('a seller of Square', () => {
  it('is copied whole: every resource of every location, and each count agrees', async () => {
    const { run, differences, square } = await openSquare()
    const job = await run()
    expect(job).toMatchObject({ status: 'completed', error: null, account: `${square.merchant}:test` })
    expect(await differences()).toEqual([])
    const checks = Object.entries(job.result.resources).map(([name, { proof }]) => [name, proof?.equal])
    expect(checks).toEqual(checks.map(([name]) => [name, true]))
  })

  it('is followed by incremental jobs: what is new, changed, deleted and late is in the tables', async () => {
    const { run, differences, square } = await openSquare()
    await run()
    square.advance(3_600)
    const [location] = square.locations
    const sale = { location_id: location?.id }
    const [first, second, third] = square.expected('customers')
    square.update('customers', String(first?.id), { email_address: 'new@example.com' })
    square.insert('customers', { given_name: 'New' })
    square.insert('payments', sale)
    square.insert('orders', sale)
    // Made offline two days before it arrives, with its original times.
    const original = new Date((square.now() - 2 * 86_400) * 1_000).toISOString()
    square.insert('payments', { ...sale, created_at: original, updated_at: original, is_offline_payment: true })
    for (const resource of ['payments', 'refunds', 'orders', 'disputes', 'invoices', 'subscriptions'] as const) {
      const [object] = square.expected(resource)
      square.update(resource, String(object?.id), { version: 77 })
    }
    const [variation] = square.expected('variations')
    square.remove('variations', String(variation?.id))
    square.advance(60)
    const job = await run({ sync_type: 'incremental' })
    expect(job).toMatchObject({ status: 'completed', result: { syncType: 'incremental' } })
    expect(await differences()).toEqual([])
    // A deleted customer is in no list of changes: the next full job finds it.
    square.remove('customers', String(second?.id))
    square.remove('customers', String(third?.id))
    square.advance(60)
    await run({ sync_type: 'incremental' })
    expect(await differences()).toEqual([second, third].map((customer) => `customers ${customer?.id}`).toSorted())
    await run()
    expect(await differences()).toEqual([])
  })

  it('with nothing new costs two requests a list and location at most', async () => {
    const { run, square } = await openSquare({ payments: 300 })
    await run()
    square.advance(3_600)
    const before = square.requests.length
    await run({
      sync_type: 'incremental',
      resources: ['customers', 'payments', 'refunds', 'orders', 'products', 'prices'],
    })
    // One list of customers, refunds, products and prices, five of payments, one of orders; and the locations.
    expect(square.requests.length - before).toBeLessThanOrEqual(2 * 10 + 2)
  })

  it('whose lists give short and empty pages, and whose cursors end, is copied whole all the same', async () => {
    const { run, differences, square } = await openSquare({ payments: 900, shortPages: 0.3, emptyPages: 0.2 })
    square.fail({ kind: 'no-such-cursor', path: /^\/v2\/payments\?.*cursor=/, after: 1, times: 2 })
    square.fail({ kind: 'no-such-cursor', path: '/v2/orders/search', after: 1, times: 1 })
    square.fail({ kind: 'no-such-cursor', path: '/v2/subscriptions/search', after: 1, times: 1 })
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    expect(await differences()).toEqual([])
  })
})
