import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type EventSource, type Invoke, openEventSource } from '../../src/local/event-source.ts'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/stripe/index.ts'
import { openHouse } from './fault-server.ts'
import { type Environment, startWorker, type WorkerProcess } from './worker.ts'

export interface RoomOptions {
  readonly sandbox?: SandboxOptions
  /** Settings as environment variables: `Worker__MaxRetries`. */
  readonly settings?: Environment
  readonly maxReceiveCount?: number
  /** How long a message is hidden whose worker dies before it has hidden it itself. Default 900, as deployed. */
  readonly visibilitySeconds?: number
}

export type Query = <Row extends pg.QueryResultRow = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>

/** A database, a queue and a provider of one's own, and workers for them. It must be closed. */
export interface Room {
  /** The database, straight. */
  readonly url: string
  readonly query: Query
  readonly sandbox: Sandbox
  readonly queue: LocalQueue
  readonly environment: Environment
  /** Another worker; killed when the room is closed. */
  openWorker(overrides?: Environment): Promise<WorkerProcess>
  /** Starts to deliver what is in the queue, as Lambda does. */
  deliver(invoke: Invoke, options?: Delivering): EventSource
  /** What all workers of this room have printed. */
  logs(): string
  close(): Promise<void>
}

interface Delivering {
  readonly concurrency?: number
  readonly timeoutMs?: number
  /** Messages of one event. */
  readonly batchSize?: number
}

/** The secret that no log, row, dead letter or error may show: every job brings it as its access token. */
export const canary = 'sk_live_canary4eC39HqLyjWDarjtT1zdp7dc'

/** A SyncJobRequest, of the default resources where none are named. */
export function jobRequest(tenantId: string, additionalData: object = {}) {
  return { jobId: randomUUID(), tenantId, providerName: 'stripe', accessToken: canary, additionalData }
}

/** Opens a room in the house of this process. */
export async function openRoom(options: RoomOptions = {}): Promise<Room> {
  const house = await openHouse()
  const url = await house.createDatabase(`room_${randomUUID().slice(0, 8)}`)
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  const sandbox = await openSandbox({ customers: 100, limits: 'none', ...options.sandbox })
  const { maxReceiveCount = 100, visibilitySeconds: visibilityTimeoutSeconds = 900 } = options
  const queue = await openQueue({ maxReceiveCount, visibilityTimeoutSeconds })
  const environment: Environment = {
    ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`,
    Stripe__ApiBase: sandbox.url,
    Stripe__RequestsPerSecond: '1000',
    Stripe__EndpointRequestsPerSecond: '1000',
    Worker__RetryDelaySeconds: '0',
    Queue__Url: queue.url,
    Queue__DeadLetterUrl: queue.deadLetterUrl,
    Queue__Endpoint: queue.endpoint,
    Queue__Region: queue.region,
    ...options.settings,
  }
  const workers: WorkerProcess[] = []
  const sources: EventSource[] = []
  return {
    url,
    sandbox,
    queue,
    environment,
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(text, [...values])).rows,
    async openWorker(overrides = {}) {
      const worker = await startWorker(house.bundle, { ...environment, ...overrides })
      workers.push(worker)
      return worker
    },
    deliver(invoke, { concurrency = 1, timeoutMs = 900_000, batchSize = 1 } = {}) {
      const { client, url: queueUrl, arn: queueArn, region } = queue
      const source = openEventSource({
        client,
        queueUrl,
        queueArn,
        region,
        invoke,
        concurrency,
        timeoutMs,
        batchSize,
        waitSeconds: 0.1,
      })
      sources.push(source)
      return source
    },
    logs: () => workers.map((worker) => worker.logs()).join(''),
    async close() {
      await Promise.all(workers.map((worker) => worker.end()))
      await Promise.all(sources.map((source) => source.close()))
      await Promise.all([sandbox.close(), queue.close(), pool.end()])
    },
  }
}
