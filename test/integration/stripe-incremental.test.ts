import { expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { expectCopy } from '../support/expected.ts'
import { countsRequests } from '../support/faults.ts'
import { forEachSeedAsync } from '../support/random.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

const everything = { resources: undefined }
const start = Date.UTC(2026, 9, 1) / 1_000
/** SEEDS=10 takes a minute and a half. */
const seeds = Number(process.env.SEEDS ?? 4)

async function openEnv(customers = 60, seed = 1, options: Pick<SetupOptions, 'exempt'> = {}) {
  const parts = await setup({ sandbox: { customers, seed, now: start }, ...options })
  const { tenantId } = jobRequest()
  return {
    ...parts,
    tenantId,
    /** Runs one job to its end. */
    async sync(syncType: 'full' | 'incremental', additional: object = {}) {
      const request = jobRequest({ tenantId, additionalData: { ...everything, sync_type: syncType, ...additional } })
      const before = parts.sandbox.stats().requests
      expect(await parts.deliver(request)).toEqual({ batchItemFailures: [] })
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      return { row, result: row?.result as SyncJobResult, requests: parts.sandbox.stats().requests - before }
    },
  }
}

test('an incremental job without a cursor reads everything, and says so', async () => {
  const { sync, query, sandbox, tenantId } = await openEnv()
  const { result } = await sync('incremental')
  expect(result).toMatchObject({ syncType: 'full', note: 'there was no cursor yet: everything was read' })
  await expectCopy(query, sandbox, tenantId)
})

test.each([60, 400])(
  'an incremental job with nothing new takes a handful of requests, with %i customers',
  async (customers) => {
    const { sync, sandbox } = await openEnv(customers, 1, { exempt: countsRequests })
    await sync('full')
    sandbox.advance(3_600)
    const { result, requests } = await sync('incremental')
    expect(result).toMatchObject({ syncType: 'incremental' })
    expect(requests).toBeLessThanOrEqual(10)
  },
)

test('what an event of a price or a coupon does not show is fetched for that object alone', async () => {
  const { sync, query, sandbox } = await openEnv(60, 1, { exempt: countsRequests })
  await sync('full')
  const [price, gone] = sandbox.expected('prices', true)
  const [coupon] = sandbox.expected('coupons', true)
  const options = { eur: { unit_amount: 900 } }
  sandbox.advance(3_600)
  sandbox.update('prices', String(price?.id), { currency_options: options })
  sandbox.update('coupons', String(coupon?.id), { currency_options: { eur: { amount_off: 100 } } })
  sandbox.remove('prices', String(gone?.id))
  sandbox.advance(60)
  const { requests } = await sync('incremental')
  // Ten with nothing new, one for each object that is still there.
  expect(requests).toBeLessThanOrEqual(12)
  expect(await query('select currency_options from price_options where id = $1', [price?.id])).toEqual([
    { currency_options: options },
  ])
  expect(await query('select currency_options from coupon_options where id = $1', [coupon?.id])).toEqual([
    { currency_options: { eur: { amount_off: 100 } } },
  ])
  expect(await query('select id from price_options where deleted_at is not null')).toEqual([{ id: gone?.id }])
})

test(
  'a month of changes is copied to the row',
  () =>
    forEachSeedAsync(seeds, async (seed) => {
      const { sync, query, sandbox, tenantId } = await openEnv(40, seed + 1)
      await sync('full')
      for (const [part, days] of [1, 5, 12, 12].entries()) {
        sandbox.simulate(days, { seed: (seed + 1) * 100 + part, perDay: 6 })
        const { result } = await sync('incremental')
        expect(result.syncType).toBe('incremental')
        await expectCopy(query, sandbox, tenantId)
      }
    }),
  seeds * 180_000,
)

test(
  'a cursor that is too old makes the job a full one, which finds what was deleted meanwhile',
  () =>
    forEachSeedAsync(Math.min(seeds, 5), async (seed) => {
      const { sync, query, sandbox, tenantId } = await openEnv(60, seed + 7)
      await sync('full')
      sandbox.simulate(10, { seed: seed + 7, perDay: 6, gapAfterDay: 5 })
      const { result } = await sync('incremental')
      expect(result.syncType).toBe('full')
      await expectCopy(query, sandbox, tenantId)
    }),
  seeds * 180_000,
)

test('a line that changed is updated by a full and by an incremental job, and counted', async () => {
  const { sync, query, sandbox, tenantId } = await openEnv()
  await sync('full')
  for (const [syncType, quantity] of [
    ['full', 71],
    ['incremental', 72],
  ] as const) {
    const { parent, row } = sandbox.expectedNested('subscription_items', true)[0]!
    const items = sandbox.rows('subscription_items', parent, true)
    sandbox.advance(3_600)
    sandbox.update('subscriptions', parent, {
      items: items.map((item) => (item.id === row.id ? { ...item, quantity } : item)),
    })
    const { result } = await sync(syncType)
    expect(result).toMatchObject({ syncType, resources: { subscription_items: { created: 0, updated: 1 } } })
    expect(
      await query('select quantity::int, raw from subscription_items where tenant_id = $1 and id = $2', [
        tenantId,
        row.id,
      ]),
    ).toMatchObject([{ quantity, raw: { quantity } }])
    await expectCopy(query, sandbox, tenantId)
  }
})

test('an object that changed and changed back keeps its last state, though the change comes on a later page', async () => {
  const { sync, query, sandbox, tenantId } = await openEnv()
  const [invoice] = sandbox.expected('invoices', true).filter(({ status }) => status === 'open')
  const [customer, ...others] = sandbox.expected('customers', true)
  await sync('full')
  const rename = (description: unknown) => {
    sandbox.advance(60)
    sandbox.update('customers', customer!.id, { description })
    sandbox.update('invoices', invoice!.id, { description })
  }
  rename('between')
  for (let round = 0; round < 2; round++)
    for (const { id } of others) {
      sandbox.advance(1)
      sandbox.update('customers', id, { description: `round ${round}` })
    }
  sandbox.advance(60)
  sandbox.update('customers', customer!.id, { description: customer!.description })
  sandbox.update('invoices', invoice!.id, { description: invoice!.description })
  sandbox.advance(60)
  // The first page is committed while the second is waited for.
  sandbox.fail({ kind: 'rate-limited', reason: 'global-rate', path: /events.*starting_after/, times: 1 })
  const { result } = await sync('incremental')
  expect(result.resources.invoices).toMatchObject({ updated: 0, unchanged: 2 })
  await expectCopy(query, sandbox, tenantId)
})

test('a resource that may no longer be read is skipped, and the events are applied all the same', async () => {
  const { sync, sandbox, query, tenantId } = await openEnv()
  await sync('full')
  const [customer] = sandbox.expected('customers')
  sandbox.advance(3_600)
  sandbox.update('customers', customer!.id, { name: 'Other' })
  sandbox.fail({ kind: 'missing-scope', path: '/v1/balance_transactions', times: 100 })
  // The refusal is all there is when the first pages are committed.
  sandbox.onRequest(async ({ path }) => {
    if (path !== '/v1/balance_transactions') await new Promise((resolve) => setTimeout(resolve, 300))
  })
  const { result } = await sync('incremental')
  expect(result).toMatchObject({
    syncType: 'incremental',
    resources: { balance_transactions: { skipped: { code: 'permission_denied' } } },
  })
  expect(await query('select name from customers where tenant_id = $1 and id = $2', [tenantId, customer!.id])).toEqual([
    { name: 'Other' },
  ])
})

test('a resource that was skipped, or is new, is read from the beginning while the others follow the events', async () => {
  const { sync, query, sandbox, tenantId } = await openEnv(60, 1, { exempt: countsRequests })
  const forbid = sandbox.fail({ kind: 'missing-scope', path: '/v1/payouts' })
  const { result } = await sync('full')
  expect(result.resources.payouts).toMatchObject({ fetched: 0, skipped: { code: 'permission_denied' } })
  sandbox.simulate(2, { seed: 3, perDay: 6 })
  expect((await sync('incremental')).result).toMatchObject({ syncType: 'incremental' })
  forbid()
  const { result: after, requests } = await sync('incremental')
  expect(after).toMatchObject({ syncType: 'incremental', note: expect.stringContaining('payouts') })
  expect(requests).toBeLessThan(15)
  await expectCopy(query, sandbox, tenantId)
})

test('a job about some resources writes no others, whatever the events say', async () => {
  const { sync, query, sandbox } = await openEnv()
  const options = { resources: ['customers', 'invoices'] }
  await sync('full', options)
  sandbox.simulate(6, { seed: 5, perDay: 6 })
  expect((await sync('incremental', options)).result.syncType).toBe('incremental')
  for (const table of ['subscriptions', 'prices', 'payments', 'refunds'])
    expect(await query(`select count(*)::int as count from ${table}`)).toEqual([{ count: 0 }])
  const live = await query<{ id: string }>('select id from customers where deleted_at is null')
  expect(live.map(({ id }) => id).sort()).toEqual(
    sandbox
      .expected('customers')
      .map(({ id }) => id)
      .sort(),
  )
})
