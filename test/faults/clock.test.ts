import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { StripeObject } from '../../src/sandbox/stripe/index.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * Clocks that differ: of the worker, of the provider, of its answers among each other.
 */

test('a change during a slow answer counts as newer than the answer', async () => {
  const { handle, query, sandbox } = await setup({ sandbox: { customers: 5 } })
  const { tenantId } = jobRequest()
  const sync = (sync_type: string) => handle([JSON.stringify(jobRequest({ tenantId, additionalData: { sync_type } }))])
  // The provider reads its list, the customer changes, and only then is the answer dated and sent.
  let before: readonly StripeObject[] = []
  const stop = sandbox.fail({ kind: 'items', items: () => structuredClone(before), path: '/v1/customers', times: 1 })
  let changed = false
  sandbox.onRequest(async ({ path }) => {
    if (path !== '/v1/customers' || changed) return
    changed = true
    before = sandbox.expected('customers', true)
    sandbox.update('customers', before[2]!.id, { name: 'Changed meanwhile' })
    await sleep(1_500)
  })
  await sync('full')
  stop()
  sandbox.advance(30)
  await sync('incremental')
  expect(await query(`select name from customers where id = $1`, [before[2]!.id])).toEqual([
    { name: 'Changed meanwhile' },
  ])
})

// An answer more than five minutes ahead is refused: integration/dates-ahead.test.ts.
test.each([240, -600])('an answer whose clock is %i seconds off does not keep later changes out', async (seconds) => {
  // One request after the other.
  const { handle, query, sandbox } = await setup({
    sandbox: { customers: 50 },
    settings: { Stripe__EndpointRequestsPerSecond: '8' },
  })
  const { tenantId } = jobRequest()
  const sync = (sync_type: string) =>
    handle([JSON.stringify(jobRequest({ tenantId, additionalData: { sync_type, batch_size: 10 } }))])
  let page = 0
  const stop = sandbox.onRequest(({ path }) => {
    if (path !== '/v1/customers') return
    page++
    if (page === 3) sandbox.advance(seconds)
    if (page === 4) sandbox.advance(-seconds)
  })
  await sync('full')
  expect(page).toBeGreaterThanOrEqual(5)
  stop()
  sandbox.advance(60)
  for (const { id } of sandbox.expected('customers')) sandbox.update('customers', id, { name: 'Later' })
  sandbox.advance(60)
  await sync('incremental')
  expect(await query(`select count(*)::int as later from customers where name = 'Later'`)).toEqual([{ later: 50 }])
})

test.each([3_600_000, -3_600_000])(
  'a worker whose clock is %i ms off takes no lease early and copies all the same',
  async (ms) => {
    const { worker, openWorker, job, query, sandbox } = await setup({
      // The sandbox shares this process. Its clock is not the worker's.
      sandbox: { customers: 60, now: Math.floor(Date.now() / 1_000) },
    })
    const real = Date.now
    const skewed = vi.spyOn(Date, 'now').mockImplementation(() => real() + ms)
    onTestFinished(() => skewed.mockRestore())
    const request = jobRequest({ additionalData: { batch_size: 20 } })
    const rival = await openWorker({ Queue__Url: '' })
    let tried = false
    sandbox.onRequest(async () => {
      if (tried) return
      tried = true
      await rival.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    })
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    expect(tried).toBe(true)
    const row = await job(request.jobId)
    expect(row).toMatchObject({ status: 'completed', fence: '1', deliveries: 1, created: '60' })
    expect(Math.abs(Number(row?.finished_at) - real())).toBeLessThan(60_000)
    const rows = await query('select raw from customers order by created_at desc, id collate "C" desc')
    expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
  },
)
