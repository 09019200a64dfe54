import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import type { Exemption } from '../support/faults.ts'
import { openPostgresProxy } from '../support/postgres-proxy.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * What Postgres may do to a worker besides breaking a connection. The conditions that nobody can cause on a server that is
 * shared with other tests (a full disk) are raised by a trigger with the condition's login SQLSTATE.
 */

afterEach(() => vi.restoreAllMocks())

const acknowledged = { batchItemFailures: [] }
const pages = { additionalData: { batch_size: 20 } }

const exempt: Exemption = {
  calls: ['provider', 'database', 'queue'],
  because:
    'Each test breaks the database itself for as long as the worker retries. Random cuts would use its retries up.',
}

async function openEnv(settings: Record<string, string> = {}) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({ sandbox: { customers: 100 }, settings, exempt })
  const { query, job, sandbox, url } = parts
  return {
    ...parts,
    database: new URL(url).pathname.slice(1),
    /** The next `times` rows that are inserted meet this condition. */
    async raise(sqlstate: string, times: number) {
      await query('create sequence raised')
      await query('grant usage on sequence raised to public')
      await query(`create or replace function refuse() returns trigger language plpgsql as $$ begin
        if nextval('raised') <= ${times} then raise exception 'by the test' using errcode = '${sqlstate}'; end if;
        return new; end $$`)
      await query('create trigger refusing before insert on customers for each row execute function refuse()')
    },
    /** Resolves as soon as a job has committed so many items. */
    async committed(id: string, items: number) {
      while (!(Number((await job(id))?.fetched) >= items)) await sleep(10)
    },
    /** Ends all the worker's connections, as a failover does. */
    endConnections: () =>
      query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'test %'`),
    async expectTruth() {
      const rows = await query('select raw from customers order by created_at desc, id collate "C" desc')
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
    },
  }
}

test.each(['40001', '40P01', '55P03', '57014', '57P01', '53300', '25P03', '25006'])(
  'a condition that passes by itself costs neither an attempt nor a row: %s',
  async (sqlstate) => {
    const { raise, handle, job, expectTruth } = await openEnv()
    await raise(sqlstate, 3)
    const request = jobRequest(pages)
    expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '100', attempt: 0, deliveries: 1 })
    await expectTruth()
  },
)

test('idle connections that are ended, as by a failover, are replaced', async () => {
  const { handle, job, endConnections, expectTruth } = await openEnv()
  const { tenantId } = jobRequest()
  for (let round = 0; round < 3; round++) {
    const request = jobRequest({ ...pages, tenantId })
    expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 0, deliveries: 1 })
    expect((await endConnections()).length).toBeGreaterThan(0)
  }
  await expectTruth()
})

test('a server that turned read-only is waited for, and no item is blamed', async () => {
  const { handle, job, query, database, committed, endConnections, expectTruth, sandbox } = await openEnv()
  const request = jobRequest(pages)
  let requests = 0
  let failedOver = false
  sandbox.onRequest(async ({ path }) => {
    if (path !== '/v1/customers' || ++requests === 1 || failedOver) return
    failedOver = true
    await committed(request.jobId, 20)
    await query(`alter database ${database} set default_transaction_read_only = on`)
    await endConnections()
  })
  expect((await handle([JSON.stringify(request)])).batchItemFailures).toHaveLength(1)
  expect(failedOver).toBe(true)
  const admin = new pg.Client({ connectionString: inject('postgres') })
  await admin.connect()
  await admin.query(`alter database ${database} reset default_transaction_read_only`)
  await admin.end()
  await endConnections()
  await query(`update sync_jobs set lease_until = now() - interval '1 second' where status = 'running'`)
  expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '100', rejected: '0' })
  await expectTruth()
})

test('a server without a free connection is tried a few times, then the message goes back to its queue', async () => {
  const { query, url, openWorker, job } = await openEnv()
  const role = `few_${randomUUID().slice(0, 8)}`
  await query(`create role ${role} login superuser connection limit 1`)
  await query(`alter role ${role} nosuperuser`)
  await query(`grant all on all tables in schema public to ${role}`)
  const login = new URL(url)
  login.username = role
  const hog = new pg.Client({ connectionString: login.href })
  await hog.connect()
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: `${login.href}?sslmode=disable` })
  const request = jobRequest(pages)
  const event = sqsEvent([JSON.stringify(request)])
  expect((await worker.handle(event, context(60_000))).batchItemFailures).toHaveLength(1)
  expect(await job(request.jobId)).toBeUndefined()
  await hog.end()
  await query(`alter role ${role} connection limit -1`)
  expect(await worker.handle(event, context(60_000))).toEqual(acknowledged)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '100', attempt: 0 })
  await query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`)
  await query(`drop owned by ${role}`)
  await query(`drop role ${role}`)
})

