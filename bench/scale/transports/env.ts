import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { build } from '../../../scripts/build.ts'
import { parseConnectionString } from '../../../src/config/connection-string.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { createDatabase, openPostgres } from '../../../src/local/postgres.ts'
import { createWorkerLogin } from '../../../src/local/worker-login.ts'
import type { openEnd, QueueFixture } from '../../../test/contracts/queue-fixture.ts'
import { type ContainerProcess, spawnContainer } from '../../../test/queue/spawn-container.ts'

/** What every transport is measured with: Postgres that counts statements, and the built container. It must be closed. */
export interface TransportBench {
  readonly bundle: string
  /** A migrated database, and the worker's login to it. */
  freshDatabase(): Promise<{ readonly url: string; readonly adminUrl: string; query: Query }>
  resetStatements(): Promise<void>
  /** Statements that workers have executed since, by their text. */
  statements(): Promise<readonly { readonly query: string; readonly calls: number }[]>
  openStripe(customers: number): Promise<{ readonly url: string; close(): void }>
  close(): Promise<void>
}

export type Query = <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>

const template = 'migrated'

export async function openTransportBench(): Promise<TransportBench> {
  const parent = mkdtempSync(join(tmpdir(), 'billing-sync-transports-'))
  const bundle = join(parent, 'bundle')
  const [postgres] = await Promise.all([openPostgres({ dataDir: join(parent, 'pg') }), build(bundle)])
  await migrate(parseConnectionString(`${await createDatabase(postgres.url, template)}?sslmode=disable`))
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await admin.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`)
  await admin.end()
  await postgres.restart('fast')
  const counting = new pg.Client({ connectionString: postgres.url })
  counting.on('error', () => {})
  await counting.connect()
  await counting.query('create extension pg_stat_statements')
  const pools: pg.Pool[] = []
  return {
    bundle,
    async freshDatabase() {
      const url = await createDatabase(postgres.url, `bench_${randomUUID().slice(0, 8)}`, { template })
      const pool = new pg.Pool({ connectionString: url, max: 2 })
      pool.on('error', () => {})
      pools.push(pool)
      return {
        url: `${await createWorkerLogin(url)}?sslmode=disable`,
        adminUrl: `${url}?sslmode=disable`,
        query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
          (await pool.query<Row>(text, [...values])).rows,
      }
    },
    resetStatements: async () => void (await counting.query('select pg_stat_statements_reset()')),
    async statements() {
      const { rows } = await counting.query<{ query: string; calls: number }>(
        `select query, calls::int from pg_stat_statements join pg_roles on pg_roles.oid = userid
         where rolname = 'billing_sync_local' and toplevel order by calls desc`,
      )
      return rows
    },
    async openStripe(customers) {
      const program = new URL('stripe-server.ts', import.meta.url)
      const child = fork(program, [String(customers)], { execArgv: ['--import', 'tsx'] })
      const [url] = await once(child, 'message')
      return { url: String(url), close: () => child.disconnect() }
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()))
      await counting.end()
      await postgres.stop('fast')
      for (const folder of [parent, postgres.dataDir]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Containers {
  readonly bundle: string
  readonly databaseUrl: string
  readonly stripeUrl: string
  readonly queue: QueueFixture
  readonly settings: Readonly<Record<string, string>>
}

/** Starts a container on a queue, and waits until it receives. */
export async function startContainer(containers: Containers): Promise<ContainerProcess> {
  const { bundle, databaseUrl, stripeUrl, queue, settings } = containers
  const { url, deadLetterUrl, endpoint, region } = queue.options
  const container = spawnContainer(bundle, {
    ConnectionStrings__DefaultConnection: databaseUrl,
    Stripe__ApiKey: 'sk_live_sandbox',
    Stripe__ApiBase: stripeUrl,
    Stripe__RequestsPerSecond: '1000',
    Stripe__EndpointRequestsPerSecond: '1000',
    Queue__Url: url,
    ...(deadLetterUrl === undefined ? {} : { Queue__DeadLetterUrl: deadLetterUrl }),
    ...(endpoint === undefined ? {} : { Queue__Endpoint: endpoint }),
    ...(region === undefined ? {} : { Queue__Region: region }),
    ...settings,
  })
  await container.started
  return container
}

/** Sends a job of customers to the queue. @returns its id */
export async function sendJob(intake: Awaited<ReturnType<typeof openEnd>>, tenantId: string): Promise<string> {
  const jobId = randomUUID()
  const accessToken = `acct_${tenantId.replaceAll('-', '').slice(0, 16)}`
  const additionalData = { resources: ['customers'] }
  const request = { jobId, tenantId, providerName: 'stripe', accessToken, additionalData }
  await intake.send(JSON.stringify(request), 0, tenantId)
  return jobId
}
