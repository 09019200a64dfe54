import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type JobStatus, jobStatuses } from '../../src/db/schema.ts'
import type { Schedule } from '../../src/schedule/beat.ts'
import { isInTheWay, isSettled, learn, lostAfterMs, type SentJob } from '../../src/schedule/learn.ts'

const now = new Date('2026-11-29T10:00:00Z')
const before = (ms: number) => new Date(now.getTime() - ms)

const schedule = (overrides: Partial<Schedule> = {}): Schedule => ({
  id: randomUUID(),
  tenantId: randomUUID(),
  provider: 'stripe',
  account: null,
  reference: null,
  syncType: 'incremental',
  resources: null,
  everySeconds: 3_600,
  auto: false,
  eventsSilentSince: null,
  nextAt: now,
  pausedAt: null,
  pausedBecause: null,
  rejects: 0,
  lastJobId: randomUUID(),
  lastSentAt: before(3_600_000),
  lastStatus: null,
  lastSuccessAt: null,
  recentRequests: [],
  createdAt: before(86_400_000),
  ...overrides,
})

const sentJob = (status: JobStatus, overrides: Partial<SentJob> = {}): SentJob => ({
  status,
  mayRecover: false,
  error: status === 'failed' ? { code: 'key_not_accepted', message: 'stripe: the key is not accepted.' } : null,
  requests: 7,
  othersPerMonth: 0,
  heard: null,
  finishedAt: ['completed', 'failed', 'cancelled'].includes(status) ? before(1_000) : null,
  ...overrides,
})

const after = (schedule: Schedule, job: SentJob | null): Schedule => ({ ...schedule, ...learn(schedule, job, now) })

/** Whether the next job waits, after a look at the last one. */
const waits: Readonly<Record<JobStatus, boolean>> = {
  pending: true,
  running: true,
  paused: true,
  retrying: true,
  completed: false,
  failed: false,
  cancelled: false,
}

test.each(jobStatuses)('a last job that is %s is in the way of the next one, or not', (status) => {
  const seen = after(schedule(), sentJob(status))
  expect(seen.lastStatus).toBe(status)
  expect(isInTheWay(seen, now)).toBe(waits[status])
  expect(isSettled(seen)).toBe(!waits[status])
})

test('a job that no worker has seen waits in the queue; after six hours its message counts as lost', () => {
  const unseen = after(schedule({ lastSentAt: before(lostAfterMs - 1) }), null)
  expect(isInTheWay(unseen, now)).toBe(true)
  expect(isInTheWay({ ...unseen, lastSentAt: before(lostAfterMs) }, now)).toBe(false)
  expect(isInTheWay(schedule({ lastJobId: null, lastSentAt: null }), now)).toBe(false)
})

test('a completed job is the last success, and ends a row of rejects', () => {
  const done = after(schedule({ rejects: 2, recentRequests: [9] }), sentJob('completed'))
  expect(done).toMatchObject({ rejects: 0, lastSuccessAt: before(1_000), recentRequests: [9, 7], pausedAt: null })
})

test('the third refused job in a row pauses the schedule, with the reason in words', () => {
  const second = after(schedule({ rejects: 1 }), sentJob('failed'))
  expect(second).toMatchObject({ rejects: 2, pausedAt: null, pausedBecause: null })
  const third = after(second, sentJob('failed'))
  expect(third).toMatchObject({
    rejects: 3,
    pausedAt: now,
    pausedBecause: '3 jobs in a row were refused. stripe: the key is not accepted. (key_not_accepted)',
  })
})

test('a job that failed in an outage, or was cancelled, is no reject', () => {
  expect(after(schedule({ rejects: 2 }), sentJob('failed', { mayRecover: true }))).toMatchObject({
    rejects: 2,
    pausedAt: null,
  })
  expect(after(schedule({ rejects: 2 }), sentJob('cancelled'))).toMatchObject({ rejects: 2, pausedAt: null })
})

test('a schedule that a person paused keeps the reason', () => {
  const paused = schedule({ rejects: 2, pausedAt: before(5), pausedBecause: 'The tenant moves.' })
  expect(after(paused, sentJob('failed'))).toMatchObject({ pausedAt: before(5), pausedBecause: 'The tenant moves.' })
})

test('the requests of ten jobs are remembered', () => {
  const full = schedule({ recentRequests: [1_000, 1, 1, 1, 1, 1, 1, 1, 1, 1] })
  expect(after(full, sentJob('completed')).recentRequests).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 7])
})
