import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { down, openEnv, small } from './outages-env.ts'

/*
 * A job that has ended starts over where that is asked for, and goes on where its checkpoint or its time allows.
 */

test('TimeoutMinutes does not count an outage or the time between two deliveries', async () => {
  const { deliver, row, sandbox, query } = await openEnv({ settings: { Worker__TimeoutMinutes: '30' } })
  const request = jobRequest(small)
  const heal = sandbox.fail({ ...down, path: '/v1/customers', after: 3 })
  await deliver(request)
  const passes = (worked: string) =>
    query(`update sync_jobs set started_at = started_at - interval '5 hours' - interval '${worked}',
      updated_at = updated_at - interval '5 hours'`)
  await passes('20 minutes')
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({
    status: 'retrying',
    waited_ms: expect.toSatisfy((ms) => Number(ms) > 17_990_000 && Number(ms) < 18_100_000),
  })
  await passes('11 minutes')
  heal()
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', created: '30' })
})

const endings: Record<string, (parts: Awaited<ReturnType<typeof openEnv>>, request: object) => Promise<unknown>> = {
  completed: ({ deliver }, request) => deliver(request),
  failed: async ({ deliver, sandbox }, request) => {
    const heal = sandbox.fail({ kind: 'error', status: 401, path: '/v1/customers', after: 3 })
    await deliver(request)
    heal()
  },
  cancelled: async ({ deliver, query, sandbox }, request) => {
    const heal = sandbox.fail({ ...down, path: '/v1/customers', after: 3 })
    await deliver(request)
    heal()
    await query(
      `update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null`,
    )
  },
}

test.each(Object.entries(endings))('force_refresh starts a job over that is %s', async (status, end) => {
  const parts = await openEnv()
  const { deliver, row, query, sandbox, log } = parts
  const request = jobRequest(small)
  await end(parts, request)
  expect(await row(request.jobId)).toMatchObject({ status })
  const ended = await row(request.jobId)
  await deliver(request)
  expect(await row(request.jobId)).toEqual(ended)
  expect(log.lines().at(-1)).toMatchObject({
    event: 'job_already_ended',
    status,
    message: expect.stringContaining('"force_refresh": true'),
  })
  await query(`update customers set name = 'wrong'`)
  const before = sandbox.stats().requests
  const again = { ...request, additionalData: { ...(request.additionalData as object), force_refresh: true } }
  await deliver(again)
  expect(await row(request.jobId)).toMatchObject({
    status: 'completed',
    fetched: '30',
    error: null,
    options: { forceRefresh: true },
    requests: String(sandbox.stats().requests - before),
  })
  expect(await query(`select count(*)::int as wrong from customers where name = 'wrong'`)).toEqual([{ wrong: 0 }])
})

test('a message from before the end does not start its job over', async () => {
  const { deliver, row, worker, sandbox } = await openEnv()
  const request = jobRequest({ additionalData: { force_refresh: true } })
  const event = sqsEvent([JSON.stringify(request)])
  await deliver(request)
  const ended = await row(request.jobId)
  const { requests } = sandbox.stats()
  await worker.handle(event, context(60_000))
  expect(await row(request.jobId)).toEqual(ended)
  expect(sandbox.stats().requests).toBe(requests)
})

test('a checkpoint of a newer version gives the message back, and the job goes on where that version is deployed', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { deliver, row, query } = await openEnv({ settings: { Worker__MaxRetries: '0' } })
  const request = jobRequest(small)
  await query(
    `insert into sync_jobs (id, tenant_id, provider, status, sync_type, options, checkpoint)
     values ($1, $2, 'stripe', 'paused', 'full', $3, '{"version": 3}')`,
    [request.jobId, request.tenantId, JSON.stringify(request.additionalData)],
  )
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({
    status: 'retrying',
    attempt: 0,
    waiting_for: { code: 'checkpoint_newer', message: expect.stringContaining('Deploy the newer version') },
    checkpoint: { version: 3 },
  })
  await query('update sync_jobs set checkpoint = null')
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', created: '30' })
  vi.restoreAllMocks()
})
