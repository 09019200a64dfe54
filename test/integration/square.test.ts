import { describe, expect, it } from 'vitest'
import { readScopes } from '../../src/sandbox/square/index.ts'
import { openSquare, token } from './square-setup.ts'

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
    const { run, differences, square } = await openSquare({
      payments: 900,
      locations: 12,
      shortPages: 0.3,
      emptyPages: 0.2,
    })
    square.fail({ kind: 'no-such-cursor', path: /^\/v2\/payments\?.*cursor=/, after: 1, times: 2 })
    // Lists without times start over from their beginning.
    square.fail({ kind: 'no-such-cursor', path: /^\/v2\/(?:disputes|invoices)\?.*cursor=/, times: 2 })
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    expect(await differences()).toEqual([])
  })

  it('whose token may not list the locations has those lists skipped that need them, in both kinds of jobs', async () => {
    const { run, square } = await openSquare({ payments: 300 })
    const stop = square.fail({ kind: 'missing-scope', path: /^\/v2\/locations/ })
    const skipped = async (additionalData: object) => {
      const { status, result } = await run(additionalData)
      const lists = Object.entries(result.resources)
      return [
        status,
        lists.flatMap(([name, list]) => (list.skipped?.code === 'permission_denied' ? name : [])).toSorted(),
      ]
    }
    const byLocation = ['invoices', 'orders', 'payments', 'payouts']
    expect(await skipped({})).toEqual(['completed', byLocation])
    square.advance(3_600)
    expect(await skipped({ sync_type: 'incremental' })).toEqual(['completed', byLocation])
    // No list was read without a location, which shows the main location only.
    expect(square.requests.filter(({ path }) => /^\/v2\/(invoices|orders|payments|payouts)/.test(path))).toEqual([])
    stop()
    expect(await skipped({ sync_type: 'incremental' })).toEqual(['completed', []])
  })

  it('that named its locations only after the job was planned fails it, and a new job reads them', async () => {
    const { run, square } = await openSquare({ payments: 300 })
    square.fail({ kind: 'missing-scope', path: /^\/v2\/locations/, times: 1 })
    const job = await run({ resources: ['payments'] })
    expect(job).toMatchObject({ status: 'failed', error: { code: 'list_changed', retryable: false } })
    expect(await run({ resources: ['payments'] })).toMatchObject({ status: 'completed' })
  })

  it('is verified: a row that is gone, changed or too many is found, in each location', async () => {
    const { stack, run, verify, square } = await openSquare({ payments: 300 })
    await run()
    expect(await verify()).toEqual([])
    const [payment] = square.expected('payments').toReversed()
    const at = [payment?.id, String(payment?.location_id)]
    await stack.query(`delete from order_lines where id = (select min(id) from order_lines)`)
    await stack.query(`update invoices set total = total + 1 where id = (select min(id) from invoices)`)
    await stack.query(
      `insert into payments (tenant_id, provider, account, id, location_id, raw, raw_sha256, created_at, observed_at)
        select tenant_id, provider, account, 'extra', location_id, raw, raw_sha256, created_at, observed_at from payments where id = $1 and location_id = $2`,
      at,
    )
    expect(await verify()).toEqual([
      { resource: 'invoices', missing: 0, changed: 1, extra: 0, unchecked: 0 },
      { resource: 'order_lines', missing: 1, changed: 0, extra: 0, unchecked: 0 },
      { resource: 'payments', missing: 0, changed: 0, extra: 1, unchecked: 0 },
    ])
  })

  it('that did not grant a scope is copied but for that resource, with the reason', async () => {
    const scopes = readScopes.filter((scope) => scope !== 'ORDERS_READ')
    const { run, differences } = await openSquare({ payments: 100, scopes })
    const job = await run()
    expect(job).toMatchObject({
      status: 'completed',
      result: {
        resources: { orders: { skipped: { code: 'permission_denied', message: expect.stringContaining('scope') } } },
      },
    })
    expect((await differences()).filter((difference) => !/^order(s|_lines) /.test(difference))).toEqual([])
  })

  it('whose token ends in the middle of a job goes on from there with the next one', async () => {
    const { run, differences, square, stack, send } = await openSquare({ payments: 900 })
    let seen = 0
    const ends = square.onRequest(() => {
      if (++seen === 12) square.expireToken(token)
    })
    const first = await run()
    ends()
    expect(first).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
    const before = square.requests.length
    const again = await send({ accessToken: 'EAAAEnexttoken0123456789' })
    expect(again).toMatchObject({ status: 'completed' })
    expect(square.requests.length).toBeGreaterThan(before)
    expect(await differences()).toEqual([])
    expect(await stack.query(`select distinct account from payments`)).toEqual([{ account: `${square.merchant}:test` }])
  })
})
