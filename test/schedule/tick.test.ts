import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { parseRequest } from '../../src/job/request.ts'
import { silentLog } from '../../src/log/log.ts'
import { resumeSchedule } from '../../src/operations/schedules.ts'
import { dueAfter, jobIdFor } from '../../src/schedule/beat.ts'
import { tick } from '../../src/schedule/tick.ts'
import { plantJob } from '../operations/plant-job.ts'
import { collectLog } from '../support/collected-log.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { plantSchedule, secondsFromNow } from './plant-schedule.ts'

interface Sent {
  readonly body: string
  readonly delaySeconds: number
  readonly group: string | undefined
}

/** A database with the tick on the worker's login, and a queue that keeps what it is sent. */
async function openTick() {
  const database = await openTestDatabase()
  const { worker, query, url } = database
  const sent: Sent[] = []
  const queue = {
    send: async (body: string, delaySeconds: number, group?: string) => void sent.push({ body, delaySeconds, group }),
  }
  const log = collectLog()
  return {
    ...database,
    sent,
    queue,
    log,
    /** Of the jobs that were sent. */
    ids: () => sent.map(({ body }) => JSON.parse(body).jobId),
    tick: () => tick({ database: worker, queue, log }),
    schedule: (columns?: Readonly<Record<string, unknown>>) => plantSchedule(query, columns),
    row: async (id: string) => (await query(`select * from sync_schedules where id = $1`, [id]))[0],
    async another() {
      const settings = parseConnectionString(`${asWorker(url)}?sslmode=disable`)
      const opened = await openDatabase(settings, { connections: 1, applicationName: 'another tick' })
      onTestFinished(() => opened.close())
      return opened
    },
    /** Has the schedule due once more. */
    dueAgain: (id: string) =>
      query(`update sync_schedules set next_at = now() - interval '1 second' where id = $1`, [id]),
  }
}

const noCounts = { sent: 0, skipped: 0, paused: 0, unsent: 0 }

test('what is due in the coming minute is sent with its own delay, and what is due later is not', async () => {
  const { tick: once, schedule, sent, row } = await openTick()
  const late = await schedule()
  const soon = await schedule({ next_at: secondsFromNow(40), reference: 'acct_1ABC', resources: ['customers'] })
  const full = await schedule({
    next_at: secondsFromNow(20),
    account: 'acct_1',
    reference: 'ssm:/a/key',
    sync_type: 'full',
  })
  await schedule({ next_at: secondsFromNow(300) })
  await schedule({ paused_at: new Date(), paused_because: 'A person paused it.' })
  expect(await once()).toEqual({ ...noCounts, sent: 3 })
  const [first, second, third] = sent
  expect([first, second, third].map((message) => message && parseRequest(message.body))).toEqual(
    [
      { schedule: late, more: {}, data: {} },
      { schedule: full, more: { account: 'acct_1', accessToken: 'ssm:/a/key' }, data: { syncType: 'full' } },
      { schedule: soon, more: { accessToken: 'acct_1ABC' }, data: { resources: ['customers'] } },
    ].map(({ schedule, more, data }) => ({
      kind: 'request',
      request: {
        jobId: jobIdFor(schedule.id, schedule.next_at),
        tenantId: schedule.tenant_id,
        providerName: 'stripe',
        ...more,
        additionalData: { syncType: 'incremental', forceRefresh: false, dryRun: false, ...data },
      },
    })),
  )
  expect([first, second, third].map((message) => message?.group)).toEqual(
    [late, full, soon].map((schedule) => schedule.tenant_id),
  )
  expect(first?.delaySeconds).toBe(0)
  expect(second?.delaySeconds).toBeGreaterThan(0)
  expect(second?.delaySeconds).toBeLessThanOrEqual(20)
  expect(third?.delaySeconds).toBeGreaterThan(20)
  expect(await row(soon.id)).toMatchObject({ last_job_id: jobIdFor(soon.id, soon.next_at), last_status: null })
  expect(await once()).toEqual(noCounts)
})

