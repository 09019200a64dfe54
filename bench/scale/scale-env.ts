import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, SQSEvent } from 'aws-lambda'
import pg from 'pg'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, openPostgres } from '../../src/local/postgres.ts'
import { silentLog } from '../../src/log/log.ts'
import { openSqsWorker } from '../../test/support/sqs-worker.ts'

/** A migrated database on a Postgres of its own, fsync on, the server's default settings unless changed here. */
export interface ScaleEnv {
  readonly url: string
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** A client of its own; closed with the env. */
  connect(options?: pg.ClientConfig): Promise<pg.Client>
  close(): Promise<void>
}

export async function openScaleEnv(settings: Readonly<Record<string, string>> = {}): Promise<ScaleEnv> {
  const parent = mkdtempSync(join(tmpdir(), 'billing-sync-scale-'))
  const postgres = await openPostgres({ dataDir: join(parent, 'pg') })
  const url = await createDatabase(postgres.url, 'scale')
  await migrate(parseConnectionString(`${url}?sslmode=disable`))
  const clients: pg.Client[] = []
  const connect = async (options: pg.ClientConfig = {}) => {
    const client = new pg.Client({ connectionString: url, ...options })
    client.on('error', () => {})
    await client.connect()
    clients.push(client)
    return client
  }
  const first = await connect()
  for (const [name, value] of Object.entries(settings)) await first.query(`alter system set ${name} = '${value}'`)
  if (Object.keys(settings).length > 0) await first.query('select pg_reload_conf()')
  return {
    url,
    connect,
    query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await first.query<Row>(text, values)).rows,
    async close() {
      for (const client of clients) await client.end().catch(() => {})
      await postgres.stop('fast')
      rmSync(parent, { recursive: true, force: true })
      if (postgres.dataDir !== join(parent, 'pg')) rmSync(postgres.dataDir, { recursive: true, force: true })
    },
  }
}

/** The real worker against a sandbox, its limits out of the way. */
export function openWorkerFor(url: string, apiBase: string, queueUrl = '', settings: Record<string, string> = {}) {
  const environment = {
    ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`,
    Stripe__ApiKey: 'sk_live_sandbox',
    Stripe__ApiBase: apiBase,
    Stripe__RequestsPerSecond: '1000',
    Stripe__EndpointRequestsPerSecond: '1000',
    ...(queueUrl
      ? { Queue__Url: queueUrl, Queue__Endpoint: new URL(queueUrl).origin, Queue__Region: 'eu-central-1' }
      : {}),
    ...settings,
  }
  const config = readConfig({ environment, file: undefined })
  return openSqsWorker(config, { log: silentLog, name: `scale ${randomUUID().slice(0, 8)}` })
}

/** One message as Lambda brings it. */
export function eventOf(request: object): SQSEvent {
  const now = String(Date.now())
  const attributes = {
    ApproximateReceiveCount: '1',
    SentTimestamp: now,
    SenderId: 'scale',
    ApproximateFirstReceiveTimestamp: now,
  }
  const common = { messageAttributes: {}, md5OfBody: '', eventSource: 'aws:sqs', awsRegion: 'eu-central-1' }
  const eventSourceARN = 'arn:aws:sqs:eu-central-1:000000000000:billing-sync'
  const body = JSON.stringify(request)
  return {
    Records: [{ messageId: randomUUID(), receiptHandle: 'none', body, attributes, ...common, eventSourceARN }],
  }
}

/** The part of Lambda's context that the worker reads. */
export function contextOf(remainingMs = 900_000): Context {
  const end = performance.now() + remainingMs
  const context: Pick<Context, 'getRemainingTimeInMillis'> = {
    getRemainingTimeInMillis: () => end - performance.now(),
  }
  // The worker reads nothing else of it.
  return context as Context
}

/** Milliseconds a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
