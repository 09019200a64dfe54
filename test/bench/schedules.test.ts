import { expect, test } from 'vitest'
import { liveThroughSchedules, type ScheduleDayResult } from '../../bench/scale/schedule-day.ts'
import { openTestDatabase } from '../support/database.ts'

const delays = ({ jobs }: ScheduleDayResult) => jobs.map(({ due, started }) => started - due)

async function live(hours: number, outage?: { readonly from: number; readonly to: number }) {
  const { worker: database, query } = await openTestDatabase()
  return liveThroughSchedules({ database, query, tenants: 200, hours, lanes: 10, seed: 1, ...(outage && { outage }) })
}

test('each tenant has a job an hour, and no job starts before it is due or a minute after', async () => {
  const day = await live(4)
  // Those of the last minute are sent ahead.
  expect(day.jobs.length).toBeGreaterThanOrEqual(4 * 200)
  expect(day.jobs.length).toBeLessThanOrEqual(4 * 200 + 20)
  expect(day.skipped).toBe(0)
  expect(Math.min(...delays(day))).toBeGreaterThanOrEqual(0)
  expect(Math.max(...delays(day))).toBeLessThan(60)
})

test('an hour and a half without a tick costs each tenant one job, and not one for each hour', async () => {
  const day = await live(4, { from: 1, to: 2.5 })
  // All were due once, and half of them twice.
  const after = day.sentByMinute.slice(60, 62).reduce((sum, jobs) => sum + jobs, 0)
  expect(after).toBeGreaterThanOrEqual(200)
  expect(after).toBeLessThan(220)
  expect(day.skipped).toBeLessThan(20)
})
