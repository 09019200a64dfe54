import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { freeAccount, standBack } from '../../src/job/account-lease.ts'
import type { Claim, Claimant } from '../../src/job/claim.ts'
import { complete, fail, pause } from '../../src/job/finish.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { deliveriesOf, endOf } from '../../src/operations/deliveries.ts'
import { findJobs } from '../../src/operations/jobs.ts'
import { open } from './claim-setup.ts'

/* The table writes a line for each delivery of a job, by itself. */

const waits = { waitingFor: null, waitingSince: null, waitedMs: 0 }

async function openJob() {
  const { query, tenant, request, claim } = await open()
  const { jobId, tenantId } = request
  const db = tenant(tenantId)
  const leaseOf = (claimed: Claim) => {
    if (claimed.kind !== 'claimed') throw new Error(`not claimed: ${claimed.kind}`)
    return claimed.lease
  }
  return {
    query,
    db,
    jobId,
    tenantId,
    request,
    take: async (claimant: Partial<Claimant> = {}) => leaseOf(await claim(claimant)),
    /** What a commit of the worker counts. */
    commit: (fetched: number, requests: number) =>
      query(
        `update sync_jobs set fetched = fetched + $1, created = created + $1, requests = requests + $2, commits = commits + 1`,
        [fetched, requests],
      ),
    deliveries: async () => {
      const [job] = await findJobs({ read: db.read }, { ids: [jobId] }, 1)
      return job ? deliveriesOf(job) : []
    },
  }
}

test('each delivery has a line with its end, its counts and its worker', async () => {
  const { db, take, commit, deliveries, query } = await openJob()
  const paused = await take({ owner: 'worker a' })
  await commit(20, 3)
  await pause(db, paused, { ...waits, requests: 4 })
  const failed = await take({ owner: 'worker b' })
  await fail(db, failed, {
    error: new SyncError('retry', 'provider_unavailable', 'stripe: it answered 503.'),
    ...{ attempt: 0, maxRetries: 3, retryDelaySeconds: 1, requests: 6, outage: null, columns: waits },
    result: () => ({}) as SyncJobResult,
    random: () => 0,
  })
  await take({ owner: 'worker c' })
  await commit(7, 1)
  await query(`update sync_jobs set lease_until = now() - interval '1 s', updated_at = now() - interval '1 min'`)
  const done = await take({ owner: 'worker d' })
  expect(await deliveries()).toMatchObject([
    { how: 'paused', fetched: 20, requests: 4, commits: 1, code: null, worker: 'worker a' },
    { how: 'retrying', fetched: 0, requests: 2, commits: 0, code: 'provider_unavailable', worker: 'worker b' },
    { how: 'lost', fetched: 7, requests: 1, commits: 1, code: null, worker: 'worker c' },
    { how: 'running', fetched: 0, requests: 0, commits: 0, ended: null, worker: 'worker d' },
  ])
  await commit(1, 1)
  expect((await deliveries()).at(-1)).toMatchObject({ how: 'running', fetched: 1, requests: 1, commits: 1 })
  await complete(db, done, { status: 'completed', requests: 9 } as SyncJobResult)
  const all = await deliveries()
  expect(all.at(-1)).toMatchObject({ how: 'completed', fetched: 1, requests: 2, commits: 1, worker: 'worker d' })
  expect(all.map(({ began, ended }) => began !== null && ended !== null)).toEqual([true, true, true, true])
  expect(new Set(all.map(endOf)).size).toBe(4)
  // The last sign of life of a lost worker is its end.
  const [, , lost, after] = all
  expect((after?.began?.getTime() ?? 0) - (lost?.ended?.getTime() ?? 0)).toBeGreaterThan(59_000)
})

test('a delivery that gave way to another job of the account is busy, and one whose account was freed is lost', async () => {
  const { db, take, tenantId, deliveries, query, jobId } = await openJob()
  await standBack(db, await take(), 'acct_1ABC')
  await take()
  await query(`update sync_jobs set lease_until = now() - interval '1 s'`)
  const rival = { tenantId, provider: 'stripe', account: 'acct_1ABC', jobId: randomUUID() }
  expect(await freeAccount(db, rival)).toBe(true)
  expect((await deliveries()).map(({ how }) => how)).toEqual(['busy', 'lost'])
  await take()
  await query(
    `update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null where id = $1`,
    [jobId],
  )
  expect((await deliveries()).at(-1)).toMatchObject({ how: 'cancelled' })
})

test('a claim whose answer was lost is one delivery', async () => {
  const { take, deliveries } = await openJob()
  await take({ owner: 'worker a' })
  await take({ owner: 'worker a' })
  expect(await deliveries()).toMatchObject([{ how: 'running' }])
})

test('a job that starts over counts from there, and keeps its earlier deliveries', async () => {
  const { db, request, take, commit, deliveries } = await openJob()
  const first = await take()
  await commit(20, 3)
  await complete(db, first, { status: 'completed', requests: 3 } as SyncJobResult)
  await take({ request: { ...request, additionalData: { ...request.additionalData, forceRefresh: true } } })
  await commit(5, 1)
  expect((await deliveries()).map(({ how, fetched, requests }) => [how, fetched, requests])).toEqual([
    ['completed', 20, 3],
    ['running', 5, 1],
  ])
})

test('the row keeps the last 50 deliveries', async () => {
  const { db, take, deliveries, query } = await openJob()
  await pause(db, await take({ owner: 'worker a' }), { ...waits, requests: 0 })
  await query(
    `update sync_jobs set timeline = (select jsonb_agg(timeline -> 0 || jsonb_build_object('requests', n)) from generate_series(1, 50) as n)`,
  )
  await take({ owner: 'worker z' })
  const kept = await deliveries()
  expect(kept).toHaveLength(50)
  expect(kept[0]).toMatchObject({ requests: 2 })
  expect(kept.at(-1)).toMatchObject({ how: 'running', worker: 'worker z' })
})

test('a row of an older version has no deliveries until its next one, and says what it knows of the present one', async () => {
  const { db, take, deliveries, query } = await openJob()
  const lease = await take({ owner: 'worker a' })
  await query(`update sync_jobs set timeline = '[]'`)
  expect(await deliveries()).toEqual([])
  await pause(db, lease, { ...waits, requests: 0 })
  expect(await deliveries()).toMatchObject([{ began: null, how: 'paused', worker: 'worker a' }])
})
