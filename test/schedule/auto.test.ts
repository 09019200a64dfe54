import { expect, test } from 'vitest'
import { silentLog } from '../../src/log/log.ts'
import { dueAfter } from '../../src/schedule/beat.ts'
import { tick } from '../../src/schedule/tick.ts'
import { plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'
import { plantSchedule, secondsFromNow } from './plant-schedule.ts'

/** A schedule whose last job has ended after so many requests, and a tick on the worker's login. */
async function openTick(requests: number, columns: Readonly<Record<string, unknown>> = {}) {
  const { worker, query } = await openTestDatabase()
  const planted = await plantSchedule(query, { auto: true, ...columns })
  const { tenant_id } = planted
  const gridOf = (everySeconds: number, after: Date) =>
    dueAfter(
      {
        ...{
          tenantId: tenant_id,
          provider: 'stripe',
          account: null,
          reference: null,
          syncType: 'incremental' as const,
        },
        ...{ resources: null, everySeconds },
      },
      after,
    )
  const { id } = await plantJob(query, { tenant_id, status: 'completed', requests })
  await query(
    `update sync_schedules set last_job_id = $1, last_sent_at = now() - interval '1 hour', last_status = 'running', next_at = $2`,
    [id, columns.next_at ?? gridOf(3_600, new Date())],
  )
  return {
    query,
    tenant_id,
    gridOf,
    tick: () => tick({ database: worker, queue: { send: async () => {} }, log: silentLog }),
    row: async () => (await query('select * from sync_schedules where id = $1', [planted.id]))[0],
  }
}

test('the tick lengthens the interval of jobs that spend too much, and the next due time lies on the new grid', async () => {
  const { tick: once, row, gridOf } = await openTick(40, { recent_requests: [40, 40] })
  expect(await once()).toMatchObject({ sent: 0 })
  const changed = await row()
  expect(changed).toMatchObject({ every_seconds: 4 * 3_600, recent_requests: [40, 40, 40] })
  expect(changed?.next_at).toEqual(gridOf(4 * 3_600, new Date()))
})

test('another schedule of the account spends its part, unless it is paused', async () => {
  const { tick: once, row, query, tenant_id } = await openTick(2, { recent_requests: [2, 2] })
  // 7,200 of the 8,000.
  const other = { tenant_id, sync_type: 'full', next_at: secondsFromNow(1_800), recent_requests: [10] }
  await plantSchedule(query, other)
  await plantSchedule(query, {
    ...other,
    resources: ['invoices'],
    recent_requests: [1_000],
    paused_at: new Date(),
    paused_because: 'A person paused it.',
  })
  await once()
  expect(await row()).toMatchObject({ every_seconds: 7_200 })
})

test('a job that was asked for stays due at its time', async () => {
  const asked = secondsFromNow(600)
  const { tick: once, row } = await openTick(2, { recent_requests: [2, 2], next_at: asked })
  await once()
  expect(await row()).toMatchObject({ every_seconds: 900, next_at: asked })
})

test('a cadence that a person gave stays', async () => {
  const { tick: once, row } = await openTick(40, { recent_requests: [40, 40], auto: false })
  await once()
  expect(await row()).toMatchObject({ every_seconds: 3_600, recent_requests: [40, 40, 40] })
})
