import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { claim } from '../../src/job/claim.ts'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { checkpoint, counts, earlier, hashOf, open, progress, waitingFor } from './claim-setup.ts'

test('a job that is not there is made, and is the claimant’s', async () => {
  const { claim, row, request } = await open()
  const claimed = await claim({ owner: 'worker 1', sentWith: { token: 'none' } })
  expect(claimed).toMatchObject({
    kind: 'claimed',
    lease: { jobId: request.jobId, fence: 1, seconds: 60 },
    job: {
      tenantErased: false,
      hadErased: false,
      hadRejects: false,
      ownsTables: false,
      bypassesRls: false,
      accounts: [],
    },
  })
  expect(await row()).toMatchObject({
    ...{
      status: 'running',
      lease_owner: 'worker 1',
      lease: 60,
      fence: 1,
      deliveries: 1,
      stalled: 1,
      age: 0,
      waited_ms: 0,
    },
    ...{
      sync_type: 'full',
      options: request.additionalData,
      sent_with: { token: 'none' },
      request_hash: hashOf(request),
    },
  })
})

test('the clock of a claim is the database’s, and a job’s time counts from its start', async () => {
  const { claim } = await open({ status: 'paused' })
  const claimed = await claim()
  if (claimed.kind !== 'claimed') throw new Error('it is not claimed')
  expect(claimed.job.databaseNow).toBeGreaterThan(Date.now() - 60_000)
  expect(claimed.job.databaseNow).toBeLessThan(Date.now() + 60_000)
  expect(claimed.job.elapsedMs).toBeGreaterThan(599_000)
  expect(claimed.job.elapsedMs).toBeLessThan(660_000)
})

test.each([
  ['paused', { stalled: 3, waited_ms: 60_000 }],
  ['retrying', { stalled: 2, waited_ms: 60_000 }],
  ['pending', { stalled: 3, waited_ms: 0 }],
] as const)('a job that is %s goes on with what it has', async (status, expected) => {
  const { claim, row } = await open({
    status,
    account: 'acct_1',
    waiting_for: waitingFor,
    waiting_since: minutesAgo(5),
  })
  expect(await claim({ sentWith: null })).toMatchObject({
    kind: 'claimed',
    lease: { fence: 9 },
    job: { checkpoint, fence: 9 },
  })
  const claimed = await row()
  expect(claimed).toMatchObject({
    ...{ status: 'running', fence: 9, deliveries: 5, attempt: 2, account: 'acct_1', checkpoint, progress, ...counts },
    ...{ waiting_for: waitingFor, sent_with: earlier, stalled: expected.stalled, finished_at: null },
  })
  expect(Number(claimed?.waited_ms) / 1_000).toBeCloseTo(expected.waited_ms / 1_000, -1)
  expect(claimed?.waiting_since).not.toBeNull()
  expect(Number(claimed?.age)).toBeGreaterThan(590)
})

test('a job that was not begun has waited for nothing, however long it was left', async () => {
  const { claim, row } = await open({ status: 'paused', started_at: null })
  await claim()
  expect(await row()).toMatchObject({ waited_ms: 0, age: 0 })
})

test('a job whose attempt failed was not stalled, but counts as one delivery', async () => {
  const { claim, row } = await open({ status: 'retrying', stalled: 0 })
  await claim()
  expect(await row()).toMatchObject({ stalled: 1 })
})

test('a job that another worker pauses while it is being claimed is busy, and its message is not lost', async () => {
  const { tenant, request, query, claim: claimNow } = await open({ status: 'running', lease_until: minutesAgo(-1) })
  const database = tenant(request.tenantId)
  const read: typeof database.read = async (work) => {
    await query(`update sync_jobs set status = 'paused', lease_owner = null, lease_until = null`)
    return database.read(work)
  }
  const { owner, leaseSeconds } = { owner: 'another worker', leaseSeconds: 60 }
  const claimant = { request, hash: hashOf(request), sentWith: null, sentAt: undefined, owner, leaseSeconds }
  expect(await claim({ ...database, read }, claimant)).toEqual({ kind: 'busy', waitSeconds: 1 })
  expect(await claimNow()).toMatchObject({ kind: 'claimed' })
})

test('a job whose worker died has waited since its lease ended, and one that is held is busy until then', async () => {
  const { claim, row, query } = await open({
    status: 'running',
    lease_until: minutesAgo(-0.5),
    updated_at: minutesAgo(5),
  })
  expect(await claim()).toMatchObject({ kind: 'busy', waitSeconds: expect.closeTo(30, -1) })
  await query(`update sync_jobs set lease_until = now() - interval '20 s'`)
  expect(await claim()).toMatchObject({ kind: 'claimed' })
  const claimed = await row()
  expect(claimed).toMatchObject({ fence: 9, deliveries: 5, stalled: 3 })
  expect(Number(claimed?.waited_ms) / 1_000).toBeCloseTo(20, -1)
})

test('a claim whose answer was lost is made again, and is no other delivery', async () => {
  const { claim, row } = await open({ status: 'running', lease_owner: 'worker 7' })
  expect(await claim({ owner: 'worker 7' })).toMatchObject({ kind: 'claimed', lease: { fence: 9 } })
  expect(await row()).toMatchObject({ fence: 9, deliveries: 4, stalled: 2 })
})

test('the id of a job of another tenant, or of another provider, is refused', async () => {
  const { claim, request, row } = await open({ status: 'paused' })
  const refused = { code: 'job_belongs_to_another', verdict: 'unreadable' }
  await expect(claim({ request: { ...request, tenantId: randomUUID() } })).rejects.toMatchObject(refused)
  await expect(claim({ request: { ...request, providerName: 'square' } })).rejects.toMatchObject(refused)
  expect(await row()).toMatchObject({ status: 'paused', fence: 8 })
})

test('a job that goes on waits for the job that has its account, and takes it where that one’s worker is dead', async () => {
  const { claim, request, query, row } = await open({ status: 'paused', account: 'acct_1' })
  const rival = { tenant_id: request.tenantId, status: 'running', account: 'acct_1', lease_until: minutesAgo(-0.5) }
  const { id } = await plantJob(query, rival)
  expect(await claim()).toMatchObject({ kind: 'busy', waitSeconds: expect.closeTo(30, -1) })
  expect(await row()).toMatchObject({ status: 'paused', fence: 8 })
  await query(`update sync_jobs set lease_until = now() - interval '1 s' where id = $1`, [id])
  expect(await claim()).toMatchObject({ kind: 'claimed' })
  expect(await query('select status from sync_jobs where id = $1', [id])).toEqual([{ status: 'paused' }])
})

test('what is known of the account comes with the claim', async () => {
  const { claim, request, query } = await open({ status: 'paused', account: 'acct_1' })
  const { tenantId } = request
  await query(
    `insert into sync_accounts (tenant_id, provider, account, mode, credential, began_at, list_splits)
     values ($1, 'stripe', 'acct_1', 'live', 'hash', to_timestamp(1700000000.9), '{"customers": [1]}')`,
    [tenantId],
  )
  const known = { account: 'acct_1', credential: 'hash', began: 1_700_000_000, adopted: null }
  expect(await claim()).toMatchObject({ job: { accounts: [{ ...known, splits: { customers: [1] } }] } })
  const incremental = {
    ...request,
    jobId: randomUUID(),
    additionalData: { ...request.additionalData, syncType: 'incremental' },
  }
  expect(await claim({ request: incremental as SyncJobRequest })).toMatchObject({
    job: { accounts: [{ ...known, splits: null }] },
  })
})
