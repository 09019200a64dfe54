import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { TenantDatabase } from '../../src/db/open.ts'
import { freeAccount, standBack, takeAccount } from '../../src/job/account-lease.ts'
import { plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'

const account = 'acct_1ABC'

/** A tenant with a running job, whose fence is 2. */
async function openTenant() {
  const { query, tenant, url } = await openTestDatabase()
  const tenantId = randomUUID()
  const plant = () => plantJob(query, { tenant_id: tenantId, status: 'running', fence: 2 })
  const { id: jobId } = await plant()
  const db = tenant(tenantId)
  return {
    url,
    query,
    plant,
    jobId,
    db,
    tenantId,
    take({
      job = jobId,
      fence = 2,
      credential = null as string | null,
      began = null as number | null,
      on = db as TenantDatabase,
    } = {}) {
      const lease = { jobId: job, fence, seconds: 60 }
      const taking = { lease, providerKey: { tenantId, provider: 'stripe' }, account, credential, began }
      return takeAccount(taking, { db: on, clock: systemClock }, new AbortController().signal)
    },
    accountOf: async (id: string) => (await query('select account from sync_jobs where id = $1', [id]))[0]?.account,
    accounts: () =>
      query('select account, mode, credential, extract(epoch from began_at)::int as began from sync_accounts'),
  }
}

test('a job takes its account, which is recorded', async () => {
  const { take, accountOf, accounts, jobId } = await openTenant()
  await take({ credential: 'hash', began: 1_700_000_000 })
  expect(await accountOf(jobId)).toBe(account)
  expect(await accounts()).toEqual([{ account, mode: 'live', credential: 'hash', began: 1_700_000_000 }])
})

test('what is known of an account is kept by a job that does not know it', async () => {
  const { take, accounts } = await openTenant()
  await take({ credential: 'hash', began: 1_700_000_000 })
  await take({ credential: null, began: null })
  expect(await accounts()).toMatchObject([{ credential: 'hash', began: 1_700_000_000 }])
  await take({ credential: 'of a new key', began: 1_800_000_000 })
  expect(await accounts()).toMatchObject([{ credential: 'of a new key', began: 1_700_000_000 }])
})

test('a worker that lost its job takes no account and records none', async () => {
  const { take, accountOf, accounts, jobId } = await openTenant()
  await expect(take({ fence: 1 })).rejects.toMatchObject({ code: 'fenced' })
  expect(await accountOf(jobId)).toBe(jobId)
  expect(await accounts()).toEqual([])
})

test('an account that another job holds is busy', async () => {
  const { take, plant, accountOf } = await openTenant()
  await take()
  const { id: other } = await plant()
  await expect(take({ job: other })).rejects.toMatchObject({ code: 'account_busy' })
  expect(await accountOf(other)).toBe(other)
})

test('a job whose row is being deleted is not written again', async () => {
  const { take, query, url, jobId } = await openTenant()
  const deleting = new pg.Client({ connectionString: url })
  await deleting.connect()
  onTestFinished(() => deleting.end())
  await deleting.query('begin')
  await deleting.query('delete from sync_jobs where id = $1', [jobId])
  const taken = expect(take()).rejects.toMatchObject({ code: 'fenced' })
  await vi.waitUntil(
    async () => (await query(`select from pg_stat_activity where wait_event_type = 'Lock'`)).length > 0,
    { timeout: 120_000 },
  )
  await deleting.query('commit')
  await taken
  expect(await query('select id from sync_jobs')).toEqual([])
})

test('an account whose worker died is taken, and the job that had it is paused', async () => {
  const { take, plant, accountOf, query, jobId } = await openTenant()
  await take()
  await query(`update sync_jobs set lease_until = now() - interval '1 s'`)
  const { id: next } = await plant()
  await take({ job: next })
  expect(await accountOf(next)).toBe(account)
  expect(await query('select status, lease_owner from sync_jobs where id = $1', [jobId])).toEqual([
    { status: 'paused', lease_owner: null },
  ])
})

test('the account is free before it is taken, also where the database is slow', async () => {
  const { take, plant, db, accountOf, query } = await openTenant()
  await take()
  await query(`update sync_jobs set lease_until = now() - interval '1 s'`)
  const { id: next } = await plant()
  const slow: TenantDatabase = {
    ...db,
    async within(work) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return await db.within(work)
    },
  }
  await take({ job: next, on: slow })
  expect(await accountOf(next)).toBe(account)
})

test('only a job whose lease is over gives its account up, and the caller learns of it', async () => {
  const { take, query, db, tenantId, plant } = await openTenant()
  await take()
  const { id: other } = await plant()
  const free = () => freeAccount(db, { tenantId, provider: 'stripe', account, jobId: other })
  expect(await free()).toBe(false)
  await query(`update sync_jobs set lease_until = now() - interval '1 s'`)
  expect(await free()).toBe(true)
})

test.each(['before', 'after'] as const)(
  'an account is taken once where the connection breaks %s the COMMIT',
  async (when) => {
    const { take, db, accountOf, accounts, jobId } = await openTenant()
    let breaks = 1
    const on: TenantDatabase = {
      ...db,
      async alone(work) {
        if (breaks-- <= 0) return await db.alone(work)
        if (when === 'after') await db.alone(work)
        throw new Error('Connection terminated unexpectedly')
      },
    }
    await take({ on })
    expect([await accountOf(jobId), (await accounts()).length]).toEqual([account, 1])
  },
)

test('a row that Postgres refuses for another reason does not make the account busy', async () => {
  const { take, query } = await openTenant()
  await query('create unique index mine on sync_accounts (credential)')
  await query(`insert into sync_accounts (tenant_id, provider, account, mode, credential)
    values (gen_random_uuid(), 'stripe', 'acct_2', 'live', 'hash')`)
  await expect(take({ credential: 'hash' })).rejects.toMatchObject({ code: 'database_data' })
})

test.each([
  ['that has read nothing', { commits: 0, checkpoint: null }, { status: 'pending', begun: false }],
  ['in the middle', { commits: 3, checkpoint: { version: 1, slices: [] } }, { status: 'paused', begun: true }],
])('a job %s that stands back keeps what it has, and the claim counts for nothing', async (_, columns, expected) => {
  const { query, db, plant } = await openTenant()
  const { id: jobId } = await plant()
  await query('update sync_jobs set commits = $2, checkpoint = $3, deliveries = 4, stalled = 1 where id = $1', [
    jobId,
    columns.commits,
    columns.checkpoint && JSON.stringify(columns.checkpoint),
  ])
  await standBack(db, { jobId, fence: 2, seconds: 60 }, account)
  expect(
    await query(
      'select status, account, started_at is not null as begun, deliveries, stalled, lease_owner from sync_jobs where id = $1',
      [jobId],
    ),
  ).toEqual([{ ...expected, account, deliveries: 3, stalled: 0, lease_owner: null }])
})
