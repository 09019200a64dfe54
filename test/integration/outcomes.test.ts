import { randomUUID } from 'node:crypto'
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type Delivered, type Invoke, inProcess, openEventSource } from '../../src/local/event-source.ts'
import { collectLog } from '../support/collected-log.ts'
import type { Exemption } from '../support/faults.ts'
import { createGate } from '../support/gate.ts'
import { context, jobRequest, type SetupOptions, setup, sqsEvent } from '../support/setup.ts'
import type { SqsWorker } from '../support/sqs-worker.ts'

/*
 * The table of outcomes, row by row, through the event source and the queue.
 */

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

async function openEnv(options: SetupOptions = {}) {
  const parts = await setup({ ...options, sandbox: { customers: 30, ...options.sandbox } })
  const { queue } = parts
  return {
    ...parts,
    send: (body: unknown) => queue.send(typeof body === 'string' ? body : JSON.stringify(body)),
    /** One invocation by the event source, of up to ten messages. */
    deliver: ({ worker = parts.worker, timeoutMs = 900_000 }: { worker?: SqsWorker; timeoutMs?: number } = {}) =>
      new Promise<Delivered>((resolve) => {
        const source = openEventSource({
          client: queue.client,
          queueUrl: queue.url,
          queueArn: queue.arn,
          region: queue.region,
          batchSize: 10,
          waitSeconds: 0.2,
          concurrency: 1,
          timeoutMs,
          invoke: inProcess(worker.handle),
          onInvocation(delivered) {
            void source.close()
            resolve(delivered)
          },
        })
      }),
    /** Makes messages that were returned visible at once, as time would. */
    async timePasses({ event, failed }: Delivered) {
      for (const { messageId, receiptHandle } of event.Records)
        if (failed.includes(messageId))
          await queue.client.send(
            new ChangeMessageVisibilityCommand({
              QueueUrl: queue.url,
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: 0,
            }),
          )
    },
  }
}

const countsDeadLetters: Exemption = {
  calls: ['queue'],
  because: 'It counts dead letters. A message whose answer is lost is sent there again.',
}

type Env = Awaited<ReturnType<typeof openEnv>>

const empty = { visible: 0, inFlight: 0, delayed: 0 }
const released = { lease_owner: null, lease_until: null }

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

/** Twelve pages, three a second: more than an invocation has time for. A busy machine has 800 ms for the last commit. */
const slow = { sandbox: { customers: 60 }, settings: { Stripe__EndpointRequestsPerSecond: '3' } }
const invocationMs = 2_400
const small = { additionalData: { batch_size: 5 } }

