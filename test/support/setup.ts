import { randomUUID } from 'node:crypto'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import type { EventSource, Invoke } from '../../src/local/event-source.ts'
import { inProcess, openEventSource } from '../../src/local/event-source.ts'
import { openQueue } from '../../src/local/queue.ts'
import { type Log, silentLog } from '../../src/log/log.ts'
import type { SandboxOptions } from '../../src/sandbox/stripe/index.ts'
import type { Telemetry } from '../../src/telemetry/telemetry.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { createTestDatabase } from './database.ts'
import { disturbCalls, type Exemption, isDisturbed } from './faults.ts'
import { asWorker } from './postgres.ts'
import { openSqsWorker, workerEnvironment } from './sqs-worker.ts'

export interface SetupOptions {
  readonly sandbox?: SandboxOptions
  /** Settings as environment variables: `Worker__MaxRetries`. */
  readonly settings?: Readonly<Record<string, string>>
  readonly maxReceiveCount?: number
  readonly log?: Log
  readonly telemetry?: Telemetry
  /** Messages of one invocation. */
  readonly batchSize?: number
  /** Calls that `npm run faults -- --suite` leaves alone in this test. */
  readonly exempt?: Exemption
}

/** A database, a queue, a Stripe sandbox and a worker of the test's own; all are closed when the test ends. */
export async function setup(options: SetupOptions = {}) {
  const url = await createTestDatabase()
  const sql = new pg.Pool({ connectionString: url, max: 4 })
  // The server is stopped while idle connections may be open.
  sql.on('error', () => {})
  const sandbox = await openCheckedStripe({ customers: 250, limits: 'none', ...options.sandbox })
  const queue = await openQueue({ maxReceiveCount: options.maxReceiveCount ?? 12 })
  const calls = { url: asWorker(url), queue, sandbox }
  const environment: Record<string, string> = {
    ...workerEnvironment(calls),
    Stripe__ApiKey: 'sk_live_sandbox',
    ...(await disturbCalls(calls, options.exempt)),
    ...options.settings,
  }
  const closing: (() => Promise<unknown>)[] = []
  const openOne = async (overrides: Readonly<Record<string, string>> = {}) => {
    const config = readConfig({ environment: { ...environment, ...overrides }, file: undefined })
    const worker = await openSqsWorker(config, {
      log: options.log ?? silentLog,
      name: `test ${randomUUID().slice(0, 8)}`,
      ...(options.telemetry && { telemetry: options.telemetry }),
    })
    closing.push(worker.close)
    return worker
  }
  const worker = await openOne()
  const sources: EventSource[] = []
  onTestFinished(async () => {
    await Promise.all(sources.map((source) => source.close()))
    await Promise.all([...closing.map((close) => close()), sandbox.close(), queue.close(), sql.end()])
  })

  const query = async <Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values: unknown[] = []) =>
    (await sql.query<Row>(text, values)).rows
  const handle = (bodies: readonly string[], remainingMs = 900_000) =>
    worker.handle(sqsEvent(bodies), context(remainingMs))
  return {
    /** Of the superuser. */
    url,
    /** Of the worker's login. */
    workerUrl: asWorker(url),
    environment,
    sandbox,
    queue,
    worker,
    openWorker: openOne,
    query,
    job: async (id: string) => (await query(`select * from sync_jobs where id = $1`, [id]))[0],
    /** Delivers everything in the queue, with Lambda's semantics, until it is empty. */
    async drain({
      timeoutMs = 900_000,
      invoke = inProcess(worker.handle),
      concurrency = 2,
    }: {
      timeoutMs?: number
      invoke?: Invoke
      concurrency?: number
    } = {}) {
      const source = openEventSource({
        client: queue.client,
        queueUrl: queue.url,
        queueArn: queue.arn,
        region: queue.region,
        batchSize: options.batchSize ?? 1,
        waitSeconds: 0.2,
        concurrency,
        timeoutMs,
        invoke,
      })
      sources.push(source)
      await source.idle()
      await source.close()
    },
    /** Hands messages to the worker without a queue between. */
    handle,
    /** Hands it one; where calls go wrong besides, again, as its queue would, until it is done with. */
    async deliver(request: object): Promise<SQSBatchResponse> {
      for (let again = isDisturbed() ? 9 : 0; ; again--) {
        const answer = await handle([JSON.stringify(request)])
        if (answer.batchItemFailures.length === 0 || again <= 0) return answer
      }
    },
  }
}

export interface RequestFields {
  readonly [key: string]: unknown
}

/**
 * A SyncJobRequest that a worker accepts. It is about customers alone, which is all that most tests need;
 * `additionalData: { resources: undefined }` is about the default set.
 */
export function jobRequest({
  additionalData,
  ...overrides
}: RequestFields = {}): RequestFields & { readonly jobId: string; readonly tenantId: string } {
  const only = { resources: ['customers'], ...(additionalData as object) }
  return {
    jobId: randomUUID(),
    tenantId: randomUUID(),
    providerName: 'stripe',
    accessToken: 'sk_live_sandbox',
    additionalData: additionalData === null ? null : only,
    ...overrides,
  }
}

export function sqsEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body) => ({
      messageId: randomUUID(),
      receiptHandle: 'none',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(Date.now()),
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: String(Date.now()),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:billing-sync',
      awsRegion: 'eu-central-1',
    })),
  }
}

export function context(remainingMs: number): Context {
  const end = performance.now() + remainingMs
  return { getRemainingTimeInMillis: () => end - performance.now() } as Context
}
