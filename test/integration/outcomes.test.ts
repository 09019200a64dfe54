import type { SQSEvent } from 'aws-lambda'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type Invoke, inProcess } from '../../src/local/event-source.ts'
import { countsMessages, countsRequests } from '../support/faults.ts'
import { context, jobRequest } from '../support/setup.ts'
import type { SqsWorker } from '../support/sqs-worker.ts'

/*
 * The table of outcomes, row by row, through the event source and the queue.
 */

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

import { down, empty, heldJob, openEnv, released } from './outcome-env.ts'

test('completed: the message is acknowledged', async () => {
  const { queue, send, deliver, job } = await openEnv()
  const request = jobRequest()
  await send(request)
  const { failed } = await deliver()
  expect(failed).toEqual([])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', deliveries: 1, ...released, error: null })
  expect(await queue.counts()).toEqual(empty)
  expect(await queue.deadLetters()).toEqual([])
})

/** Twelve pages, three a second: more than the worker believes to have time for. */
const slow = { sandbox: { customers: 60 }, settings: { Stripe__EndpointRequestsPerSecond: '3' } }

const invocationMs = 2_400

/** The worker believes that an invocation ends early. The event source waits: a busy machine may be late. */
const hurried = ({ handle }: SqsWorker) => ({ handle: (event: SQSEvent) => handle(event, context(invocationMs)) })

const small = { additionalData: { batch_size: 5 } }

test('paused: the job is sent again before its message is acknowledged', async () => {
  const { queue, send, drain, worker, job } = await openEnv({ ...slow, exempt: countsMessages })
  const request = jobRequest(small)
  await send(request)
  const held: unknown[] = []
  const messages: unknown[] = []
  const invoke: Invoke = async (event, timeoutMs) => {
    const invocation = await inProcess(hurried(worker).handle)(event, timeoutMs)
    expect(invocation).toEqual({ kind: 'response', payload: { batchItemFailures: [] } })
    messages.push(event.Records[0]?.messageId)
    held.push({ ...(await queue.counts()), row: await job(request.jobId) })
    return invocation
  }
  await drain({ invoke, concurrency: 1 })
  expect(held[0]).toMatchObject({
    visible: 1,
    inFlight: 1,
    row: { status: 'paused', hop: 1, attempt: 0, error: null, ...released },
  })
  expect(new Set(messages).size).toBe(messages.length)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '60', created: '60' })
  expect(await queue.counts()).toEqual(empty)
})

test('paused, but the job cannot be sent again: its message is redelivered', async () => {
  const { queue, openWorker, job, send, deliver, timePasses } = await openEnv(slow)
  const cutOff = await openWorker({ Queue__Url: `${queue.endpoint}/000000000000/gone` })
  const request = jobRequest(small)
  const id = await send(request)
  const first = await deliver({ worker: { ...cutOff, ...hurried(cutOff) } })
  expect(first.failed).toEqual([id])
  expect(await job(request.jobId)).toMatchObject({ status: 'paused', attempt: 0 })
  expect(await queue.counts()).toEqual({ ...empty, inFlight: 1 })
  await timePasses(first)
  const second = await deliver()
  expect(second.event.Records[0]).toMatchObject({ messageId: id, attributes: { ApproximateReceiveCount: '2' } })
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '60', created: '60' })
})

test.each(['completed', 'failed'] as const)('finished: a job that is %s stays as it is', async (status) => {
  const { send, deliver, job, sandbox, queue } = await openEnv()
  const request = jobRequest(status === 'failed' ? { accessToken: 'sk_live_revoked1' } : {})
  await send(request)
  await deliver()
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status })
  const { requests } = sandbox.stats()
  for (const again of [request, { ...request, accessToken: 'sk_live_other1' }, { ...request, unknown: 1 }]) {
    await send(again)
    expect((await deliver()).failed).toEqual([])
  }
  expect(await job(request.jobId)).toEqual(row)
  expect(sandbox.stats().requests).toBe(requests)
  expect(await queue.counts()).toEqual(empty)
  expect(await queue.deadLetters()).toEqual([])
})

