import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * A job that takes longer than an invocation goes on in the next, and one that gets nowhere ends.
 */

afterEach(() => vi.restoreAllMocks())

async function openEnv(options: SetupOptions = {}) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({
    ...options,
    settings: { Worker__LeaseSeconds: '2', ...options.settings },
    sandbox: { customers: 60, ...options.sandbox },
  })
  const { query, sandbox, queue } = parts
  return {
    ...parts,
    send: (request: object) => queue.send(JSON.stringify(request)),
    async expectTruth() {
      const rows = await query('select raw from customers order by created_at desc, id collate "C" desc')
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
    },
    /** The job began so much earlier. */
    elapses: (jobId: string, time: string) =>
      query('update sync_jobs set started_at = started_at - $2::interval where id = $1', [jobId, time]),
  }
}

/** Twenty pages, three a second: more than an invocation has time for. A busy machine has 500 ms for the last commit. */
const slow = { settings: { Stripe__EndpointRequestsPerSecond: '3' } }
const invocationMs = 1_500
const small = { additionalData: { batch_size: 3 } }
const whole = { status: 'completed', fetched: '60', created: '60', updated: '0', unchanged: '0', rejected: '0' }

test('a job that spans many invocations completes with every row, each read once', async () => {
  const { send, drain, job, expectTruth, sandbox, queue } = await openEnv(slow)
  const request = jobRequest(small)
  await send(request)
  await drain({ timeoutMs: invocationMs, concurrency: 1 })
  const row = await job(request.jobId)
  expect(row).toMatchObject({ ...whole, attempt: 0, stalled: 0, error: null })
  expect(Number(row?.hop)).toBeGreaterThan(3)
  expect(row?.deliveries).toBe(Number(row?.hop) + 1)
  await expectTruth()
  expect(sandbox.stats()).toMatchObject({ cursorMisuse: 0 })
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  expect(row?.result).toMatchObject({ durationMs: expect.toSatisfy((ms) => ms > 1_500 && ms < 60_000) })
})