test('a missed day is one job', async () => {
  const { tick: once, schedule, ids, row } = await openTick()
  const missed = await schedule({ next_at: secondsFromNow(-86_400) })
  expect(await once()).toMatchObject({ sent: 1 })
  expect(ids()).toEqual([jobIdFor(missed.id, missed.next_at)])
  const { next_at: next } = (await row(missed.id)) as { next_at: Date }
  expect(next.getTime()).toBeGreaterThan(Date.now())
  expect(next.getTime() - Date.now()).toBeLessThanOrEqual(3_600_000)
})

test('ticks at once in several processes send each job once', async () => {
  const { schedule, queue, ids, another } = await openTick()
  for (let n = 0; n < 250; n++) await schedule()
  const ticking = [await another(), await another(), await another()].map((database) =>
    tick({ database, queue, log: silentLog }),
  )
  const reports = await Promise.all(ticking)
  expect(ids()).toHaveLength(new Set(ids()).size)
  // One that had no turn leaves the rest to the next minute.
  await tick({ database: await another(), queue, log: silentLog })
  expect(ids()).toHaveLength(250)
  expect(reports.every(({ unsent }) => unsent === 0)).toBe(true)
})

test('a tick that dies between the queue and its commit is repeated, and sends the same job', async () => {
  const { schedule, queue, ids, another, query, row } = await openTick()
  const planted = await schedule({ next_at: secondsFromNow(-7_200) })
  const dying = {
    async send(body: string, delaySeconds: number, group?: string) {
      await queue.send(body, delaySeconds, group)
      await query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'another tick' and datname = current_database()`,
      )
    },
  }
  await expect(tick({ database: await another(), queue: dying, log: silentLog })).rejects.toThrow()
  expect(await row(planted.id)).toMatchObject({ last_job_id: null, next_at: planted.next_at })
  expect(await tick({ database: await another(), queue, log: silentLog })).toMatchObject({ sent: 1 })
  expect(ids()).toEqual([jobIdFor(planted.id, planted.next_at), jobIdFor(planted.id, planted.next_at)])
})

test('a job that the queue does not take is sent by the next tick, and the others are not held up', async () => {
  const { schedule, worker, queue, ids, log, tick: once } = await openTick()
  const [refused, taken] = [await schedule(), await schedule()]
  const picky = {
    async send(body: string, delaySeconds: number, group?: string) {
      if (group === refused.tenant_id) throw new Error('the queue is full')
      await queue.send(body, delaySeconds, group)
    },
  }
  expect(await tick({ database: worker, queue: picky, log })).toEqual({ ...noCounts, sent: 1, unsent: 1 })
  expect(log.lines().map(({ event }) => event)).toContain('schedule_not_sent')
  expect(await once()).toEqual({ ...noCounts, sent: 1 })
  expect(ids()).toEqual([jobIdFor(taken.id, taken.next_at), jobIdFor(refused.id, refused.next_at)])
})

test('a schedule whose last job is not seen or has not ended is not sent again, and goes on once it has', async () => {
  const { schedule, tick: once, query, row, dueAgain } = await openTick()
  const { id, tenant_id } = await schedule()
  await once()
  const { last_job_id: job } = (await row(id)) as { last_job_id: string }
  await dueAgain(id)
  expect(await once()).toEqual({ ...noCounts, skipped: 1 })
  await plantJob(query, { id: job, tenant_id, status: 'paused' })
  await dueAgain(id)
  expect(await once()).toEqual({ ...noCounts, skipped: 1 })
  expect(await row(id)).toMatchObject({ last_status: 'paused', last_job_id: job })
  await query(
    `update sync_jobs set status = 'completed', checkpoint = null, finished_at = now(), result = '{}', requests = 9 where id = $1`,
    [job],
  )
  await dueAgain(id)
  expect(await once()).toEqual({ ...noCounts, sent: 1 })
  expect(await row(id)).toMatchObject({ last_status: null, recent_requests: [9], last_success_at: expect.any(Date) })
})

test('while the last job runs, a requested one is looked at again after two minutes, and a regular one has its next time', async () => {
  const { schedule, tick: once, row } = await openTick()
  const columns = { last_job_id: randomUUID(), last_sent_at: secondsFromNow(-100), last_status: 'running' }
  const key = { tenantId: randomUUID(), provider: 'stripe', account: null, reference: null, resources: null } as const
  const beat = { ...key, syncType: 'incremental', everySeconds: 3_600 } as const
  const anHourAgo = new Date(Date.now() - 3_600_000)
  const regular = await schedule({ ...columns, tenant_id: beat.tenantId, next_at: dueAfter(beat, anHourAgo) })
  const requested = await schedule({ ...columns, next_at: new Date() })
  expect(await once()).toEqual({ ...noCounts, skipped: 2 })
  expect((await row(regular.id))?.next_at).toEqual(dueAfter(beat, new Date()))
  const seconds = (Number((await row(requested.id))?.next_at) - Date.now()) / 1_000
  expect(seconds).toBeLessThanOrEqual(120)
  // Beyond what a tick sends ahead, so that one tick does not look at it again and again.
  expect(seconds).toBeGreaterThan(90)
})

test('three refused jobs in a row pause the schedule with the reason, before the next due time; resumed it goes on', async () => {
  const { schedule, tick: once, query, row, dueAgain, log, tenant } = await openTick()
  const { id, tenant_id } = await schedule()
  for (let n = 1; n <= 3; n++) {
    expect(await once()).toMatchObject({ sent: 1, paused: 0 })
    const { last_job_id: job } = (await row(id)) as { last_job_id: string }
    await plantJob(query, { id: job, tenant_id, status: 'failed' })
    if (n < 3) await dueAgain(id)
  }
  expect(await once()).toEqual({ ...noCounts, paused: 1 })
  expect(await row(id)).toMatchObject({
    rejects: 3,
    paused_because: '3 jobs in a row were refused. stripe: the key is not accepted. (key_not_accepted)',
  })
  expect(log.lines().find(({ event }) => event === 'schedule_paused')).toMatchObject({ tenantId: tenant_id })
  await dueAgain(id)
  expect(await once()).toEqual(noCounts)
  expect(await resumeSchedule(tenant(tenant_id), { tenantId: tenant_id, scheduleId: id })).toBe(true)
  expect(await once()).toEqual({ ...noCounts, sent: 1 })
  expect(await row(id)).toMatchObject({ rejects: 0, paused_at: null })
})

test('a tenant that is removed while a tick looks sends no more', async () => {
  const { schedule, tick: once, query, ids } = await openTick()
  const [gone, stays] = [await schedule(), await schedule()]
  await query(`delete from sync_schedules where tenant_id = $1`, [gone.tenant_id])
  expect(await once()).toMatchObject({ sent: 1 })
  expect(ids()).toEqual([jobIdFor(stays.id, stays.next_at)])
})

test('the table refuses a key where a reference belongs', async () => {
  const { schedule } = await openTick()
  for (const reference of [
    'sk_live_51abcdefghijklmnop',
    'rk_test_51abcdefghijklmnop',
    'shpat_0123456789abcdef',
    'EAAAl0123456789-abc',
    'a password',
  ])
    await expect(schedule({ reference }), reference).rejects.toMatchObject({
      constraint: 'sync_schedules_without_key',
    })
  for (const reference of [
    null,
    'acct_1ABC',
    'merchant:ABCDE12345',
    'ssm:/tenants/key#stripe',
    `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${randomUUID()}`,
  ])
    await schedule({ reference })
})

test('a worker’s other transactions see the schedules of their own tenant alone', async () => {
  const { schedule, tenant, worker } = await openTick()
  const [first] = [await schedule(), await schedule()]
  const { rowCount } = await tenant(first.tenant_id).read((tx) => tx.execute(`select id from sync_schedules`))
  expect(rowCount).toBe(1)
  const all = await worker.schedules.within((tx) => tx.execute(`select id from sync_schedules`))
  expect(all.rowCount).toBe(2)
  expect((await worker.everyTenant.read((tx) => tx.execute(`select id from sync_schedules`))).rowCount).toBe(0)
})