test('busy: a message for a job that another worker is at is sent again with a delay', async () => {
  const parts = await openEnv({ exempt: countsMessages })
  const { queue, send, deliver, job, query } = parts
  const request = jobRequest()
  const finish = await heldJob(parts, request)
  // Longer than SQS can delay a message.
  await query(`update sync_jobs set lease_until = now() + interval '2 hours'`)
  const row = await job(request.jobId)
  await send(request)
  expect((await deliver()).failed).toEqual([])
  expect(await queue.counts()).toEqual({ ...empty, delayed: 1 })
  expect(await job(request.jobId)).toEqual(row)
  await finish()
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', deliveries: 1 })
})

test('busy: a job whose account another job is at waits as pending and is sent again with a delay', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await openEnv({ settings: { Worker__LeaseSeconds: '2' }, exempt: countsMessages })
  const { queue, send, deliver, drain, job } = parts
  const running = jobRequest()
  const finish = await heldJob(parts, running)
  const waiting = jobRequest({ tenantId: running.tenantId })
  await send(waiting)
  expect((await deliver()).failed).toEqual([])
  expect(await queue.counts()).toEqual({ ...empty, delayed: 1 })
  const row = await job(waiting.jobId)
  expect(row).toMatchObject({ status: 'pending', attempt: 0, deliveries: 0, started_at: null, ...released })
  await finish()
  await drain()
  expect(await job(running.jobId)).toMatchObject({ status: 'completed', created: '30' })
  expect(await job(waiting.jobId)).toMatchObject({ status: 'completed', created: '0', unchanged: '30' })
})

const retried = { code: 'cursor_gone', retryable: true }

test('failed, may work later: retrying with back-off until MaxRetries, then failed', async () => {
  const { send, deliver, drain, job, sandbox, queue } = await openEnv({ settings: { Worker__MaxRetries: '2' } })
  sandbox.fail(down)
  const request = jobRequest()
  const id = await send(request)
  expect((await deliver()).failed).toEqual([id])
  expect(await job(request.jobId)).toMatchObject({
    status: 'retrying',
    attempt: 1,
    error: { ...retried, message: expect.stringMatching(/^stripe: .*400/) },
    next_attempt_at: expect.any(Date),
    finished_at: null,
    ...released,
  })
  expect(await queue.counts()).toEqual({ ...empty, inFlight: 1 })
  await drain()
  expect(await job(request.jobId)).toMatchObject({
    status: 'failed',
    attempt: 3,
    deliveries: 3,
    hop: 0,
    error: retried,
    result: { status: 'failed', error: retried },
    next_attempt_at: null,
    ...released,
  })
  expect(await queue.deadLetters()).toEqual([])
})

test('failed, may work later: the message is hidden as long as the row says', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0.5)
  const { send, deliver, job, sandbox, worker } = await openEnv({ settings: { Worker__RetryDelaySeconds: '4' } })
  sandbox.fail({ ...down, times: 1 })
  const request = jobRequest()
  await send(request)
  await deliver()
  const returned = performance.now()
  const row = await job(request.jobId)
  expect(Number(row?.next_attempt_at) - Number(row?.updated_at)).toBe(2_000)
  await deliver({ worker })
  expect(performance.now() - returned).toBeGreaterThan(1_900)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 1, error: null, deliveries: 2 })
})

test.each([
  ['100', 100],
  ['600', 600],
  ['100000', 900],
])(
  'a provider that asks for %s seconds is left alone by the queue for %i, and no attempt is spent',
  async (delay, seconds) => {
    vi.spyOn(systemClock, 'random').mockReturnValue(0)
    const { send, deliver, job, sandbox, queue } = await openEnv({ exempt: countsRequests })
    sandbox.fail({ kind: 'error', status: 503, headers: { 'Retry-After': delay } })
    const request = jobRequest()
    const id = await send(request)
    const { event, failed } = await deliver()
    expect(failed).toEqual([id])
    const row = await job(request.jobId)
    // The first page, and beside it the account of a key that is not known yet.
    expect(row).toMatchObject({
      status: 'retrying',
      attempt: 0,
      requests: '2',
      error: { code: 'provider_unavailable' },
    })
    expect(Number(row?.next_attempt_at) - Number(row?.updated_at)).toBe(seconds * 1_000)
    expect(event.Records).toHaveLength(1)
    expect(await queue.counts()).toEqual({ ...empty, inFlight: 1 })
  },
)
