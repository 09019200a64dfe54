import pg from 'pg'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type Invoke, inProcess } from '../../src/local/event-source.ts'
import { isDisturbed } from '../support/faults.ts'
import { context, jobRequest, type SetupOptions, setup, sqsEvent } from '../support/setup.ts'

/*
 * Many workers, one truth: a job has one runner, an account one job at a time, and who is at work is known to be.
 */

afterEach(() => vi.restoreAllMocks())

async function openEnv(options: SetupOptions = {}) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({ ...options, settings: { Worker__LeaseSeconds: '2', ...options.settings } })
  const { query, sandbox } = parts
  return {
    ...parts,
    send: (request: object) => parts.queue.send(JSON.stringify(request)),
    async expectTruth(tenantId: string) {
      const rows = await query(
        'select raw from customers where tenant_id = $1 order by created_at desc, id collate "C" desc',
        [tenantId],
      )
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
    },
  }
}

test('a message delivered to two workers at the same moment is worked on by one, ten times over', async () => {
  const { worker, openWorker, handle, job, sandbox, expectTruth, drain, queue } = await openEnv({
    sandbox: { customers: 500 },
    exempt: {
      calls: ['database', 'queue'],
      because: 'It names the fence and counts messages. A claim or a message whose answer is lost is made again.',
    },
  })
  const pages = { additionalData: { batch_size: 10 } }
  await handle([JSON.stringify(jobRequest(pages))])
  const single = sandbox.stats().requests
  const other = await openWorker()
  const requests = Array.from({ length: 10 }, () => jobRequest(pages))
  for (const request of requests) {
    const event = sqsEvent([JSON.stringify(request)])
    const answers = await Promise.all([worker, other].map((one) => one.handle(event, context(60_000))))
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
  const { send, drain, query, expectTruth } = await openEnv({ sandbox: { customers: 200, latencyMs: 20 } })
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
  const { send, drain, sandbox, job, query, worker, openWorker, expectTruth } = await openEnv()
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
  // A renewal that fails is made again, later.
  expect(Math.min(...leases)).toBeGreaterThan(isDisturbed() ? 0 : 0.5)
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

test('a job that waits for its account is announced once, and when it runs', async () => {
  const { url, handle, sandbox, openWorker, query } = await openEnv({ settings: { Worker__LeaseSeconds: '60' } })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const first = jobRequest()
  const second = jobRequest({ tenantId: first.tenantId })
  const told: string[] = []
  listener.on('notification', ({ payload }) => {
    const { id, status } = JSON.parse(payload ?? '')
    if (id === second.jobId) told.push(status)
  })
  const rival = await openWorker({ Queue__Url: '' })
  let tried = false
  sandbox.onRequest(async ({ path }) => {
    if (tried || path === '/v1/account') return
    tried = true
    await expect.poll(() => query('select 1 from sync_jobs where account is not null')).toHaveLength(1)
    for (const _ of [1, 2]) await rival.handle(sqsEvent([JSON.stringify(second)]), context(60_000))
  })
  await handle([JSON.stringify(first)])
  await handle([JSON.stringify(second)])
  // What was told before the answer to a query is heard before it.
  await listener.query('select 1')
  // Its first claim finds out which account it needs; later ones are refused without a word.
  expect(told.slice(0, 3)).toEqual(['running', 'pending', 'running'])
  expect(told.at(-1)).toBe('completed')
  expect(told.filter((status) => status === 'pending')).toHaveLength(1)
})

test('nothing is announced where that is turned off', async () => {
  const { url, handle, job } = await openEnv({ settings: { Worker__Announce: 'false' } })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const told: string[] = []
  listener.on('notification', ({ payload }) => told.push(payload ?? ''))
  const request = jobRequest()
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
  await listener.query('select 1')
  expect(told).toEqual([])
})

test('the claim and each commit are announced, and progress only grows', async () => {
  const { url, handle, job } = await openEnv({
    settings: { Stripe__EndpointRequestsPerSecond: '30' },
    sandbox: { customers: 900, latencyMs: 10 },
  })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const told: Record<string, unknown>[] = []
  const ended = new Promise<void>((resolve) =>
    listener.on('notification', ({ channel, payload }) => {
      told.push({ channel, ...JSON.parse(payload ?? '') })
      if (told.at(-1)?.status === 'completed') resolve()
    }),
  )
  const request = jobRequest({ additionalData: { batch_size: 20 } })
  await handle([JSON.stringify(request)])
  await ended
  const row = await job(request.jobId)
  // The claim, the account, and each commit.
  expect(told.length).toBe(2 + Number(row?.commits))
  expect(told.length).toBeGreaterThan(6)
  expect(told[0]).toEqual({
    channel: 'sync_jobs',
    id: request.jobId,
    tenant_id: request.tenantId,
    provider: 'stripe',
    account: null,
    status: 'running',
    fetched: 0,
    requests: 0,
    progress: {},
  })
  expect(told[1]).toMatchObject({ account: 'acct_sandbox', status: 'running', fetched: 0 })
  expect(told.at(-1)).toEqual({
    channel: 'sync_jobs',
    id: request.jobId,
    tenant_id: request.tenantId,
    provider: 'stripe',
    account: 'acct_sandbox',
    status: 'completed',
    fetched: 900,
    requests: Number(row?.requests),
    progress: row?.progress,
  })
  expect(told.slice(0, -1).every(({ status }) => status === 'running')).toBe(true)
  const grows = (values: number[]) => values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0))
  const customers = told.slice(2).map(({ progress }) => (progress as { customers: Record<string, number> }).customers)
  expect(grows(told.map(({ fetched }) => Number(fetched)))).toBe(true)
  expect(grows(customers.map(({ fetched }) => Number(fetched)))).toBe(true)
  expect(grows(customers.map(({ share }) => Number(share)))).toBe(true)
  expect(customers.every(({ share }) => Number(share) >= 0 && Number(share) <= 1)).toBe(true)
  expect(customers.slice(0, -1).every(({ share }) => Number(share) < 1)).toBe(true)
})