test('paused: the job is sent again before its message is acknowledged', async () => {
  const { queue, send, drain, worker, job } = await openEnv(slow)
  const request = jobRequest(small)
  await send(request)
  const held: unknown[] = []
  const messages: unknown[] = []
  const invoke: Invoke = async (event, timeoutMs) => {
    const invocation = await inProcess(worker.handle)(event, timeoutMs)
    expect(invocation).toEqual({ kind: 'response', payload: { batchItemFailures: [] } })
    messages.push(event.Records[0]?.messageId)
    held.push({ ...(await queue.counts()), row: await job(request.jobId) })
    return invocation
  }
  await drain({ invoke, concurrency: 1, timeoutMs: invocationMs })
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
  const first = await deliver({ worker: cutOff, timeoutMs: invocationMs })
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

/** A job that is being worked on, its first request held back until the returned function is called. */
async function heldJob({ sandbox, handle }: Env, request: object) {
  const held = createGate()
  let ended: Promise<unknown> | undefined
  await new Promise<void>((resolve) => {
    sandbox.onRequest(() => {
      resolve()
      return held.passed
    })
    ended = handle([JSON.stringify(request)])
  })
  return async () => {
    held.open()
    expect(await ended).toEqual({ batchItemFailures: [] })
  }
}

test('busy: a message for a job that another worker is at is sent again with a delay', async () => {
  const parts = await openEnv()
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
  const parts = await openEnv({ settings: { Worker__LeaseSeconds: '2' } })
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

/** A fault that waiting within the delivery does not help, so that the queue waits instead. */
const down = { kind: 'error', status: 400, error: { code: 'resource_missing', param: 'starting_after' } } as const
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
])('a provider that asks for %s seconds is left alone by the queue for %i, in one attempt', async (asked, seconds) => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { send, deliver, job, sandbox, queue } = await openEnv()
  sandbox.fail({ kind: 'error', status: 503, headers: { 'Retry-After': asked } })
  const request = jobRequest()
  const id = await send(request)
  const { event, failed } = await deliver()
  expect(failed).toEqual([id])
  const row = await job(request.jobId)
  // The first page, and beside it the account of a key that is not known yet.
  expect(row).toMatchObject({ status: 'retrying', attempt: 1, requests: '2', error: { code: 'provider_unavailable' } })
  expect(Number(row?.next_attempt_at) - Number(row?.updated_at)).toBe(seconds * 1_000)
  expect(event.Records).toHaveLength(1)
  expect(await queue.counts()).toEqual({ ...empty, inFlight: 1 })
})

const refusals: Record<string, { readonly request: object; readonly code: string; readonly sentence: RegExp }> = {
  'a revoked key': { request: { accessToken: 'sk_live_revoked1' }, code: 'key_not_accepted', sentence: /key/ },
  'a revoked account': { request: { accessToken: 'acct_revoked1' }, code: 'account_invalid', sentence: /account/ },
  'an unknown provider': {
    request: { providerName: 'fastspring' },
    code: 'unknown_provider',
    sentence: /stripe, paypal/,
  },
  'a provider that is only declared': {
    request: { providerName: 'PayPal' },
    code: 'provider_not_available',
    sentence: /not available yet/,
  },
  'an unknown resource': {
    request: { additionalData: { resources: ['unicorns'] } },
    code: 'unknown_resource',
    sentence: /"unicorns".*customers/,
  },
  'a publishable key': { request: { accessToken: 'pk_live_1234567' }, code: 'publishable_key', sentence: /secret/ },
  'a page size that is none': {
    request: { additionalData: { batch_size: 1_000 } },
    code: 'invalid_request',
    sentence: /batchSize.*1 to 100/,
  },
  'a key nobody knows': { request: { priority: 1 }, code: 'invalid_request', sentence: /"priority" is not known/ },
  'a provider with a NUL in its name': {
    request: { providerName: 'str\u0000ipe' },
    code: 'unknown_provider',
    sentence: /"str\ufffdipe" is not known/,
  },
  'a provider with half a character in its name': {
    request: { providerName: 'stripe\ud800' },
    code: 'unknown_provider',
    sentence: /stripe, paypal/,
  },
  'a resource with a NUL in its name': {
    request: { additionalData: { resources: ['a\u0000b', 'c\ud800'] } },
    code: 'unknown_resource',
    sentence: /customers/,
  },
}

test.each(Object.entries(refusals))('failed for good: %s is acknowledged, the row says why', async (_, refusal) => {
  const { send, deliver, job, queue } = await openEnv()
  const request = jobRequest({ ...refusal.request })
  await send(request)
  expect((await deliver()).failed).toEqual([])
  const error = { code: refusal.code, message: expect.stringMatching(refusal.sentence), retryable: false }
  expect(await job(request.jobId)).toMatchObject({
    status: 'failed',
    deliveries: 1,
    attempt: 0,
    error,
    result: { status: 'failed', error },
    ...released,
  })
  expect(await queue.counts()).toEqual(empty)
  expect(await queue.deadLetters()).toEqual([])
})

const leftBehind: Record<string, readonly [column: string, stored: string, code: string, sentence: RegExp]> = {
  progress: ['progress', '{"customers": 5}', 'progress_unreadable', /^progress: not as this version .* new jobId$/],
  checkpoint: ['checkpoint', '{"version": 7}', 'checkpoint_unreadable', /^checkpoint: not one that this version/],
}

test.each(Object.entries(leftBehind))(
  'failed for good: a %s that another version of the worker left behind',
  async (_, [column, stored, code, sentence]) => {
    const { send, deliver, job, queue, query, sandbox } = await openEnv()
    const request = jobRequest()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, status, sync_type, ${column}) values ($1, $2, 'stripe', 'paused', 'full', $3)`,
      [request.jobId, request.tenantId, stored],
    )
    await send(request)
    expect((await deliver()).failed).toEqual([])
    const error = { code, message: expect.stringMatching(sentence), retryable: false }
    expect(await job(request.jobId)).toMatchObject({
      status: 'failed',
      attempt: 0,
      error,
      result: { status: 'failed', resources: {}, error },
      ...released,
    })
    expect(await queue.counts()).toEqual(empty)
    expect(sandbox.stats().requests).toBe(0)
  },
)

const token = 'sk_live_51SecretSecretSecret'
const unreadable: Record<string, string> = {
  'no JSON': `{"jobId": "x", "accessToken": "${token}"`,
  'a list': `[{"accessToken":"${token}"}]`,
  'no jobId': JSON.stringify({ tenantId: randomUUID(), providerName: 'stripe', accessToken: token }),
  'a jobId that is no UUID': JSON.stringify({ ...jobRequest(), jobId: '17', accessToken: token }),
  'nested 100 deep': `${'{"a":'.repeat(100)}"${token}"${'}'.repeat(100)}`,
}

test.each(Object.entries(unreadable))('unreadable: %s is copied to the dead-letter queue', async (_, body) => {
  const { send, deliver, query, queue } = await openEnv()
  const id = await send(body)
  expect((await deliver()).failed).toEqual([])
  expect(await queue.counts()).toEqual(empty)
  const [letter, ...more] = await queue.deadLetters()
  expect(more).toEqual([])
  expect(letter?.attributes).toEqual({
    reason: expect.stringMatching(/^message: \w+/),
    code: 'unreadable_message',
    messageId: id,
  })
  expect(letter?.body).not.toContain('Secret')
  expect(letter?.body.length).toBeGreaterThan(5)
  expect(await query('select 1 from sync_jobs')).toEqual([])
})

test('unreadable, but the dead-letter queue does not take it: redelivered', async () => {
  const { send, deliver, openWorker, queue, timePasses } = await openEnv()
  const id = await send('nothing')
  for (const url of [`${queue.endpoint}/000000000000/gone`, '']) {
    const delivered = await deliver({ worker: await openWorker({ Queue__DeadLetterUrl: url }) })
    expect(delivered.failed).toEqual([id])
    await timePasses(delivered)
  }
  expect((await deliver()).failed).toEqual([])
  expect(await queue.deadLetters()).toMatchObject([{ body: 'nothing' }])
})

test.each([
  ['the worker’s own', false],
  ['one that sees all rows', true],
])(
  'a jobId of another tenant, or of another provider, goes to the dead-letter queue and changes nothing, with %s',
  async (_, all) => {
    const log = collectLog()
    const parts = await openEnv({ log, exempt: countsDeadLetters })
    const { send, job, queue, query, sandbox, url, openWorker } = parts
    // Nobody should give the worker a superuser's login; somebody will.
    const worker = all
      ? await openWorker({ ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` })
      : undefined
    const deliver = () => parts.deliver(worker ? { worker } : {})
    const theirs = jobRequest({ accessToken: token })
    const finish = await heldJob(parts, theirs)
    const row = await job(theirs.jobId)
    const { requests } = sandbox.stats()
    const busyTenant = randomUUID()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, sync_type, status, lease_owner, lease_until)
     values (gen_random_uuid(), $1, 'stripe', 'full', 'running', 'somebody', now() + interval '1 hour')`,
      [busyTenant],
    )
    for (const other of [{ tenantId: randomUUID() }, { tenantId: busyTenant }, { providerName: 'paypal' }]) {
      await send({ ...theirs, ...other })
      expect((await deliver()).failed).toEqual([])
      expect(await queue.deadLetters()).toMatchObject([
        { attributes: { code: 'job_belongs_to_another' }, body: expect.not.stringContaining('Secret') },
      ])
    }
    expect(await job(theirs.jobId)).toEqual(row)
    expect(sandbox.stats().requests).toBe(requests)
    await finish()
    expect(await job(theirs.jobId)).toMatchObject({ status: 'completed' })
    const warned = () => log.lines().filter(({ code }) => code === 'row_security_bypassed')
    expect(warned()).toEqual([])
    await send(jobRequest())
    await deliver()
    expect(warned()).toHaveLength(all ? 1 : 0)
  },
)

test('of ten messages in one event, only those to be redelivered are returned', async () => {
  const { send, deliver, sandbox, query, queue } = await openEnv({ exempt: countsDeadLetters })
  sandbox.fail({ ...down, path: /limit=7/ })
  const failing = { additionalData: { batch_size: 7 } }
  const bodies = [
    jobRequest(),
    jobRequest(failing),
    'nothing',
    jobRequest({ accessToken: 'sk_live_revoked1' }),
    jobRequest({ providerName: 'paypal' }),
    jobRequest(failing),
    jobRequest(),
    jobRequest({ additionalData: { batch_size: 0 } }),
    '[]',
    jobRequest(failing),
  ]
  const ids: string[] = []
  for (const body of bodies) ids.push(await send(body))
  const { event, failed } = await deliver()
  expect(event.Records.map(({ messageId }) => messageId)).toEqual(ids)
  expect(failed).toEqual([ids[1], ids[5], ids[9]])
  const statuses = await query('select status, count(*)::int as n from sync_jobs group by status order by status')
  expect(statuses).toEqual([
    { status: 'completed', n: 2 },
    { status: 'failed', n: 3 },
    { status: 'retrying', n: 3 },
  ])
  expect(await queue.deadLetters()).toHaveLength(2)
})

test('without Postgres every message is redelivered, and done once it is back', async () => {
  const { send, deliver, openWorker, query, timePasses, workerUrl } = await openEnv()
  const nowhere = new URL(workerUrl)
  nowhere.port = '1'
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: `${nowhere.href}?sslmode=disable` })
  const ids = [await send(jobRequest()), await send(jobRequest())]
  const delivered = await deliver({ worker })
  expect(delivered.failed).toEqual(ids)
  await timePasses(delivered)
  expect((await deliver()).failed).toEqual([])
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'completed' }, { status: 'completed' }])
})

const brokenStarts: Record<string, Record<string, string>> = {
  'no configuration': { ConnectionStrings__DefaultConnection: '' },
  'a wrong setting': { Worker__BatchSize: 'many' },
  'a certificate that is not there': {
    ConnectionStrings__DefaultConnection: 'postgres://u:p@127.0.0.1:1/d?sslmode=verify-full&sslrootcert=/nowhere.pem',
  },
  'a database that is not there': {
    ConnectionStrings__DefaultConnection: 'postgres://u:p@127.0.0.1:1/d?sslmode=disable',
  },
}

test.each(Object.entries(brokenStarts))('the Lambda entry returns every message with %s', async (_, settings) => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(console, 'error').mockReturnValue()
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  vi.resetModules()
  const { handler } = await import('../../src/handler.ts')
  const event = sqsEvent([JSON.stringify(jobRequest()), JSON.stringify(jobRequest())])
  const all = event.Records.map(({ messageId }) => messageId)
  const { batchItemFailures } = await handler(event, context(10_000))
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(all.sort())
})

/** The Lambda entry, as a process that starts loads it. */
async function lambdaEntry() {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(console, 'error').mockReturnValue()
  const { workerUrl } = await openEnv()
  vi.stubEnv('ConnectionStrings__DefaultConnection', `${workerUrl}?sslmode=disable`)
  vi.resetModules()
  return (await import('../../src/handler.ts')).handler
}

test('the Lambda entry answers a list of records that are none', async () => {
  const handler = await lambdaEntry()
  expect(await handler({ Records: [null, 7] } as never, context(10_000))).toEqual({ batchItemFailures: [] })
})

test.each([{}, { Records: null }, null, { Records: 5 }, { Records: 'ab' }, { Records: {} }])(
  'the Lambda entry fails the invocation of an event that has no records: %j',
  async (event) => {
    const handler = await lambdaEntry()
    await expect(handler(event as never, context(10_000))).rejects.toThrow(
      /^handler: the event is not from SQS, it has no list "Records"\. Send the request to the queue/,
    )
  },
)

test.each([
  ['aws:s3', { eventSource: 'aws:s3' }],
  ['aws:sns', { EventSource: 'aws:sns' }],
])('the Lambda entry fails the invocation of an event of %s', async (source, record) => {
  const handler = await lambdaEntry()
  await expect(handler({ Records: [record] } as never, context(10_000))).rejects.toThrow(
    `handler: the event is not from SQS, its source is "${source}".`,
  )
})

test('messages behind what is none are worked on, and one without an id has the whole batch redelivered', async () => {
  const { worker, query, sandbox } = await openEnv()
  sandbox.fail({ ...down, path: /limit=7/ })
  const [good] = sqsEvent([JSON.stringify(jobRequest())]).Records
  const [nameless] = sqsEvent([JSON.stringify(jobRequest({ additionalData: { batch_size: 7 } }))]).Records
  const nothing = Array.from({ length: 9 }, () => null)
  const event = { Records: [...nothing, { ...nameless, messageId: undefined }, good] }
  expect(await worker.handle(event as never, context(10_000))).toEqual({ batchItemFailures: [{ itemIdentifier: '' }] })
  expect(await query('select status from sync_jobs order by status')).toEqual([
    { status: 'completed' },
    { status: 'retrying' },
  ])
})

test.each(['1e300', '-8640000000000000', '8640000000000000', 'yesterday'])(
  'a message that was sent at %s is worked on all the same',
  async (SentTimestamp) => {
    const { worker, query } = await openEnv()
    const [message] = sqsEvent([JSON.stringify(jobRequest())]).Records
    const event = { Records: [{ ...message!, attributes: { ...message!.attributes, SentTimestamp } }] }
    expect(await worker.handle(event, context(10_000))).toEqual({ batchItemFailures: [] })
    expect(await query('select status from sync_jobs')).toEqual([{ status: 'completed' }])
  },
)
