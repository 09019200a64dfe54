import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type EventSource, type Invoke, openEventSource } from '../../src/local/event-source.ts'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/stripe/index.ts'
import { workerEnvironment } from '../support/worker-environment.ts'
import { openFaultServer } from './fault-server.ts'
import { type Environment, startWorker, type WorkerProcess } from './worker.ts'

export interface FaultEnvOptions {
  readonly sandbox?: SandboxOptions
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
  readonly sandbox: Sandbox
  readonly queue: LocalQueue
  readonly environment: Environment
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

/** The access token of every job. No log, row, dead letter or error may show it. */
export const canary = 'sk_live_canary4eC39HqLyjWDarjtT1zdp7dc'

/** A SyncJobRequest; without `resources` it syncs the default ones. */
export function jobRequest(tenantId: string, additionalData: object = {}) {
  return { jobId: randomUUID(), tenantId, providerName: 'stripe', accessToken: canary, additionalData }
}

/** How far the provider's clock is behind when an environment opens: 50 days. */
const behindSeconds = 50 * 86_400

/** Opens an environment on the fault server of this process. */
export async function openFaultEnv(options: FaultEnvOptions = {}): Promise<FaultEnv> {
  const server = await openFaultServer()
  const url = await server.createDatabase(`faults_${randomUUID().slice(0, 8)}`)
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  // Scenarios move the provider's clock forwards. It starts far back, since the worker refuses answers from the future.
  const populatedUntil = Math.floor(Date.now() / 1_000) - behindSeconds - 60
  const sandbox = await openSandbox({ customers: 100, limits: 'none', populatedUntil, ...options.sandbox })
  sandbox.advance(-behindSeconds)
  const { maxReceiveCount = 100, visibilitySeconds: visibilityTimeoutSeconds = 900 } = options
  const queue = await openQueue({ maxReceiveCount, visibilityTimeoutSeconds })
  const environment: Environment = {
    ...workerEnvironment({ url, sandbox, queue }),
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
      await Promise.all([sandbox.close(), queue.close(), pool.end()])
    },
  }
}
