import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  addSchedule,
  findSchedules,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
} from '../../src/operations/schedules.ts'
import type { ScheduleKey } from '../../src/schedule/beat.ts'
import { plantSchedule, secondsFromNow } from '../schedule/plant-schedule.ts'
import { openTestDatabase } from '../support/database.ts'
import { minutesAgo } from './plant-job.ts'

test('pausing, resuming and removing change a schedule once', async () => {
  const { tenant, query } = await openTestDatabase()
  const { id: scheduleId, tenant_id: tenantId } = await plantSchedule(query)
  const [db, named] = [tenant(tenantId), { tenantId, scheduleId }]
  const state = async () => (await findSchedules(db, { ids: [scheduleId] }, 1))[0]
  expect(await resumeSchedule(db, named)).toBe(false)
  expect(await pauseSchedule(db, named, 'The tenant moves.')).toBe(true)
  expect(await pauseSchedule(db, named, 'Another reason.')).toBe(false)
  expect(await state()).toMatchObject({ state: 'paused', pausedBecause: 'The tenant moves.' })
  await query('update sync_schedules set rejects = 3')
  expect(await state()).toMatchObject({ state: 'refused' })
  expect(await resumeSchedule(db, named)).toBe(true)
  expect(await query('select rejects, paused_at, paused_because from sync_schedules')).toEqual([
    { rejects: 0, paused_at: null, paused_because: null },
  ])
  expect(await removeSchedule(db, named)).toBe(true)
  expect(await removeSchedule(db, named)).toBe(false)
  expect(await state()).toBeUndefined()
})

test('another tenant’s schedule is neither changed nor removed', async () => {
  const { tenant, query } = await openTestDatabase()
  const { id: scheduleId, tenant_id: tenantId } = await plantSchedule(query)
  const [db, named] = [tenant(randomUUID()), { tenantId, scheduleId }]
  expect(await pauseSchedule(db, named, 'x')).toBe(false)
  expect(await removeSchedule(db, named)).toBe(false)
  expect(await query('select paused_at from sync_schedules')).toEqual([{ paused_at: null }])
})

test('an account has one schedule of a kind, and others beside it', async () => {
  const { tenant } = await openTestDatabase()
  const tenantId = randomUUID()
  const key: ScheduleKey = {
    tenantId,
    provider: 'stripe',
    account: null,
    reference: null,
    syncType: 'incremental',
    resources: null,
    everySeconds: 3_600,
  }
  const add = (change: Partial<ScheduleKey> = {}) => addSchedule(tenant(tenantId), { ...key, ...change }, new Date())
  expect(await add()).toMatchObject({ nextAt: expect.any(Date) })
  expect(await add({ everySeconds: 900 })).toBeNull()
  for (const other of [
    { syncType: 'full' },
    { resources: ['customers'] },
    { reference: 'acct_1ABC' },
    { account: 'acct_1ABC' },
  ] as const)
    expect(await add({ ...other, resources: other.resources?.slice() ?? null }), JSON.stringify(other)).not.toBeNull()
})

test('those that need a person come first, then those that are due next', async () => {
  const { reader, query } = await openTestDatabase()
  const plant = async (name: string, columns: Readonly<Record<string, unknown>>) => {
    await plantSchedule(query, { account: name, ...columns })
  }
  await plant('later', { next_at: secondsFromNow(900) })
  await plant('paused', { paused_at: new Date(), paused_because: 'x' })
  await plant('soon', { next_at: secondsFromNow(60) })
  await plant('late', { next_at: minutesAgo(6) })
  await plant('refused', { paused_at: new Date(), paused_because: 'x', rejects: 3 })
  const schedules = await findSchedules(reader, {}, 10)
  expect(schedules.map(({ account }) => account)).toEqual(['refused', 'late', 'soon', 'later', 'paused'])
  expect(schedules.map(({ state }) => state)).toEqual(['refused', 'late', 'active', 'active', 'paused'])
  expect((await findSchedules(reader, { state: 'late' }, 10)).map(({ account }) => account)).toEqual(['late'])
})
