import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { down, openEnv, small } from './outages-env.ts'

test('an outage of the provider spends no attempt, and the row says what it waits for and since when', async () => {
  const { deliver, row, sandbox } = await openEnv({ settings: { Worker__MaxRetries: '1' } })
  const request = jobRequest(small)
  const heal = sandbox.fail({ ...down, after: 2 })
  await deliver(request)
  const first = await row(request.jobId)
  expect(first).toMatchObject({
    status: 'retrying',
    attempt: 0,
    waiting_for: {
      code: 'provider_unavailable',
      message: expect.stringMatching(
        /^stripe: Stripe failed \(503, req_\w+\)\. If it goes on, look at status\.stripe\.com/,
      ),
    },
    waiting_since: expect.any(Date),
    error: { code: 'provider_unavailable', retryable: true },
  })
  for (let n = 0; n < 5; n++) await deliver(request)
  expect(await row(request.jobId)).toMatchObject({
    status: 'retrying',
    attempt: 0,
    deliveries: 6,
    waiting_since: first.waiting_since,
  })
  heal()
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({
    status: 'completed',
    attempt: 0,
    created: '30',
    waiting_for: null,
    waiting_since: null,
    error: null,
  })
})

test('the back-off grows with the age of an outage, though no attempt is counted', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0.999_999)
  const { deliver, row, sandbox, query } = await openEnv({ settings: { Worker__RetryDelaySeconds: '30' } })
  sandbox.fail({ ...down, headers: { 'Retry-After': '70' } })
  const request = jobRequest()
  const waits: number[] = []
  for (const minutes of [0, 4, 60, 600]) {
    await query(
      `update sync_jobs set waiting_since = now() - make_interval(mins => ${minutes}) where waiting_since is not null`,
    )
    await deliver(request)
    const { next_attempt_at, updated_at } = await row(request.jobId)
    waits.push(Math.round((Number(next_attempt_at) - Number(updated_at)) / 1_000))
  }
  expect(waits[0]).toBe(70)
  expect(waits[1]).toBeGreaterThan(200)
  expect(waits.slice(2)).toEqual([900, 900])
  vi.restoreAllMocks()
})

test('when patience for an outage ends the job fails, and the same jobId sent again goes on from its checkpoint', async () => {
  const { deliver, row, sandbox, query } = await openEnv({
    sandbox: { customers: 60 },
    settings: { Worker__OutageMinutes: '120' },
  })
  await deliver(jobRequest(small))
  const whole = sandbox.stats().requests
  const request = jobRequest(small)
  const heal = sandbox.fail({ ...down, path: '/v1/customers', after: 9 })
  await deliver(request)
  const stored = Number((await row(request.jobId)).fetched)
  expect(stored).toBeGreaterThanOrEqual(20)
  await query(`update sync_jobs set waiting_since = now() - interval '121 minutes' where waiting_since is not null`)
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({
    status: 'failed',
    attempt: 0,
    error: {
      code: 'provider_unavailable',
      retryable: true,
      message: expect.stringMatching(
        /status\.stripe\.com\. The job waited 120 minutes for it \(Worker\.OutageMinutes\)\. Send the same jobId again: the job goes on from its checkpoint\.$/,
      ),
    },
  })
  heal()
  const before = sandbox.stats().requests
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', fetched: '60', created: '60', error: null })
  expect(sandbox.stats().requests - before).toBeLessThan(whole)
})

test('a job that failed as stalled goes on from its checkpoint when its message is sent again', async () => {
  const { deliver, row, sandbox } = await openEnv({ sandbox: { customers: 60 } })
  const request = jobRequest(small)
  const heal = sandbox.fail({ kind: 'hang', path: '/v1/customers', after: 9 })
  for (let n = 0; n < 4; n++) await deliver(request, 1_500)
  const failed = await row(request.jobId)
  expect(failed).toMatchObject({
    status: 'failed',
    error: { code: 'stalled', message: expect.stringContaining('send the same jobId again.') },
  })
  expect(Number(failed.fetched)).toBeGreaterThanOrEqual(25)
  heal()
  const before = sandbox.stats().requests
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', fetched: '60', created: '60', error: null })
  // All customers are twelve pages, and splitting such small ones costs a request each.
  expect(sandbox.stats().requests - before).toBeLessThan(18)
})

test('a failed attempt counts, and the job that failed for it goes on when it is sent again', async () => {
  const { deliver, row, sandbox } = await openEnv({ settings: { Worker__MaxRetries: '0' } })
  const request = jobRequest(small)
  const heal = sandbox.fail({ kind: 'not-a-list', path: '/v1/customers', after: 3 })
  vi.spyOn(systemClock, 'sleep').mockResolvedValue()
  vi.spyOn(systemClock, 'random').mockReturnValue(0.999)
  let time = performance.now()
  vi.spyOn(systemClock, 'now').mockImplementation(() => (time += 1_000))
  await deliver(request)
  vi.restoreAllMocks()
  const failed = await row(request.jobId)
  expect(failed).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'provider_response', retryable: true } })
  expect(failed.error).toMatchObject({
    message: expect.stringMatching(
      /^stripe: the answer is not a list\. .* The job failed its only attempt \(Worker\.MaxRetries\)\. Send the same jobId again: the job goes on from its checkpoint\.$/,
    ),
  })
  heal()
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', created: '30', attempt: 0 })
})

