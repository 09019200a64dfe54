import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Intake } from '../../../src/queue/queue.ts'
import type { SandboxOptions } from '../../../src/sandbox/stripe/index.ts'
import { openEnd, type QueueFixture } from '../../contracts/queue-fixture.ts'
import { type ContainerProcess, spawnContainer } from '../../queue/spawn-container.ts'
import type { Query } from '../fault-env.ts'
import { openFaultServer } from '../fault-server.ts'
import type { Environment } from '../worker.ts'
import { openStripeWorld, type StripeWorld } from '../worlds/stripe.ts'
import type { Transport } from './transport.ts'

export interface ContainerEnvOptions {
  readonly sandbox?: SandboxOptions
  readonly settings?: Environment
}

/** A database, a queue of a transport, Stripe and containers for one scenario. It must be closed. */
export interface ContainerEnv {
  readonly query: Query
  readonly world: StripeWorld
  readonly queue: QueueFixture
  /** An end of the queue, which receives nothing. */
  readonly intake: Intake
  /** A SyncJobRequest. Its token names the account, since a queue in Postgres takes no key. */
  request(tenantId: string, additionalData?: object): SentRequest
  send(request: SentRequest): Promise<void>
  /** Starts another container, and waits until it receives. `close` kills it. */
  startContainer(): Promise<ContainerProcess>
  /** The container that holds the lease of the job, or undefined if the job has ended. */
  holderOf(jobId: string): Promise<ContainerProcess | undefined>
  statusOf(jobId: string): Promise<string>
  /** Resolves when the job has ended. @throws Error if that takes too long */
  ended(jobId: string): Promise<void>
  /** Resolves when no message is left that a server tells of. @throws Error if that takes too long */
  emptied(): Promise<void>
  /** The output of all containers of this environment. */
  logs(): string
  close(): Promise<void>
}

export interface SentRequest {
  readonly jobId: string
  readonly tenantId: string
}

const longestMs = 120_000

export async function openContainerEnv(
  transport: Transport,
  { sandbox, settings }: ContainerEnvOptions,
): Promise<ContainerEnv> {
  const server = await openFaultServer()
  const url = await server.createDatabase(`faults_${randomUUID().slice(0, 8)}`)
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  const query: Query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    (await pool.query<Row>(text, [...values])).rows
  const [world, queue] = await Promise.all([openStripeWorld(sandbox), transport.openQueue()])
  const intake = await openEnd(queue)
  const environment = {
    ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`,
    Worker__RetryDelaySeconds: '0',
    Stripe__ApiKey: world.secret,
    ...world.settings,
    ...queueSettings(queue),
    ...settings,
  }
  const containers: ContainerProcess[] = []
  const statusOf = async (jobId: string) => {
    const [job] = await query<{ status: string }>('select status from sync_jobs where id = $1', [jobId])
    return job?.status ?? 'without a row'
  }
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const began = performance.now(); !(await holds()); await delay(50))
      if (performance.now() - began > longestMs) throw new Error(`${transport.name}: after 2 minutes ${what}`)
  }
  const isOver = (status: string) => status === 'completed' || status === 'failed'
  return {
    query,
    world,
    queue,
    intake,
    statusOf,
    request: (tenantId, additionalData = {}) => ({
      jobId: randomUUID(),
      tenantId,
      providerName: world.provider,
      accessToken: `acct_${tenantId.replaceAll('-', '').slice(0, 16)}`,
      additionalData,
    }),
    send: (request) => queue.sendAsOthers(JSON.stringify(request), { group: request.tenantId }),
    async startContainer() {
      const container = spawnContainer(server.bundle, environment)
      containers.push(container)
      await container.started
      return container
    },
    async holderOf(jobId) {
      for (;;) {
        const [job] = await query<{ status: string; lease_owner: string | null }>(
          'select status, lease_owner from sync_jobs where id = $1',
          [jobId],
        )
        if (job && isOver(job.status)) return undefined
        const words = job?.status === 'running' ? (job.lease_owner ?? '').split(' ') : []
        const holder = containers.find((container) => !container.ended() && words.includes(String(container.pid)))
        if (holder) return holder
        await delay(5)
      }
    },
    ended: (jobId) => until(`job ${jobId} has not ended`, async () => isOver(await statusOf(jobId))),
    emptied: () =>
      until('messages are left in the queue', async () => {
        const { waiting, inFlight, delayed } = await intake.depth()
        return waiting + (inFlight ?? 0) + (delayed ?? 0) === 0
      }),
    logs: () => containers.map((container) => container.logs()).join(''),
    async close() {
      await Promise.all(containers.map((container) => (container.ended() ? undefined : container.end('SIGKILL'))))
      await intake.close()
      await Promise.all([world.close(), queue.close(), pool.end()])
    },
  }
}

function queueSettings({ options: { url, deadLetterUrl, endpoint, region } }: QueueFixture): Environment {
  return {
    Queue__Url: url,
    ...(deadLetterUrl === undefined ? {} : { Queue__DeadLetterUrl: deadLetterUrl }),
    ...(endpoint === undefined ? {} : { Queue__Endpoint: endpoint }),
    ...(region === undefined ? {} : { Queue__Region: region }),
  }
}
