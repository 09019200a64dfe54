import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { readGauges } from '../../src/schedule/gauges.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'
import { plantRequest } from './plant-request.ts'
import { plantSchedule, secondsFromNow } from './plant-schedule.ts'

/** A database with the gauges as the worker's login reads them. */
async function openGauges() {
  const database = await openTestDatabase()
  return { ...database, gauges: () => readGauges({ database: database.worker }) }
}

test('nothing is stale, stuck or late in an empty database', async () => {
  const { gauges } = await openGauges()
  expect(await gauges()).toEqual({
    queue: null,
    jobs: { pending: 0, running: 0, paused: 0, retrying: 0 },
    jobsStuck: 0,
    accountsStale: 0,
    accountSyncAgeMax: null,
    eventsSilent: 0,
    schedules: { active: 0, paused: 0, refused: 0, late: 0 },
    erasures: { waiting: 0, dueSoon: 0, overdue: 0 },
  })
})

test('open requests of all tenants are waiting, due within a week or overdue, for the worker’s login', async () => {
  const { gauges, query } = await openGauges()
  for (const [days, done] of [
    [30, false],
    [8, false],
    [6, false],
    [-1, false],
    [-2, false],
    [-3, false],
    [-9, true],
  ])
    await plantRequest(query, Number(days), done === true)
  expect((await gauges()).erasures).toEqual({ waiting: 2, dueSoon: 1, overdue: 3 })
})

test('an account is stale after two beats and an hour without a success, unless a person paused it', async () => {
  const { gauges, query } = await openGauges()
  const next_at = secondsFromNow(600)
  const hourly = (minutes: number, more: Readonly<Record<string, unknown>> = {}) =>
    plantSchedule(query, { next_at, last_success_at: minutesAgo(minutes), ...more })
  await hourly(179)
  await hourly(182)
  await hourly(500, { paused_at: new Date(), paused_because: 'A person paused it.' })
  await hourly(400, { paused_at: new Date(), paused_because: '3 jobs in a row were refused.', rejects: 3 })
  // A schedule of a month counts its beats in months, and the two of an account are one account.
  const tenant_id = randomUUID()
  await hourly(50_000, { tenant_id, sync_type: 'full', every_seconds: 2_592_000, created_at: minutesAgo(60_000) })
  await hourly(10, { tenant_id })
  // Of one that never had a success its age counts.
  await plantSchedule(query, { next_at, created_at: minutesAgo(300) })
  const { accountsStale, accountSyncAgeMax, schedules } = await gauges()
  expect({ accountsStale, schedules }).toEqual({
    accountsStale: 3,
    schedules: { active: 5, paused: 1, refused: 1, late: 0 },
  })
  expect(Math.round((accountSyncAgeMax ?? 0) / 60)).toBe(400)
})

test('a schedule whose due time is over says for how long nothing was sent', async () => {
  const { gauges, query } = await openGauges()
  await plantSchedule(query, { next_at: minutesAgo(7) })
  await plantSchedule(query, { next_at: minutesAgo(90), paused_at: new Date(), paused_because: 'A person paused it.' })
  const { late } = (await gauges()).schedules
  expect(Math.round(late / 60)).toBe(7)
})

test('open jobs count by status, and as stuck an hour after their last step, their lease or their next attempt', async () => {
  const { gauges, query } = await openGauges()
  const old = { updated_at: minutesAgo(61) }
  await plantJob(query, { status: 'paused', ...old })
  await plantJob(query, { status: 'paused' })
  await plantJob(query, { status: 'running', ...old, lease_until: minutesAgo(-1) })
  await plantJob(query, { status: 'running', ...old, lease_until: minutesAgo(61) })
  await plantJob(query, { status: 'retrying', ...old, next_attempt_at: minutesAgo(5) })
  await plantJob(query, { status: 'completed', ...old })
  expect(await gauges()).toMatchObject({ jobs: { pending: 0, running: 2, paused: 2, retrying: 1 }, jobsStuck: 2 })
})

test('the worker’s login sees the jobs of all tenants while it reads the gauges, and only those that are open', async () => {
  const { worker, query } = await openTestDatabase()
  const open = await plantJob(query, { status: 'paused' })
  await plantJob(query, { status: 'completed' })
  const ids = (tx: Parameters<Parameters<typeof worker.schedules.within>[0]>[0]) =>
    tx.execute(sql`select id from sync_jobs`)
  expect((await worker.schedules.within(ids)).rows).toEqual([{ id: open.id }])
  expect((await worker.everyTenant.read(ids)).rows).toEqual([])
  const changed = await worker.schedules.within((tx) => tx.execute(sql`update sync_jobs set fence = fence + 1`))
  expect(changed.rowCount).toBe(0)
})

test('the queue’s depth is passed on, and a queue that does not answer is not known', async () => {
  const { worker } = await openTestDatabase()
  const depth = { waiting: 3, inFlight: null, delayed: 1, dead: 0, oldestAge: 12 }
  const queue = { depth: async () => depth }
  expect((await readGauges({ database: worker, queue })).queue).toEqual(depth)
  const away = {
    depth: async () => {
      throw new Error('away')
    },
  }
  expect((await readGauges({ database: worker, queue: away })).queue).toBeNull()
})
