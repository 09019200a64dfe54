import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { findJobs, type JobFilter } from '../../src/operations/jobs.ts'
import { openTestDatabase } from '../support/database.ts'
import { countScans } from './count-scans.ts'
import { daysAgo, minutesAgo, plantJob } from './plant-job.ts'

async function open() {
  const { query, reader } = await openTestDatabase()
  return {
    query,
    job: (columns?: Readonly<Record<string, unknown>>) => plantJob(query, columns),
    ids: async (filter: JobFilter, limit = 100) => (await findJobs(reader, filter, limit)).map(({ id }) => id),
  }
}

test('jobs are found by each part of a filter, the newest first', async () => {
  const { job, ids } = await open()
  const old = await job({ created_at: daysAgo(3), provider: 'square' })
  const failed = await job({ status: 'failed', created_at: minutesAgo(5) })
  const running = await job({ status: 'running', created_at: minutesAgo(1) })
  expect(await ids({})).toEqual([running.id, failed.id, old.id])
  expect(await ids({}, 1)).toEqual([running.id])
  expect(await ids({ since: 86_400 })).toEqual([running.id, failed.id])
  expect(await ids({ provider: 'square' })).toEqual([old.id])
  expect(await ids({ tenantId: failed.tenant_id })).toEqual([failed.id])
  expect(await ids({ statuses: ['failed', 'running'] })).toEqual([running.id, failed.id])
  expect(await ids({ statuses: ['cancelled'] })).toEqual([])
  expect(await ids({ open: true })).toEqual([running.id])
  expect(await ids({ ids: [old.id, running.id] })).toEqual([running.id, old.id])
  expect(await ids({ ids: [] })).toEqual([])
})

test('failed jobs are found by when they failed, however long ago they began, and by the code of their error', async () => {
  const { job, ids } = await open()
  const late = await job({ status: 'failed', created_at: daysAgo(2), finished_at: minutesAgo(1) })
  await job({ status: 'failed', created_at: daysAgo(2), finished_at: minutesAgo(200) })
  await job({ status: 'completed', created_at: daysAgo(2), finished_at: minutesAgo(1) })
  expect(await ids({ failedSince: 7_200 })).toEqual([late.id])
  expect(await ids({ failedSince: 7_200, codes: ['key_not_accepted', 'timeout'] })).toEqual([late.id])
  expect(await ids({ failedSince: 7_200, codes: ['timeout'] })).toEqual([])
})

test('a job tells how long it took, and whether a worker holds it', async () => {
  const { query, reader } = await openTestDatabase()
  const jobWith = async (columns: Readonly<Record<string, unknown>>) => {
    const { id } = await plantJob(query, columns)
    const [job] = await findJobs(reader, { ids: [id] }, 1)
    return { minutes: job?.took && Math.round(job.took / 60), isHeld: job?.isHeld }
  }
  expect(await jobWith({ started_at: minutesAgo(10), finished_at: minutesAgo(4) })).toEqual({
    minutes: 6,
    isHeld: false,
  })
  expect(await jobWith({ status: 'running' })).toEqual({ minutes: 10, isHeld: true })
  expect(await jobWith({ status: 'running', lease_until: minutesAgo(1) })).toEqual({ minutes: 10, isHeld: false })
  expect(await jobWith({ status: 'pending', started_at: null })).toEqual({ minutes: null, isHeld: false })
})

test.each<[string, JobFilter, number]>([
  ['the newest', {}, 20],
  ['the newest of a tenant', { tenantId: '11111111-1111-4111-8111-111111111111' }, 20],
  ['open jobs', { open: true }, 200],
  ['jobs that failed lately', { failedSince: 7_200 }, 10_000],
])('%s are found by an index in a table of 20,000 jobs', async (_, filter, limit) => {
  const { query, reader } = await openTestDatabase()
  await query(`insert into sync_jobs (id, tenant_id, provider, sync_type, status, created_at, finished_at, result, error)
    select gen_random_uuid(), md5((n % 50)::text)::uuid, 'stripe', 'full', case when n % 40 = 0 then 'failed' else 'completed' end,
      now() - n * interval '1 minute', now() - n * interval '1 minute', '{}', case when n % 40 = 0 then '{}'::jsonb end
    from generate_series(1, 20000) as n`)
  await query('vacuum analyze sync_jobs')
  const counted = countScans(reader)
  await findJobs(counted, filter, limit)
  expect(counted.scans()).toBe(0)
  // It would see one.
  await counted.read((tx) => tx.execute(sql`select sum(fetched) from sync_jobs`))
  expect(counted.scans()).toBe(1)
})
