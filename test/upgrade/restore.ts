import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import pg from 'pg'
import { expect, inject, onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import { mappingVersionOf } from '../../src/db/schema/synced.ts'
import { syncedTables } from '../../src/db/synced-tables.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { openQueue } from '../../src/local/queue.ts'
import { silentLog } from '../../src/log/log.ts'
import { createProviders } from '../../src/providers/index.ts'
import { compare, isEqual } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'
import { asWorker } from '../support/postgres.ts'
import { context, sqsEvent } from '../support/setup.ts'
import { openSqsWorker, workerEnvironment } from '../support/sqs-worker.ts'
import { type AccountName, changeAgain, changeOnce, jobs, keys, openAccount } from './installation.ts'

const dump = join(import.meta.dirname, '0.1.0.sql.br')

/** The database of 0.1.0, restored; all is closed when the test ends. */
export async function restore() {
  const url = await createDatabase(inject('postgres'), `upgraded_${randomUUID().slice(0, 8)}`)
  const restoring = new pg.Client({ connectionString: url })
  await restoring.connect()
  await restoring.query(brotliDecompressSync(readFileSync(dump)).toString())
  await restoring.end()
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  const queue = await openQueue({ maxReceiveCount: 12 })
  onTestFinished(async () => void (await Promise.all([pool.end(), queue.close()])))
  const query = async <Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows
  const job = async (id: string) => (await query('select * from sync_jobs where id = $1', [id]))[0]
  const owner = parseConnectionString(`${url}?sslmode=disable`)

  /** The account at the provider as it was when the dump was made, and today's worker. */
  async function account(name: AccountName, settings: Readonly<Record<string, string>> = {}) {
    const sandbox = await openAccount(name)
    if (name === 'direct' || name === 'connected') changeOnce(sandbox)
    if (name === 'direct') changeAgain(sandbox)
    // An answer is dated just before the second it was asked in, and 0.1.0 dated its rows to this very second.
    sandbox.advance(5)
    const Stripe__ApiKey = name === 'connected' ? 'sk_live_platform' : keys[name]
    const environment = {
      ...workerEnvironment({ url: asWorker(url), sandbox, queue }),
      Stripe__ApiKey,
      ...settings,
    }
    const config = readConfig({ environment, file: undefined })
    const worker = await openSqsWorker(config, { log: silentLog, name: `today ${name}` })
    const database = await openDatabase(owner, { connections: 2, applicationName: 'verify' })
    onTestFinished(async () => void (await Promise.all([worker.close(), database.close(), sandbox.close()])))
    return {
      sandbox,
      /** Hands the message to the worker once. */
      async deliver(request: { readonly jobId: string }) {
        const before = sandbox.stats().requests
        const answer = await worker.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
        const row = await job(request.jobId)
        return { answer, row, result: row?.result as SyncJobResult, requests: sandbox.stats().requests - before }
      },
      /** What `verify` finds to differ in an account, and the number of items that it finds erased. */
      async verify(tenantId: string, accountName: string) {
        const provider = await createProviders(providerSettings(config))('stripe')
        const connected = provider.connect({ tenantId, accessToken: keys[name] })
        onTestFinished(() => connected.close())
        const compared = await compare({
          db: database.tenant(tenantId),
          clock: systemClock,
          account: connected,
          owner: { tenantId, provider: 'stripe', account: accountName },
          ownership: ownershipOf(provider.resources),
          resources: provider.resources.filter(({ optional }) => !optional).map((resource) => resource.name),
          before: sandbox.now(),
        })
        const comparisons = compared.filter((comparison) => comparison.kind === 'compared')
        expect(comparisons.length).toBeGreaterThan(15)
        return {
          differing: comparisons.filter((comparison) => !isEqual(comparison)),
          erased: comparisons.reduce((sum, { erased }) => sum + erased, 0),
        }
      },
    }
  }

  return {
    url,
    queue,
    query,
    job,
    account,
    migrate: () => migrate(owner),
    pendingMigrations: () => pendingMigrations(owner),
    /** Sets when the job whose worker was killed began and when its lease ends, in minutes from now. */
    ageRunning: ({
      startedMinutes,
      leaseMinutes,
    }: {
      readonly startedMinutes: number
      readonly leaseMinutes: number
    }) =>
      query(
        `update sync_jobs set started_at = now() + make_interval(mins => $2), lease_until = now() + make_interval(mins => $3)
         where id = $1`,
        [jobs.running.jobId, startedMinutes, leaseMinutes],
      ),
    /**
     * Values of the synced tables as they are stored, by table. The account and the version of the mapping, which 0.1.0 did
     * not have, are left out. A table that 0.1.0 did not have is empty.
     */
    async rows() {
      const tables: Record<string, readonly string[]> = {}
      for (const table of syncedTables.keys()) {
        const [restored] = await query('select to_regclass($1) as name', [table])
        const stored = restored?.name
          ? await query<{ row: string }>(
              `select (select jsonb_object_agg(key, value) - 'account' - 'mapping_version'
                 from jsonb_each(to_jsonb(stored)) where value <> 'null')::text as row
               from ${table} as stored order by tenant_id, id, 1`,
            )
          : []
        tables[table] = stored.map(({ row }) => row)
      }
      return tables
    },
    /** How many rows of a tenant have columns that an older mapping filled: the next full job writes them once more. */
    async ofOlderMapping(tenantId: string): Promise<string> {
      let count = 0
      for (const [name, table] of syncedTables) {
        const [rows] = await query<{ count: number }>(
          // A price that only a subscription shows is written once.
          `select count(*)::int as count from ${name} where tenant_id = $1 and mapping_version < $2 ${name === 'prices' ? 'and not inline' : ''}`,
          [tenantId, mappingVersionOf(table)],
        )
        count += rows?.count ?? 0
      }
      return String(count)
    },
    /** The number of rows of a tenant in each account, live and marked as deleted. */
    async rowsByAccount(tenantId: string) {
      const each = [...syncedTables.keys()].map(
        (table) => `select account, id, deleted_at from ${table} where tenant_id = '${tenantId}'`,
      )
      return query(
        `select account, count(*) filter (where deleted_at is null)::int as live, count(deleted_at)::int as deleted
         from (${each.join(' union all ')}) as stored group by account order by account`,
      )
    },
    /** Ids that are stored more than once for a tenant, whatever their account. */
    async doubled(tenantId: string) {
      const each = [...syncedTables.keys()].map(
        (table) =>
          `select '${table}' as table, id, count(*)::int from ${table} where tenant_id = '${tenantId}' group by id having count(*) > 1`,
      )
      return query(each.join(' union all '))
    },
    cursors: async (tenantId: string) =>
      query(
        `select account, count(*)::int as resources, min(cursor) as from, max(cursor) as to from sync_cursors
         where tenant_id = $1 group by account order by account`,
        [tenantId],
      ),
    accounts: async (tenantId: string) =>
      query('select account, mode, adopted from sync_accounts where tenant_id = $1 order by account', [tenantId]),
  }
}
