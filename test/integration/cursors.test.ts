import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { collectLog } from '../support/collected-log.ts'
import { countsMessages, countsRequests } from '../support/faults.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * A cursor stands for what was read: for the resources of the job's plan, and for no resource that was refused.
 */

const hour = 3_600
const slow = { Stripe__EndpointRequestsPerSecond: '4' }

async function open(options: Pick<SetupOptions, 'settings' | 'exempt'> = {}) {
  const log = collectLog()
  const parts = await setup({
    log,
    sandbox: { customers: 40, olderEvents: 0, now: Date.UTC(2026, 9, 1) / 1_000 },
    ...options,
  })
  const tenantId = randomUUID()
  return {
    ...parts,
    tenantId,
    async sync(syncType: 'full' | 'incremental', resources: readonly string[]) {
      const request = jobRequest({ tenantId, additionalData: { sync_type: syncType, resources } })
      const before = parts.sandbox.stats().requests
      await parts.deliver(request)
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      const endings = log
        .lines()
        .flatMap(({ jobId, outcome, event }) => (jobId === request.jobId && outcome ? [event] : []))
      expect(endings).toEqual(['job_completed'])
      return { result: row?.result as SyncJobResult, requests: parts.sandbox.stats().requests - before }
    },
    /** Age of each cursor, in hours of the provider's clock. */
    async ages(): Promise<Readonly<Record<string, number>>> {
      const rows = await parts.query<{ resource: string; second: number }>(
        "select resource, extract(epoch from cursor)::float8 as second from sync_cursors where tenant_id = $1 and resource <> 'events' order by 1",
        [tenantId],
      )
      const now = parts.sandbox.now()
      return Object.fromEntries(rows.map(({ resource, second }) => [resource, Math.round((now - second) / hour)]))
    },
    nameOf: async (table: 'customers' | 'products', id: string) =>
      (await parts.query(`select name from ${table} where tenant_id = $1 and id = $2`, [tenantId, id]))[0]?.name,
  }
}

describe('a job that is sent again with another body', () => {
  test('is refused in words; the job ends with what it planned, and its cursor stands for that alone', async () => {
    const { handle, job, queue, ages, sync, sandbox, query, tenantId } = await open({
      settings: slow,
      exempt: countsMessages,
    })
    const request = jobRequest({ tenantId, additionalData: { batch_size: 4, resources: ['customers'] } })
    await handle([JSON.stringify(request)], 1_500)
    expect(await job(request.jobId)).toMatchObject({ status: 'paused' })
    const before = await job(request.jobId)
    const wider = { ...request, additionalData: { batch_size: 4, resources: ['customers', 'products'] } }
    expect(await handle([JSON.stringify(wider)])).toEqual({ batchItemFailures: [] })
    expect(await queue.deadLetters()).toMatchObject([
      {
        attributes: {
          code: 'job_id_reused',
          reason: expect.stringContaining('resources was customers and is now customers, products'),
        },
      },
    ])
    expect(await job(request.jobId)).toEqual(before)
    await handle([JSON.stringify({ ...request, accessToken: 'sk_live_sandbox_renewed' })])
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '40' })
    expect(Object.keys(await ages())).toEqual(['customers'])
    // A job that has ended is no exception.
    await handle([JSON.stringify(wider)])
    expect(await queue.deadLetters()).toHaveLength(1)
    await sync('incremental', ['customers', 'products'])
    const [{ count } = {}] = await query('select count(*)::int from products where tenant_id = $1', [tenantId])
    expect(count).toBe(sandbox.expected('products').length)
  })

  test('by an older version of the worker, which kept no hash, goes on with what it planned', async () => {
    const { handle, job, ages, query, tenantId } = await open({ settings: slow })
    const request = jobRequest({ tenantId, additionalData: { batch_size: 4, resources: ['customers'] } })
    await handle([JSON.stringify(request)], 1_500)
    expect(await job(request.jobId)).toMatchObject({ status: 'paused' })
    await query('update sync_jobs set request_hash = null where id = $1', [request.jobId])
    await handle([JSON.stringify({ ...request, additionalData: { resources: ['customers', 'products'] } })])
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '40' })
    expect(Object.keys(await ages())).toEqual(['customers'])
  })
})