test('a chain that does not advance stops within three deliveries', async () => {
  const { send, drain, job, sandbox, queue } = await openEnv()
  sandbox.fail({ kind: 'hang', path: '/v1/customers' })
  const request = jobRequest()
  await send(request)
  await drain({ timeoutMs: 2_000, concurrency: 1 })
  expect(await job(request.jobId)).toMatchObject({
    status: 'failed',
    deliveries: 3,
    hop: 2,
    attempt: 0,
    error: { code: 'stalled', retryable: false },
    lease_owner: null,
  })
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

test('what had arrived before the provider fell silent is kept, and a chain that advances now and then goes on', async () => {
  const { send, drain, job, sandbox, expectTruth } = await openEnv()
  // In each invocation one page comes, the next does not.
  let requests = 0
  sandbox.onRequest(async ({ path }) => {
    if (path === '/v1/customers' && ++requests % 2 === 0)
      await new Promise((resolve) => setTimeout(resolve, 4_000).unref())
  })
  const request = jobRequest({ additionalData: { batch_size: 20 } })
  await send(request)
  await drain({ timeoutMs: 2_700, concurrency: 1 })
  const row = await job(request.jobId)
  expect(row).toMatchObject({ ...whole, attempt: 0 })
  expect(Number(row?.hop)).toBeGreaterThanOrEqual(2)
  await expectTruth()
})

test('the end of an invocation sets when fetching stops and when it is aborted', async () => {
  const { handle, job, sandbox } = await openEnv()
  sandbox.fail({ kind: 'hang', path: '/v1/customers' })
  const request = jobRequest()
  const began = performance.now()
  let isOver = false
  // The worker watches the time from before its first request on.
  let end: NodeJS.Timeout | undefined
  sandbox.onRequest(() => {
    end ??= setTimeout(() => {
      isOver = true
    }, 4_500)
  })
  const aborts: { readonly ms: number; readonly isOver: boolean }[] = []
  const { abort } = AbortController.prototype
  vi.spyOn(AbortController.prototype, 'abort').mockImplementation(function (this: AbortController, reason) {
    aborts.push({ ms: performance.now() - began, isOver })
    abort.call(this, reason)
  })
  expect(await handle([JSON.stringify(request)], 4_500)).toEqual({ batchItemFailures: [] })
  clearTimeout(end)
  // A third before the end nothing new is fetched, a ninth before the end the fetch is aborted. A busy machine is late with
  // both and with the end, in this order.
  const [drain, last] = [aborts.find(({ ms }) => ms > 2_900), aborts.find(({ ms }) => ms > 3_900)]
  expect(drain).toMatchObject({ isOver: false })
  expect(last).toMatchObject({ isOver: false })
  expect(await job(request.jobId)).toMatchObject({ status: 'paused' })
})

/** A job that timed out after some of its pages. */
async function timedOut(parts: Awaited<ReturnType<typeof openEnv>>) {
  const { send, drain, job, elapses, sandbox } = parts
  const request = jobRequest(small)
  await send(request)
  let late = false
  const stop = sandbox.onRequest(async () => {
    if (late || Number((await job(request.jobId))?.fetched) < 10) return
    late = true
    await elapses(request.jobId, '1 hour')
  })
  await drain({ timeoutMs: invocationMs, concurrency: 1 })
  stop()
  const row = await job(request.jobId)
  expect(row).toMatchObject({
    status: 'failed',
    error: {
      code: 'timeout',
      message: expect.stringMatching(/^job: it was not done within \d+ minutes \(Worker\.TimeoutMinutes\)\. Send/),
      retryable: false,
    },
    result: { status: 'failed', error: { code: 'timeout' } },
    checkpoint: { version: 1, slices: [{ resource: 'customers' }] },
    attempt: 0,
    lease_owner: null,
  })
  expect(Number(row?.fetched)).toBeGreaterThanOrEqual(10)
  expect(Number(row?.fetched)).toBeLessThan(60)
  return { request, row }
}

test('a job past TimeoutMinutes fails with its checkpoint kept, and the same jobId sent again goes on from there', async () => {
  const parts = await openEnv({
    ...slow,
    exempt: {
      calls: ['provider'],
      because: 'It counts the requests that reach the provider. A request that fails is made again.',
    },
  })
  const { send, drain, job, expectTruth, sandbox } = parts
  const { request, row } = await timedOut(parts)
  const { requests } = sandbox.stats()
  await send(request)
  await drain()
  const done = await job(request.jobId)
  expect(done).toMatchObject({ ...whole, error: null, finished_at: expect.any(Date), result: { status: 'completed' } })
  // Only what was missing was read.
  const missing = 60 - Number(row?.fetched)
  expect(sandbox.stats().requests - requests).toBeLessThanOrEqual(Math.ceil(missing / 3) + 2)
  expect(done?.result).toMatchObject({ durationMs: expect.toSatisfy((ms) => ms < 60_000) })
  await expectTruth()
})

test('a copy of a message from before a time-out does not revive its job', async () => {
  const parts = await openEnv(slow)
  const { request, row } = await timedOut(parts)
  const { worker, job, sandbox } = parts
  const { requests } = sandbox.stats()
  const copy = (sentAt: number) =>
    worker.handle(
      {
        Records: [
          {
            messageId: 'copy',
            receiptHandle: 'none',
            body: JSON.stringify(request),
            attributes: { ApproximateReceiveCount: '2', SentTimestamp: String(sentAt) },
          },
        ],
      } as never,
      { getRemainingTimeInMillis: () => 60_000 } as never,
    )
  expect(await copy(Number(row?.finished_at) - 1)).toEqual({ batchItemFailures: [] })
  expect(await job(request.jobId)).toEqual(row)
  expect(sandbox.stats().requests).toBe(requests)
  expect(await copy(Number(row?.finished_at) + 1)).toEqual({ batchItemFailures: [] })
  expect(await job(request.jobId)).toMatchObject(whole)
})

test('sent again with force_refresh, a job that timed out starts over', async () => {
  const parts = await openEnv(slow)
  const { send, drain, job, expectTruth, sandbox } = parts
  const { request, row } = await timedOut(parts)
  sandbox.advance(5)
  await send({ ...request, additionalData: { ...small.additionalData, resources: ['customers'], force_refresh: true } })
  await drain()
  const before = Number(row?.fetched)
  expect(await job(request.jobId)).toMatchObject({
    status: 'completed',
    fetched: '60',
    created: String(60 - before),
    updated: String(before),
    unchanged: '0',
    rejected: '0',
    progress: { customers: { fetched: 60, created: 60 - before, updated: before, share: 1 } },
    result: { resources: { customers: { fetched: 60 } } },
  })
  await expectTruth()
})

test('a job that waits too long between its deliveries has timed out when it is taken up', async () => {
  const { drain, job, sandbox, elapses, handle } = await openEnv(slow)
  const request = jobRequest(small)
  await handle([JSON.stringify(request)], 1_000)
  expect(await job(request.jobId)).toMatchObject({ status: 'paused' })
  await elapses(request.jobId, '31 minutes')
  const { requests } = sandbox.stats()
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
  expect(sandbox.stats().requests).toBe(requests)
})
