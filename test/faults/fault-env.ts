import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type EventSource, type Invoke, openEventSource } from '../../src/local/event-source.ts'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/stripe/index.ts'
import { canary } from './canary.ts'
import { openFaultServer } from './fault-server.ts'
import { type Environment, startWorker, type WorkerProcess } from './worker.ts'
import { openWorld } from './worlds/index.ts'
import { openStripeWorld } from './worlds/stripe.ts'
import type { ProviderName, World, WorldOptions } from './worlds/world.ts'

export interface FaultEnvOptions {
  /** Settings as environment variables: `Worker__MaxRetries`. */
  readonly settings?: Environment
  readonly maxReceiveCount?: number
  /** The queue's visibility timeout: how long a message stays hidden if its worker dies before its first heartbeat. Default 900, as deployed. */
  readonly visibilitySeconds?: number
}

export type Query = <Row extends pg.QueryResultRow = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>

/** A database, a queue, a provider and workers for one scenario. It must be closed. */
export interface FaultEnv {
  /** The database, without a proxy. */
  readonly url: string
  readonly query: Query
  readonly world: World
  readonly queue: LocalQueue
  readonly environment: Environment
  /** A SyncJobRequest of a tenant of the provider; without `resources` it syncs the default ones. */
  request(tenantId: string, additionalData?: object): ReturnType<typeof jobRequest>
  /** Starts another worker; `close` kills it. */
  openWorker(overrides?: Environment): Promise<WorkerProcess>
  /** Starts to deliver the queue's messages, as Lambda does. */
  deliver(invoke: Invoke, options?: Delivering): EventSource
  /** The output of all workers of this environment. */
  logs(): string
  close(): Promise<void>
}

interface Delivering {
  readonly concurrency?: number
  readonly timeoutMs?: number
  /** Messages of one event. */
  readonly batchSize?: number
}

/** A SyncJobRequest of Stripe; without `resources` it syncs the default ones. */
export function jobRequest(tenantId: string, additionalData: object = {}) {
  return { jobId: randomUUID(), tenantId, providerName: 'stripe', accessToken: canary, additionalData }
}

/** An environment for a scenario of Stripe alone. */
export interface StripeEnv extends FaultEnv {
  readonly sandbox: Sandbox
}

/** Opens an environment with Stripe on the fault server of this process. */
export async function openFaultEnv({
  sandbox,
  ...options
}: FaultEnvOptions & { readonly sandbox?: SandboxOptions } = {}): Promise<StripeEnv> {
  const world = await openStripeWorld(sandbox)
  return { ...(await openEnv(world, options)), sandbox: world.sandbox }
}

/** Opens an environment with any provider. */
export async function openWorldEnv(
  provider: ProviderName,
  { world, ...options }: FaultEnvOptions & { readonly world?: WorldOptions } = {},
): Promise<FaultEnv> {
  return openEnv(await openWorld[provider](world ?? {}), options)
}

async function openEnv(world: World, options: FaultEnvOptions): Promise<FaultEnv> {
  const server = await openFaultServer()
  const url = await server.createDatabase(`faults_${randomUUID().slice(0, 8)}`)
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  const { maxReceiveCount = 100, visibilitySeconds: visibilityTimeoutSeconds = 900 } = options
  const queue = await openQueue({ maxReceiveCount, visibilityTimeoutSeconds })
  const environment: Environment = {
    ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`,
    Worker__RetryDelaySeconds: '0',
    Queue__Url: queue.url,
    Queue__DeadLetterUrl: queue.deadLetterUrl,
    Queue__Endpoint: queue.endpoint,
    Queue__Region: queue.region,
    ...world.settings,
    ...options.settings,
  }
  const workers: WorkerProcess[] = []
  const sources: EventSource[] = []
  return {
    url,
    world,
    queue,
    environment,
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(text, [...values])).rows,
    request: (tenantId, additionalData) => ({
      ...jobRequest(tenantId, additionalData),
      providerName: world.providerName ?? world.provider,
      accessToken: world.accessToken,
    }),
    async openWorker(overrides = {}) {
      const worker = await startWorker(server.bundle, { ...environment, ...overrides })
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
      await Promise.all([world.close(), queue.close(), pool.end()])
    },
  }
}
