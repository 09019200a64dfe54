import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, type LocalPostgres, openPostgres } from '../../src/local/postgres.ts'
import { createWorkerLogin } from '../../src/local/worker-login.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'
import type { DeadLetter } from '../../src/queue/queue.ts'
import type { QueueFixture } from '../contracts/queue-fixture.ts'

/** A server of the test's own, which can be restarted, with one database in which queues are opened. */
export interface PostgresServer {
  /** Of the superuser. */
  readonly url: string
  /** A new queue of this name or of one of its own. */
  openQueue(name?: string): Promise<QueueFixture>
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export async function openPostgresServer(): Promise<PostgresServer> {
  const parent = mkdtempSync(join(tmpdir(), 'billing-sync-queue-'))
  const postgres = await openPostgres({ dataDir: join(parent, 'pg'), durable: false })
  const url = await createDatabase(postgres.url, 'queues')
  await migrate(parseConnectionString(url))
  await migrateQueue({ database: parseConnectionString(url), name: 'any' })
  const worker = await createWorkerLogin(url)
  /** A few connections for each login, however many messages a test sends at once. */
  const pools = new Map<string, pg.Pool>()
  const poolOf = (as: string) => {
    const pool = pools.get(as) ?? new pg.Pool({ connectionString: as, max: 4 })
    if (!pools.has(as)) pool.on('error', () => {})
    pools.set(as, pool)
    return pool
  }
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = [], as = url) =>
    (await poolOf(as).query<Row>(text, values)).rows
  // As docs/messages.md says for a sender.
  await query('create role sender login')
  await query('grant usage on schema billing_sync to sender')
  await query('grant execute on function billing_sync.enqueue(text, integer, text, text) to sender')
  const sender = new URL(url)
  sender.username = 'sender'
  return {
    url,
    query,
    openQueue: async (name = `queue-${randomUUID().slice(0, 8)}`) => ({
      options: { url: `${worker}?sslmode=disable&queue=${name}` },
      async sendAsOthers(body, { group, delaySeconds = 0 }) {
        await query('select billing_sync.enqueue($1, $2, $3, $4)', [body, delaySeconds, group, name], sender.href)
      },
      deadLetters: () =>
        query<DeadLetter & pg.QueryResultRow>(
          `select body, reason, code, message_id as "messageId" from billing_sync.dead_letters where queue = $1 order by id`,
          [name],
        ),
      restart: () => postgres.restart('immediate'),
      losses: { 'its connections are cut': () => cutConnections(query) },
      async close() {},
    }),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()))
      await postgres.stop('immediate')
      removeDirectory(parent, postgres)
    },
  }
}

async function cutConnections(query: (text: string) => Promise<unknown>): Promise<void> {
  await query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'billing-sync queue' and pid <> pg_backend_pid()`,
  )
}

function removeDirectory(parent: string, { dataDir }: LocalPostgres): void {
  rmSync(parent, { recursive: true, force: true })
  if (!dataDir.startsWith(parent)) rmSync(dataDir, { recursive: true, force: true })
}
