import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { countsTransactions } from '../support/faults.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { openEnv } from './concurrency-env.ts'

/*
 * What the channel `sync_jobs` announces: each change of a job, and nothing else.
 */

test('a job that waits for its account is announced once, and when it runs', async () => {
  const { url, handle, sandbox, openWorker, query } = await openEnv({
    settings: { Worker__LeaseSeconds: '60' },
    exempt: countsTransactions,
  })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const first = jobRequest()
  const second = jobRequest({ tenantId: first.tenantId })
  const payloads: string[] = []
  listener.on('notification', ({ payload }) => {
    const { id, status } = JSON.parse(payload ?? '')
    if (id === second.jobId) payloads.push(status)
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
  expect(payloads.slice(0, 3)).toEqual(['running', 'pending', 'running'])
  expect(payloads.at(-1)).toBe('completed')
  expect(payloads.filter((status) => status === 'pending')).toHaveLength(1)
})

test('nothing is announced where that is turned off', async () => {
  const { url, handle, job } = await openEnv({ settings: { Worker__Announce: 'false' } })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const payloads: string[] = []
  listener.on('notification', ({ payload }) => payloads.push(payload ?? ''))
  const request = jobRequest()
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
  await listener.query('select 1')
  expect(payloads).toEqual([])
})

test('the claim and each commit are announced, and progress only grows', async () => {
  const { url, handle, job } = await openEnv({
    settings: { Stripe__EndpointRequestsPerSecond: '30' },
    sandbox: { customers: 900, latencyMs: 10 },
    exempt: countsTransactions,
  })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const payloads: Record<string, unknown>[] = []
  const ended = new Promise<void>((resolve) =>
    listener.on('notification', ({ channel, payload }) => {
      payloads.push({ channel, ...JSON.parse(payload ?? '') })
      if (payloads.at(-1)?.status === 'completed') resolve()
    }),
  )
  const request = jobRequest({ additionalData: { batch_size: 20 } })
  await handle([JSON.stringify(request)])
  await ended
  const row = await job(request.jobId)
  // The claim, the account, and each commit.
  expect(payloads.length).toBe(2 + Number(row?.commits))
  expect(payloads.length).toBeGreaterThan(6)
  expect(payloads[0]).toEqual({
    channel: 'sync_jobs',
    id: request.jobId,
    tenant_id: request.tenantId,
    provider: 'stripe',
    account: null,
    status: 'running',
    code: null,
    fetched: 0,
    requests: 0,
    progress: {},
  })
  expect(payloads[1]).toMatchObject({ account: 'acct_sandbox', status: 'running', fetched: 0 })
  expect(payloads.at(-1)).toEqual({
    channel: 'sync_jobs',
    id: request.jobId,
    tenant_id: request.tenantId,
    provider: 'stripe',
    account: 'acct_sandbox',
    status: 'completed',
    code: null,
    fetched: 900,
    requests: Number(row?.requests),
    progress: row?.progress,
  })
  expect(payloads.slice(0, -1).every(({ status }) => status === 'running')).toBe(true)
  const grows = (values: number[]) => values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0))
  const customers = payloads
    .slice(2)
    .map(({ progress }) => (progress as { customers: Record<string, number> }).customers)
  expect(grows(payloads.map(({ fetched }) => Number(fetched)))).toBe(true)
  expect(grows(customers.map(({ fetched }) => Number(fetched)))).toBe(true)
  expect(grows(customers.map(({ share }) => Number(share)))).toBe(true)
  expect(customers.every(({ share }) => Number(share) >= 0 && Number(share) <= 1)).toBe(true)
  expect(customers.slice(0, -1).every(({ share }) => Number(share) < 1)).toBe(true)
})

test('a job that is tried again, and one that fails, are announced with the code of the cause', async () => {
  const { url, handle, sandbox } = await openEnv({ exempt: countsTransactions })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  await listener.query('listen sync_jobs')
  const payloads: string[] = []
  listener.on('notification', ({ payload }) => {
    const { status, code } = JSON.parse(payload ?? '')
    payloads.push(`${status} ${code}`)
  })
  const heal = sandbox.fail({ kind: 'error', status: 503, headers: { 'Retry-After': '1000' } })
  await handle([JSON.stringify(jobRequest())])
  heal()
  await handle([JSON.stringify(jobRequest({ accessToken: 'sk_live_revoked1' }))])
  await listener.query('select 1')
  expect(payloads).toEqual(['running null', 'retrying provider_unavailable', 'running null', 'failed key_not_accepted'])
})
