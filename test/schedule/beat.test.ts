import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dueAfter, jobIdFor, type ScheduleKey } from '../../src/schedule/beat.ts'

const hour = 3_600
const day = 24 * hour

const key = (overrides: Partial<ScheduleKey> = {}): ScheduleKey => ({
  tenantId: '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
  provider: 'stripe',
  account: null,
  reference: null,
  syncType: 'incremental',
  resources: null,
  everySeconds: hour,
  ...overrides,
})

const offset = (schedule: ScheduleKey) => dueAfter(schedule, new Date(0)).getTime() % (schedule.everySeconds * 1_000)

test('a due time is later than now, by an interval at most, and the next one an interval later', () => {
  for (const everySeconds of [60, 61, hour, day, 30 * day, 366 * day]) {
    const schedule = key({ everySeconds })
    for (const from of ['1970-01-01T00:00:00Z', '2026-11-29T10:00:00.001Z', '2027-12-31T23:59:59.999Z']) {
      const after = new Date(from)
      const due = dueAfter(schedule, after)
      expect(due.getTime()).toBeGreaterThan(after.getTime())
      expect(due.getTime() - after.getTime()).toBeLessThanOrEqual(everySeconds * 1_000)
      expect(dueAfter(schedule, due).getTime() - due.getTime()).toBe(everySeconds * 1_000)
      expect(due.getMilliseconds()).toBe(0)
    }
  }
})

test('a change of the clock in a time zone moves no due time: a day has 24 hours', () => {
  const daily = key({ everySeconds: day })
  // In Berlin the 29th of March 2026 had 23 hours, and the 25th of October 25.
  for (const [from, to] of [
    ['2026-03-27T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['2026-10-23T00:00:00Z', '2026-10-28T00:00:00Z'],
  ] as const) {
    const dues: number[] = []
    for (let due = dueAfter(daily, new Date(from)); due < new Date(to); due = dueAfter(daily, due)) dues.push(+due)
    expect(dues).toHaveLength(5)
    expect(new Set(dues.map((due) => due % (day * 1_000))).size).toBe(1)
  }
})

describe('the place in the interval', () => {
  test('is the same for the same schedule, also if it is removed and added again', () => {
    expect(offset(key())).toBe(offset(key()))
    expect(offset(key({ resources: ['customers'] }))).not.toBe(offset(key({ resources: ['invoices'] })))
    expect(offset(key({ syncType: 'full' }))).not.toBe(offset(key()))
  })

  test('is spread evenly over the tenants: no minute of the hour has twice its share', () => {
    const minutes = Array.from({ length: 60 }, () => 0)
    const tenants = 12_000
    for (let n = 0; n < tenants; n++) {
      const minute = Math.floor(offset(key({ tenantId: randomUUID() })) / 60_000)
      minutes[minute] = (minutes[minute] ?? 0) + 1
    }
    expect(Math.max(...minutes)).toBeLessThan((2 * tenants) / 60)
    expect(Math.min(...minutes)).toBeGreaterThan(tenants / 60 / 2)
  })
})

test('the id of a job is a UUID that the schedule and the due time give', () => {
  const [schedule, other] = [randomUUID(), randomUUID()]
  const due = new Date('2026-11-29T10:00:00Z')
  expect(jobIdFor(schedule, due)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(jobIdFor(schedule, new Date(due))).toBe(jobIdFor(schedule, due))
  const ids = [jobIdFor(schedule, due), jobIdFor(schedule, new Date(+due + 1_000)), jobIdFor(other, due)]
  expect(new Set(ids).size).toBe(3)
})