test('a job takes one connection, and one more for its heartbeats: it cannot wait for itself', async () => {
  const { query, handle, sandbox } = await openEnv({ Worker__Concurrency: '5' })
  let most = 0
  sandbox.onRequest(async () => {
    const [row] = await query(`select count(*)::int as open from pg_stat_activity
      where datname = current_database() and application_name like 'test %'`)
    most = Math.max(most, Number(row?.open))
  })
  await handle([JSON.stringify(jobRequest({ additionalData: { batch_size: 5 } }))])
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(2)
})

test('a job on a full disk is retried with its rows kept, and goes on when there is space', async () => {
  const { raise, handle, job, query, expectTruth, queue } = await openEnv()
  await raise('53100', 1_000_000)
  const request = jobRequest(pages)
  expect((await handle([JSON.stringify(request)])).batchItemFailures).toHaveLength(1)
  expect(await job(request.jobId)).toMatchObject({
    status: 'retrying',
    attempt: 0,
    waiting_for: { code: 'database_unavailable' },
    rejected: '0',
    error: { code: 'database_unavailable', message: expect.stringContaining('53100'), retryable: true },
  })
  await query('drop trigger refusing on customers')
  expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '100', rejected: '0' })
  await expectTruth()
  expect(await queue.deadLetters()).toEqual([])
})

test('a schema that is not this version’s gives the message back, spends no attempt and loses nothing', async () => {
  const { handle, job, query, committed, sandbox, expectTruth } = await openEnv({ Worker__MaxRetries: '0' })
  const request = jobRequest(pages)
  let requests = 0
  sandbox.onRequest(async ({ path }) => {
    if (path !== '/v1/customers' || ++requests !== 2) return
    await committed(request.jobId, 20)
    await query('alter table customers rename column phone to telephone')
  })
  expect((await handle([JSON.stringify(request)])).batchItemFailures).toHaveLength(1)
  const schema = { code: 'database_schema', message: expect.stringMatching(/42703.*npm run migrate/) }
  expect(await job(request.jobId)).toMatchObject({ status: 'retrying', attempt: 0, waiting_for: schema })
  await query('alter table customers rename column telephone to phone')
  expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', rejected: '0' })
  await expectTruth()
})

test('a database without the tables takes no message', async () => {
  const { openWorker } = await openEnv()
  const bare = await createDatabase(inject('postgres'), `bare_${randomUUID().slice(0, 8)}`)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: `${bare}?sslmode=disable` })
  const event = sqsEvent([JSON.stringify(jobRequest()), JSON.stringify(jobRequest())])
  const { batchItemFailures } = await worker.handle(event, context(60_000))
  const given = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  expect(given.sort()).toEqual(event.Records.map(({ messageId }) => messageId).sort())
})

test('a connection that never answers is given up', async () => {
  const { url, openWorker, handle, job, query, expectTruth } = await openEnv({ Worker__LeaseSeconds: '2' })
  const { Pool } = pg
  const given: pg.PoolConfig[] = []
  class ImpatientPool extends Pool {
    constructor(options: pg.PoolConfig = {}) {
      super({ ...options, query_timeout: 1_000, connectionTimeoutMillis: 200 })
      given.push(options)
    }
  }
  Object.assign(pg, { Pool: ImpatientPool })
  onTestFinished(() => void Object.assign(pg, { Pool }))
  const proxy = await openPostgresProxy(url)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '' })
  onTestFinished(() => proxy.thaw())
  expect(given).toMatchObject([{ query_timeout: 35_000, connectionTimeoutMillis: 5_000, keepAlive: true }])
  proxy.decide((word, nth) => (word === 'commit' && nth === 1 ? 'freeze' : 'pass'))
  const request = jobRequest(pages)
  // Returns although nothing is ever answered again.
  await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
  await query(`update sync_jobs set lease_until = now() - interval '1 second' where status = 'running'`)
  expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '100', created: '100' })
  await expectTruth()
})
