import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Claimant, claim } from '../../src/job/claim.ts'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { requestHash } from '../../src/job/request-hash.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'

/* Who gets a job, and what its row is from then on. Every claim here is made by another delivery unless it says otherwise. */

const counts = { fetched: 5, created: 4, updated: 3, unchanged: 2, rejected: 1, deleted: 6, requests: 7 }
const noCounts = Object.fromEntries(Object.keys(counts).map((name) => [name, 0]))
const checkpoint = { slices: [] }
const progress = { customers: { fetched: 5 } }
const waitingFor = { code: 'rate_limited', message: 'stripe: too many requests.' }
const earlier = { token: 'key' } as const
const hashOf = (job: SyncJobRequest) => requestHash(job)

/** A database, a job's request, and what its row is planted with: it was begun ten minutes ago and left one minute ago. */
async function open(columns: Readonly<Record<string, unknown>> | null = null) {
  const { query, tenant } = await openTestDatabase()
  const additionalData = { syncType: 'full', forceRefresh: false, dryRun: false, resources: ['customers'] } as const
  const jobId = String(columns?.id ?? randomUUID())
  const tenantId = randomUUID()
  const request = { jobId, tenantId, providerName: 'stripe', additionalData } as unknown as SyncJobRequest
  const hash = hashOf(request)
  const begun = {
    checkpoint,
    progress,
    stalled: 2,
    deliveries: 4,
    fence: 8,
    attempt: 2,
    request_hash: `\\x${hash.toString('hex')}`,
  }
  if (columns)
    await plantJob(query, {
      ...{ id: jobId, tenant_id: tenantId, sent_with: earlier, ...counts, ...begun, started_at: minutesAgo(10) },
      ...(columns.status === 'completed' && { checkpoint: null }),
      ...columns,
    })
  return {
    query,
    tenant,
    request,
    claim: (claimant: Partial<Claimant> = {}) =>
      claim(tenant((claimant.request ?? request).tenantId), {
        ...{ request, hash, sentWith: null, sentAt: undefined, owner: `worker ${randomUUID()}`, leaseSeconds: 60 },
        ...claimant,
      }),
    row: async () =>
      (
        await query(
          `select *, ${Object.keys(counts).map((name) => `${name}::int`)}, fence::int, waited_ms::int,
             round(extract(epoch from lease_until - now()))::int as lease, round(extract(epoch from now() - started_at))::int as age
           from sync_jobs where id = $1`,
          [jobId],
        )
      )[0],
  }
}

const forced = (request: SyncJobRequest) =>
  ({
    ...request,
    additionalData: { ...request.additionalData, syncType: 'incremental', forceRefresh: true },
  }) as SyncJobRequest

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

test.each([
  ['completed', {}, null],
  ['cancelled', {}, null],
  ['failed', { error: { code: 'account_mismatch', message: 'm', retryable: false } }, 'account_mismatch'],
] as const)('a job that is %s has ended', async (status, columns, code) => {
  const { claim, row } = await open({ status, ...columns })
  expect(await claim()).toEqual({ kind: 'finished', status, code })
  expect(await row()).toMatchObject({ fence: 8, deliveries: 4 })
})

test.each([
  ['may work later', { code: 'provider_unavailable', retryable: true }],
  ['was its time', { code: 'timeout', retryable: false }],
  ['was a stall', { code: 'stalled', retryable: false }],
])('a job whose failure %s goes on when it is sent again, with clocks and attempts of its own', async (_, error) => {
  const failed = {
    status: 'failed',
    error: { message: 'm', ...error },
    waiting_for: waitingFor,
    waiting_since: minutesAgo(5),
  }
  const { claim, row } = await open({ ...failed, waited_ms: 90_000, account: 'acct_1' })
  expect(await claim({ sentAt: minutesAgo(2) })).toMatchObject({ kind: 'finished', status: 'failed' })
  expect(await claim({ sentAt: minutesAgo(0) })).toMatchObject({ kind: 'claimed' })
  expect(await row()).toMatchObject({
    ...{
      status: 'running',
      attempt: 0,
      stalled: 1,
      age: 0,
      waited_ms: 0,
      waiting_for: null,
      waiting_since: null,
      error: null,
    },
    ...{ checkpoint, progress, account: 'acct_1', sync_type: 'full', finished_at: null, result: null, ...counts },
  })
})

test('a message without a time takes up a job that has failed, too', async () => {
  const error = { code: 'timeout', message: 'm', retryable: false }
  const { claim } = await open({ status: 'failed', error, finished_at: minutesAgo(1) })
  expect(await claim()).toMatchObject({ kind: 'claimed' })
})

test.each(['completed', 'cancelled', 'failed'] as const)(
  'force_refresh starts a job over that is %s',
  async (status) => {
    const { claim, row, request } = await open({ status, account: 'acct_1' })
    const again = forced(request)
    const claimant = { request: again, hash: hashOf(again), sentWith: { token: 'none' } } as const
    await expect(claim({ ...claimant, sentAt: minutesAgo(2) })).rejects.toMatchObject({ code: 'job_id_reused' })
    expect(await claim({ ...claimant, sentAt: minutesAgo(0) })).toMatchObject({
      kind: 'claimed',
      job: { checkpoint: null },
    })
    expect(await row()).toMatchObject({
      ...{
        status: 'running',
        fence: 9,
        sync_type: 'incremental',
        options: again.additionalData,
        request_hash: hashOf(again),
      },
      ...{ sent_with: { token: 'none' }, checkpoint: null, progress: {}, error: null, age: 0, ...noCounts },
    })
    expect((await row())?.account).not.toBe('acct_1')
  },
)

test('force_refresh does not start a job over that is still going on', async () => {
  const { request, ...opened } = await open({ status: 'paused', account: 'acct_1' })
  const again = forced(request)
  await expect(opened.claim({ request: again, hash: hashOf(again) })).rejects.toMatchObject({ code: 'job_id_reused' })
  // A job that was forced from its first message on.
  await opened.query('update sync_jobs set request_hash = $1', [hashOf(again)])
  expect(await opened.claim({ request: again, hash: hashOf(again) })).toMatchObject({ kind: 'claimed' })
  expect(await opened.row()).toMatchObject({ checkpoint, account: 'acct_1', sync_type: 'full', ...counts })
})

test('another body is refused, also where the job has ended; a body that could not be read is not compared', async () => {
  const { claim, request, query } = await open({ status: 'paused' })
  const other = { ...request, additionalData: { ...request.additionalData, resources: ['products'] } } as SyncJobRequest
  const claimOther = () => claim({ request: other, hash: hashOf(other) })
  await expect(claimOther()).rejects.toMatchObject({ code: 'job_id_reused', verdict: 'unreadable' })
  await query(`update sync_jobs set status = 'completed', finished_at = now(), result = '{}', checkpoint = null`)
  await expect(claimOther()).rejects.toMatchObject({ code: 'job_id_reused' })
  expect(await claim({ request: other, hash: null })).toMatchObject({ kind: 'finished' })
  await query(`update sync_jobs set status = 'paused', finished_at = null, result = null`)
  expect(await claim({ request: other, hash: null })).toMatchObject({ kind: 'claimed' })
})

test('a row without a hash takes the hash of the body that goes on with it', async () => {
  const { claim, row, request } = await open({ status: 'paused', request_hash: null })
  expect(await claim()).toMatchObject({ kind: 'claimed' })
  expect(await row()).toMatchObject({ request_hash: hashOf(request) })
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
