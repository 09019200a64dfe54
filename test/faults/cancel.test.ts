import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Exemption } from '../support/faults.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * A job is cancelled by one SQL statement, that of docs/operations.md. Its worker stops within a page, or at its next heartbeat; its messages
 * are acknowledged.
 */

afterEach(() => vi.restoreAllMocks())

const cancel = `update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null
  where id = $1 and finished_at is null`

async function openEnv(settings: Record<string, string> = {}, exempt?: Exemption) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  return setup({ sandbox: { customers: 600, latencyMs: 10 }, settings, ...(exempt && { exempt }) })
}

test('a running job that is cancelled stops within a page, keeps its rows, and is not sent again', async () => {
  const { handle, job, query, sandbox, queue } = await openEnv({ Stripe__EndpointRequestsPerSecond: '10' })
  const request = jobRequest({ additionalData: { batch_size: 5 } })
  let requests = 0
  let atCancel: { readonly fetched: number; readonly requests: number } | undefined
  sandbox.onRequest(async ({ path }) => {
    if (path !== '/v1/customers') return
    requests++
    const fetched = Number((await job(request.jobId))?.fetched)
    if (fetched < 15 || atCancel) return
    atCancel = { fetched, requests }
    await query(cancel, [request.jobId])
  })
  expect(await handle([JSON.stringify(request)])).toEqual({ batchItemFailures: [] })
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'cancelled', lease_owner: null, error: null, attempt: 0 })
  expect(await query('select count(*)::text as count from customers')).toEqual([{ count: row?.fetched }])
  if (!atCancel) throw new Error('the job ended before it was cancelled')
  // A busy machine commits pages late, so that more of them are asked for and are committed before the statement that cancels.
  expect(Number(row?.fetched) - atCancel.fetched).toBeLessThan(45)
  expect(requests - atCancel.requests).toBeLessThan(17)
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

test('a job that waits for its provider is stopped by its next heartbeat', async () => {
  const { handle, job, query, sandbox, queue } = await openEnv(
    { Worker__LeaseSeconds: '2' },
    {
      calls: ['database', 'queue'],
      because: 'It counts messages. A claim or a message whose answer is lost is made again.',
    },
  )
  sandbox.fail({ kind: 'hang', path: '/v1/customers' })
  const request = jobRequest()
  sandbox.onRequest(async () => {
    setTimeout(() => void query(cancel, [request.jobId]), 200)
  })
  expect(await handle([JSON.stringify(request)], 600_000)).toEqual({ batchItemFailures: [] })
  expect(await job(request.jobId)).toMatchObject({ status: 'cancelled', fetched: '0' })
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

test.each(['pending', 'paused', 'retrying'] as const)(
  'a job that is %s when it is cancelled is over: its messages are acknowledged and the provider receives no request',
  async (status) => {
    const { worker, job, query, sandbox } = await openEnv()
    const request = jobRequest()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, status, sync_type, error) values ($1, $2, 'stripe', $3, 'full', $4)`,
      [request.jobId, request.tenantId, status, status === 'retrying' ? '{"code":"x"}' : null],
    )
    await query(cancel, [request.jobId])
    const row = await job(request.jobId)
    expect(await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))).toEqual({ batchItemFailures: [] })
    expect(await job(request.jobId)).toEqual(row)
    expect(sandbox.stats().requests).toBe(0)
  },
)

test('a job that has ended cannot be cancelled, and the account of a cancelled one is free at once', async () => {
  const { handle, job, query } = await openEnv()
  const request = jobRequest()
  await handle([JSON.stringify(request)])
  await query(cancel, [request.jobId])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
  const running = jobRequest({ tenantId: request.tenantId })
  await query(
    `insert into sync_jobs (id, tenant_id, provider, status, sync_type, lease_owner, lease_until)
     values ($1, $2, 'stripe', 'running', 'full', 'another', now() + interval '1 hour')`,
    [running.jobId, running.tenantId],
  )
  await query(cancel, [running.jobId])
  const next = jobRequest({ tenantId: request.tenantId })
  await handle([JSON.stringify(next)])
  expect(await job(next.jobId)).toMatchObject({ status: 'completed', deliveries: 1 })
})
