import { expect, test } from 'vitest'
import { type Invoke, inProcess } from '../../src/local/event-source.ts'
import { countsTransactions } from '../support/faults.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { openEnv } from './concurrency-env.ts'

/*
 * Many workers, one truth: a job has one runner, an account one job at a time, and who is at work is known to be.
 */

test('a message delivered to two workers at the same moment is worked on by one, ten times over', async () => {
  const { worker, openWorker, handle, job, sandbox, expectTruth, drain, queue } = await openEnv({
    sandbox: { customers: 500 },
    exempt: {
      calls: ['provider', 'database', 'queue'],
      because: 'It names the fence and counts requests and messages. A call whose answer is lost is made again.',
    },
  })
  const pages = { additionalData: { batch_size: 10 } }
  await handle([JSON.stringify(jobRequest(pages))])
  const single = sandbox.stats().requests
  const other = await openWorker()
  const requests = Array.from({ length: 10 }, () => jobRequest(pages))
  for (const request of requests) {
    const event = sqsEvent([JSON.stringify(request)])
    const answers = await Promise.all([worker, other].map((item) => item.handle(event, context(60_000))))
    expect(answers).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }])
    expect(await job(request.jobId)).toMatchObject({
      status: 'completed',
      deliveries: 1,
      fence: '1',
      fetched: '500',
      created: '500',
    })
    await expectTruth(request.tenantId)
  }
  expect(sandbox.stats().requests - single).toBeLessThanOrEqual(10 * single * 1.05)
  // The other ten wait to be seen finished.
  expect((await queue.counts()).delayed).toBe(10)
  const before = sandbox.stats().requests
  await drain()
  expect(sandbox.stats().requests).toBe(before)
})

test('two jobs on one account run one after the other', async () => {
  const { send, drain, query, expectTruth } = await openEnv({
    sandbox: { customers: 200, latencyMs: 20 },
    exempt: countsTransactions,
  })
  const first = jobRequest()
  const second = jobRequest({ tenantId: first.tenantId })
  await send(first)
  await send(second)
  await drain({ concurrency: 4 })
  const [earlier, later, ...more] = await query('select * from sync_jobs order by started_at')
  expect(more).toEqual([])
  expect([earlier, later]).toMatchObject([
    { status: 'completed', created: '200', deliveries: 1 },
    { status: 'completed', unchanged: '200', deliveries: 1 },
  ])
  expect(Number(later?.started_at)).toBeGreaterThanOrEqual(Number(earlier?.finished_at))
  await expectTruth(first.tenantId)
})

test('two tenants are served at once, by two workers and by one', async () => {
  const { send, drain, sandbox, query, handle } = await openEnv()
  // The first requests of all are answered only once there are two of them.
  const meeting = (size: number) => {
    let waiting = 0
    let meet = () => {}
    const met = new Promise<void>((resolve) => {
      meet = resolve
    })
    return sandbox.onRequest(() => {
      if (++waiting === size) meet()
      return met
    })
  }
  const over = meeting(2)
  await send(jobRequest())
  await send(jobRequest())
  await drain({ concurrency: 2 })
  over()
  meeting(3)
  await handle([1, 2, 3].map(() => JSON.stringify(jobRequest())))
  expect(await query('select status from sync_jobs')).toEqual(
    Array.from({ length: 5 }, () => ({ status: 'completed' })),
  )
})

test('a job longer than its lease keeps its message hidden and its lease alive', async () => {
  const { send, drain, sandbox, job, query, worker, openWorker, expectTruth } = await openEnv({
    exempt: countsTransactions,
  })
  const request = jobRequest({ additionalData: { batch_size: 50 } })
  let invocations = 0
  const invoke: Invoke = (event, timeoutMs) => {
    invocations++
    return inProcess(worker.handle)(event, timeoutMs)
  }
  const rival = await openWorker({ Queue__Url: '' })
  const leases: number[] = []
  let held = false
  sandbox.onRequest(async () => {
    if (held) return
    held = true
    // Twice as long as message and lease last by themselves.
    for (let at = 0; at < 10; at++) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const [row] = await query('select extract(epoch from lease_until - now())::float8 as left from sync_jobs')
      leases.push(Number(row?.left))
    }
    // Not by the queue, which has it hidden: a copy.
    await rival.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
  })
  await send(request)
  await drain({ invoke, concurrency: 2 })
  expect(invocations).toBe(1)
  expect(Math.min(...leases)).toBeGreaterThan(0)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', deliveries: 1, fence: '1' })
  await expectTruth(request.tenantId)
})

test('a worker whose lease was taken stops asking the provider', async () => {
  const { sandbox, query, handle, job } = await openEnv({ settings: { Stripe__EndpointRequestsPerSecond: '5' } })
  const request = jobRequest({ additionalData: { batch_size: 5 } })
  let lost = false
  sandbox.onRequest(async ({ path }) => {
    if (lost || path !== '/v1/customers') return
    lost = true
    await query(`update sync_jobs set fence = fence + 1, lease_owner = 'another'`)
  })
  await handle([JSON.stringify(request)])
  expect(sandbox.stats().list).toBeLessThan(10)
  expect(await job(request.jobId)).toMatchObject({
    status: 'running',
    lease_owner: 'another',
    fetched: '0',
    commits: '0',
  })
  expect(await query('select 1 from customers')).toEqual([])
})