test('while a delivery waits for a rate limit, the row says so and the log has one line', async () => {
  const { deliver, row, sandbox, log } = await openEnv({ settings: { Worker__LeaseSeconds: '2' } })
  const request = jobRequest(small)
  const heal = sandbox.fail({ kind: 'rate-limited', reason: 'global-rate', retryAfter: 1, path: '/v1/customers' })
  const done = deliver(request)
  const waiting = {
    code: 'rate_limited',
    message: expect.stringMatching(
      /^stripe: too many requests \(429, .*\)\. If it goes on, lower Stripe\.RequestsPerSecond/,
    ),
  }
  await vi.waitFor(
    async () =>
      expect(await row(request.jobId)).toMatchObject({
        status: 'running',
        waiting_for: waiting,
        waiting_since: expect.any(Date),
      }),
    { timeout: 120_000, interval: 100 },
  )
  await vi.waitFor(() => expect(sandbox.stats().requests).toBeGreaterThan(3), { timeout: 120_000 })
  heal()
  await done
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', waiting_for: null, waiting_since: null })
  const lines = log.lines().filter(({ event }) => event === 'request_retrying')
  expect(lines).toMatchObject([
    { level: 'warn', code: 'rate_limited', reason: waiting.message, count: expect.any(Number) },
  ])
})

test('a paused job says which endpoint has not answered, and keeps since when', async () => {
  const { deliver, row, sandbox } = await openEnv()
  sandbox.fail({ kind: 'hang', path: '/v1/account' })
  const request = jobRequest()
  await deliver(request, 1_200)
  const paused = await row(request.jobId)
  const silent = /^stripe: the request for "account" had no answer when the delivery of 1 s ended\./
  expect(paused).toMatchObject({
    status: 'paused',
    waiting_for: { code: 'provider_unreachable', message: expect.stringMatching(silent) },
    waiting_since: expect.any(Date),
  })
  await deliver(request, 1_200)
  expect((await row(request.jobId)).waiting_since).toEqual(paused.waiting_since)
  await deliver(request, 1_200)
  const { error } = await row(request.jobId)
  expect(error).toMatchObject({
    code: 'stalled',
    message: expect.stringContaining('the request for "account" had no answer'),
  })
  expect(error).toMatchObject({ message: expect.not.stringContaining('a single item at a time') })
})

test('a paused job that has got on waits for nothing, although its last request has no answer', async () => {
  const { deliver, row, sandbox } = await openEnv()
  sandbox.fail({ kind: 'hang', path: '/v1/customers', after: 2 })
  const request = jobRequest({ additionalData: { ...small.additionalData, resources: ['customers'] } })
  await deliver(request, 3_000)
  expect(await row(request.jobId)).toMatchObject({ status: 'paused', waiting_for: null, waiting_since: null })
  expect(Number((await row(request.jobId)).commits)).toBeGreaterThan(0)
})

/** Postgres answers as without room on its disk. */
async function refuseCustomers(query: (text: string) => Promise<unknown>) {
  await query(`create function refuse() returns trigger language plpgsql as $$ begin
    raise exception 'full' using errcode = '53100'; end $$`)
  await query('create trigger refusing before insert on customers for each row execute function refuse()')
}

test('an outage of the database in which the delivery runs out of time is a pause', async () => {
  const { deliver, row, query } = await openEnv()
  const request = jobRequest(small)
  await refuseCustomers(query)
  await deliver(request, 1_500)
  expect(await row(request.jobId)).toMatchObject({ status: 'paused', attempt: 0, commits: '0', error: null })
})

test('an outage of the database spends no attempt', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { deliver, row, query } = await openEnv({ settings: { Worker__MaxRetries: '0' } })
  const request = jobRequest(small)
  await refuseCustomers(query)
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({
    status: 'retrying',
    attempt: 0,
    waiting_for: { code: 'database_unavailable', message: expect.stringContaining('53100') },
  })
  await query('drop trigger refusing on customers')
  await deliver(request)
  expect(await row(request.jobId)).toMatchObject({ status: 'completed', created: '30', waiting_for: null })
  vi.restoreAllMocks()
})

test('a message that finds no database is sent again, so that its queue does not give it up', async () => {
  const { openWorker, workerUrl, queue } = await openEnv()
  const nowhere = new URL(workerUrl)
  nowhere.port = '1'
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: `${nowhere.href}?sslmode=disable` })
  const [record] = sqsEvent([JSON.stringify(jobRequest())]).Records
  const received = { ...record!, attributes: { ...record!.attributes, ApproximateReceiveCount: '2' } }
  expect(await worker.handle({ Records: [received] }, context(60_000))).toEqual({ batchItemFailures: [] })
  const { visible, delayed } = await queue.counts()
  expect(visible + delayed).toBe(1)
})
