import { afterEach, expect, test, vi } from 'vitest'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'

/*
 * The table of outcomes, row by row, through the event source and the queue.
 */

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

import { countsDeadLetters, down, openEnv } from './outcome-env.ts'

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

test('a start of the Lambda entry that failed is tried again by the next event', async () => {
  const { handler, query } = await lambdaEntry({ Worker__BatchSize: 'many' })
  const event = sqsEvent([JSON.stringify(jobRequest({ providerName: 'paypal' }))])
  const redelivered = { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  expect(await handler(event, context(10_000))).toEqual(redelivered)
  expect(await handler(event, context(10_000))).toEqual(redelivered)
  vi.stubEnv('Worker__BatchSize', '100')
  expect(await handler(event, context(10_000))).toEqual({ batchItemFailures: [] })
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'failed' }])
})

/** The Lambda entry, as a process that starts loads it. */
async function lambdaEntry(settings: Readonly<Record<string, string>> = {}) {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(console, 'error').mockReturnValue()
  const { workerUrl, query } = await openEnv()
  vi.stubEnv('ConnectionStrings__DefaultConnection', `${workerUrl}?sslmode=disable`)
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  vi.resetModules()
  const { handler } = await import('../../src/handler.ts')
  return { handler, query }
}

test('the Lambda entry fails for an event that is not from SQS, and says why', async () => {
  const { handler } = await lambdaEntry()
  const { Records } = sqsEvent([JSON.stringify(jobRequest())])
  for (const event of [Records, {}, { Records: [null, 7] }, null])
    await expect(handler(event as never, context(10_000))).rejects.toThrow('handler: the event is not from SQS, ')
})

test('the Lambda entry works with a variable that its logger refuses', async () => {
  const { handler, query } = await lambdaEntry({ POWERTOOLS_LOGGER_SAMPLE_RATE: 'x' })
  const event = sqsEvent([JSON.stringify(jobRequest({ providerName: 'paypal' }))])
  expect(await handler(event, context(10_000))).toEqual({ batchItemFailures: [] })
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'failed' }])
  vi.stubEnv('Worker__BatchSize', 'many')
  vi.resetModules()
  const { handler: broken } = await import('../../src/handler.ts')
  expect((await broken(event, context(10_000))).batchItemFailures).toHaveLength(1)
})

test.each([{}, { Records: null }, null, { Records: 5 }, { Records: 'ab' }, { Records: {} }])(
  'the Lambda entry fails the invocation of an event that has no records: %j',
  async (event) => {
    const { handler } = await lambdaEntry()
    await expect(handler(event as never, context(10_000))).rejects.toThrow(
      /^handler: the event is not from SQS, it has no list "Records"\. Send the request to the queue/,
    )
  },
)

test.each([
  ['aws:s3', { eventSource: 'aws:s3' }],
  ['aws:sns', { EventSource: 'aws:sns' }],
])('the Lambda entry fails the invocation of an event of %s', async (source, record) => {
  const { handler } = await lambdaEntry()
  await expect(handler({ Records: [record] } as never, context(10_000))).rejects.toThrow(
    `handler: the event is not from SQS, its source is "${source}".`,
  )
})

test('messages behind what is none are worked on, and one without an id has the whole batch redelivered', async () => {
  const { worker, query, sandbox } = await openEnv()
  sandbox.fail({ ...down, path: /limit=7/ })
  const [good] = sqsEvent([JSON.stringify(jobRequest())]).Records
  const [nameless] = sqsEvent([JSON.stringify(jobRequest({ additionalData: { batch_size: 7 } }))]).Records
  const nulls = Array.from({ length: 9 }, () => null)
  const event = { Records: [...nulls, { ...nameless, messageId: undefined }, good] }
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