describe('incremental jobs about different resources', () => {
  test('move the cursors of these, and each continues where it was', async () => {
    const { sync, sandbox, ages, nameOf } = await open()
    await sync('full', ['customers', 'products'])
    const [customer] = sandbox.expected('customers')
    const [product] = sandbox.expected('products')
    sandbox.advance(5 * hour)
    sandbox.update('customers', customer!.id, { name: 'New customer' })
    sandbox.update('products', product!.id, { name: 'New product' })
    await sync('incremental', ['customers'])
    expect(await ages()).toEqual({ customers: 0, products: 5 })
    expect(await nameOf('customers', customer!.id)).toBe('New customer')
    expect(await nameOf('products', product!.id)).not.toBe('New product')
    sandbox.advance(5 * hour)
    await sync('incremental', ['products'])
    expect(await ages()).toEqual({ customers: 5, products: 0 })
    expect(await nameOf('products', product!.id)).toBe('New product')
  })

  test('stay incremental for ever, though none is about all of them', async () => {
    const { sync, sandbox } = await open()
    await sync('full', ['customers', 'products'])
    for (let days = 0; days < 40; days += 10) {
      sandbox.advance(10 * 24 * hour)
      for (const resource of ['customers', 'products'])
        expect((await sync('incremental', [resource])).result).toMatchObject({ syncType: 'incremental' })
    }
  })

  test('are followed by one about both, which reads the feed once, from the older cursor', async () => {
    const { sync, sandbox, nameOf } = await open({ exempt: countsRequests })
    await sync('full', ['customers', 'products'])
    const [product] = sandbox.expected('products')
    sandbox.advance(hour)
    sandbox.update('products', product!.id, { name: 'New product' })
    sandbox.advance(hour)
    await sync('incremental', ['customers'])
    const { requests } = await sync('incremental', ['customers', 'products'])
    expect(requests).toBe(1)
    expect(await nameOf('products', product!.id)).toBe('New product')
  })

  test('of which one is too old for the feed reads that one from the beginning, and follows the other', async () => {
    const { sync, sandbox, nameOf, ages } = await open()
    await sync('full', ['customers', 'products'])
    const [product] = sandbox.expected('products')
    sandbox.update('products', product!.id, { name: 'New product' }, { silent: true })
    for (const days of [20, 9]) {
      sandbox.advance(days * 24 * hour)
      await sync('incremental', ['customers'])
    }
    const { result } = await sync('incremental', ['customers', 'products'])
    expect(result).toMatchObject({
      syncType: 'incremental',
      note: 'the cursor was 29 days old and the feed goes back 30, so read from the beginning: products',
    })
    expect(await nameOf('products', product!.id)).toBe('New product')
    expect(await ages()).toEqual({ customers: 0, products: 0 })
  })
})

describe('a resource that is refused for a while', () => {
  test('keeps its cursor, and what was created meanwhile is read once it is permitted', async () => {
    const { sync, sandbox, ages, query, tenantId } = await open()
    const resources = ['customers', 'balance_transactions']
    await sync('full', resources)
    sandbox.advance(2 * hour)
    const { id } = sandbox.insert('balance_transactions', { type: 'adjustment' })
    const permit = sandbox.fail({ kind: 'missing-scope', path: '/v1/balance_transactions' })
    sandbox.advance(2 * hour)
    const { result } = await sync('incremental', resources)
    expect(result.resources.balance_transactions).toMatchObject({ skipped: { code: 'permission_denied' } })
    expect(await ages()).toEqual({ balance_transactions: 4, customers: 0 })
    permit()
    sandbox.advance(2 * hour)
    await sync('incremental', resources)
    expect(await ages()).toEqual({ balance_transactions: 0, customers: 0 })
    const rows = await query('select type from balance_transactions where tenant_id = $1 and id = $2', [tenantId, id])
    expect(rows).toEqual([{ type: 'adjustment' }])
  })

  test('for an object that an event announces keeps its cursor, too', async () => {
    const { sync, sandbox, ages, nameOf, query, tenantId } = await open()
    const resources = ['customers', 'products']
    await sync('full', resources)
    const [product] = sandbox.expected('products')
    sandbox.advance(2 * hour)
    // An event in another version's shape: the worker asks for the object as it is now.
    sandbox.update('products', product!.id, { name: 'New product' }, { apiVersion: '2024-12-18.acacia' })
    const permit = sandbox.fail({ kind: 'missing-scope', path: `/v1/products/${product!.id}` })
    sandbox.advance(2 * hour)
    await sync('incremental', resources)
    expect(await ages()).toEqual({ customers: 0, products: 4 })
    expect(await query('select code from sync_rejects where tenant_id = $1', [tenantId])).toEqual([
      { code: 'permission_denied' },
    ])
    permit()
    sandbox.advance(2 * hour)
    await sync('incremental', resources)
    expect(await ages()).toEqual({ customers: 0, products: 0 })
    expect(await nameOf('products', product!.id)).toBe('New product')
    expect(await query('select code from sync_rejects where tenant_id = $1', [tenantId])).toEqual([])
  })

  test('does not hold the feed back for more than a day', async () => {
    const { sync, sandbox, query, tenantId } = await open()
    const resources = ['customers', 'balance_transactions']
    await sync('full', resources)
    sandbox.fail({ kind: 'missing-scope', path: '/v1/balance_transactions' })
    await sync('incremental', resources)
    await query(
      `update sync_cursors set refused_at = refused_at - interval '2 days' where tenant_id = $1 and refused_at is not null`,
      [tenantId],
    )
    sandbox.advance(40 * 24 * hour)
    await sync('incremental', ['customers'])
    const { result } = await sync('incremental', resources)
    expect(result).toMatchObject({
      syncType: 'incremental',
      note: 'refused for more than a day, so read from the beginning: balance_transactions',
    })
  })
})
