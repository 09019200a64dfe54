import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { takeAccount } from '../../src/job/account-lease.ts'
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
    take({ job = jobId, fence = 2, credential = null as string | null, began = null as number | null } = {}) {
      const lease = { jobId: job, fence, seconds: 60 }
      const taking = { lease, providerKey: { tenantId, provider: 'stripe' }, account, credential, began }
      return takeAccount(taking, { db, clock: systemClock }, new AbortController().signal)
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
    { timeout: 20_000 },
  )
  await deleting.query('commit')
  await taken
  expect(await query('select id from sync_jobs')).toEqual([])
})
