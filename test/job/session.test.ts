import { expect, test, vi } from 'vitest'
import type { TenantDatabase } from '../../src/db/open.ts'
import { SyncError } from '../../src/errors.ts'
import type { ClaimedJob } from '../../src/job/claim.ts'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { type Delivery, type JobDeps, openSession } from '../../src/job/session.ts'
import { collectLog } from '../support/collected-log.ts'

/* What a claimed job knows of its time, its waits and its counts. Its worker's clock began with the process, and the database's is another. */

const databaseNow = Date.UTC(2026, 10, 29, 12)
const startedAt = new Date(databaseNow - 60_000)
const error = new SyncError('retry', 'rate_limited', 'stripe: too many requests.')

function open(columns: Partial<ClaimedJob> = {}, { timeoutMs = 600_000 } = {}) {
  const clock = { at: 5_000 }
  const log = collectLog()
  const watch = { waiting: vi.fn(), committed: vi.fn() }
  const job = {
    ...{ attempt: 1, hop: 2, requests: 7, account: null, startedAt, createdAt: startedAt, elapsedMs: 60_000 },
    ...{ waitedMs: 0, waitingFor: null, waitingSince: null, databaseNow, ...columns },
  } as ClaimedJob
  const additionalData = { syncType: 'full' }
  const request = {
    jobId: 'job',
    tenantId: 'tenant',
    providerName: 'stripe',
    additionalData,
  } as unknown as SyncJobRequest
  const lease = { jobId: 'job', fence: 3, seconds: 60 }
  const session = openSession(
    { kind: 'claimed', db: {} as TenantDatabase, lease, job },
    { request, remainingMs: 900_000 } as Delivery,
    { clock: { now: () => clock.at }, settings: { timeoutMs }, watch } as unknown as JobDeps,
    log,
  )
  return {
    session,
    clock,
    watch,
    log,
    fail: (since: number) => session.waits.watch('customers').onFailure({ error, ms: 1, since }),
  }
}

test('the database’s clock goes on from the claim with that of the worker', () => {
  const { session, clock } = open()
  expect(session.databaseNow()).toBe(databaseNow)
  clock.at += 1_234
  expect(session.databaseNow()).toBe(databaseNow + 1_234)
})

test('a wait that the row had at the claim goes on by the clock of the database', () => {
  const waitingFor = { code: 'provider_unavailable', message: 'stripe: Stripe failed.' }
  const { session, clock } = open({ waitingFor, waitingSince: new Date(databaseNow - 30_000), waitedMs: 400 })
  clock.at += 2_000
  expect(session.waits.longest()).toEqual({ waitingFor, since: 5_000 - 30_000 })
  expect(session.waitColumns()).toEqual({ waitingFor, waitingSince: new Date(databaseNow - 30_000), waitedMs: 400 })
})

test.each([
  ['cannot be read', { waitingFor: 'outage' as never, waitingSince: startedAt }],
  ['has no begin', { waitingFor: { code: 'c', message: 'm' }, waitingSince: null }],
])('a wait of the row that %s is none', (_, columns) => {
  expect(open(columns).session.waitColumns()).toEqual({ waitingFor: null, waitingSince: null, waitedMs: 0 })
})

test('the columns of a wait are those of the longest one, or of the one that is given; null says that there is none', () => {
  const { session, clock, fail } = open({ waitedMs: 1_000.4 })
  fail(6_000)
  clock.at = 8_000
  const { code, message } = error
  expect(session.waitColumns()).toEqual({
    waitingFor: { code, message },
    waitingSince: new Date(databaseNow + 1_000),
    waitedMs: 3_000,
  })
  const waitingFor = { code: 'c', message: 'm' }
  expect(session.waitColumns({ waitingFor, since: 7_000 })).toMatchObject({
    waitingFor,
    waitingSince: new Date(databaseNow + 2_000),
  })
  expect(session.waitColumns(null)).toMatchObject({ waitingFor: null, waitingSince: null })
})

test('a job that waits has a line, and counts as a long wait from a quarter of an hour on', () => {
  const { session, clock, watch, log, fail } = open()
  session.logWait()
  expect(log.lines()).toEqual([])
  fail(5_000)
  clock.at = 5_000 + 899_999
  session.logWait()
  expect(log.lines()).toMatchObject([
    {
      level: 'warn',
      event: 'request_retrying',
      code: 'rate_limited',
      reason: error.message,
      count: 1,
      waitMs: 899_999,
    },
  ])
  expect(watch.waiting).not.toHaveBeenCalled()
  clock.at += 60_001
  session.logWait()
  expect(watch.waiting).toHaveBeenCalledWith('rate_limited')
  const late = open()
  late.fail(5_000)
  late.clock.at = 5_000 + 900_000
  late.session.logWait()
  expect(late.watch.waiting).toHaveBeenCalledOnce()
})

test('each line names attempt, hop and fence, and the account once it is known', () => {
  const { session, log } = open()
  session.log.info('before')
  session.update({ account: 'acct_1' })
  session.log.info('after')
  session.update({ requests: 9 })
  session.log.info('later')
  const delivery = { attempt: 1, hop: 2, fence: 3 }
  expect(log.lines()).toEqual([
    { level: 'info', message: 'before', ...delivery },
    { level: 'info', message: 'after', ...delivery, account: 'acct_1' },
    { level: 'info', message: 'later', ...delivery, account: 'acct_1' },
  ])
  const resumed = open({ account: 'acct_2' })
  resumed.session.log.info('x')
  expect(resumed.log.lines()).toMatchObject([{ account: 'acct_2' }])
})

test('a commit ends the wait of an earlier delivery and tells which rows it brought; other changes do not', () => {
  const waitingFor = { code: 'c', message: 'm' }
  const { session, watch } = open({ waitingFor, waitingSince: startedAt })
  const counts = (created: number) =>
    ({ customers: { created, updated: 0, unchanged: 0, deleted: 0, rejected: 0 } }) as never
  session.update({ progress: counts(3) })
  expect(session.waits.longest()).not.toBeNull()
  expect(watch.committed).not.toHaveBeenCalled()
  session.update({ commits: 1 })
  expect(watch.committed).not.toHaveBeenCalled()
  session.update({ progress: counts(5), commits: 2 })
  expect(session.waits.longest()).toBeNull()
  expect(watch.committed).toHaveBeenCalledExactlyOnceWith({
    created: 2,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    rejected: 0,
  })
  expect(session.counts).toMatchObject({ commits: 2, requests: 7 })
})

test('a result has the job’s whole time, from its start to now', () => {
  const { session, clock } = open()
  clock.at += 2_500.4
  session.update({ account: 'acct_1', requests: 8 })
  expect(session.result({ status: 'completed', resources: {}, error: null })).toEqual({
    ...{
      jobId: 'job',
      tenantId: 'tenant',
      provider: 'stripe',
      account: 'acct_1',
      syncType: 'full',
      status: 'completed',
    },
    ...{ resources: {}, error: null, requests: 8, durationMs: 62_500 },
    startedAt: startedAt.toISOString(),
    finishedAt: new Date(startedAt.getTime() + 62_500).toISOString(),
  })
  expect(open({ startedAt: null }).session.result({ status: 'failed', resources: {}, error: null }).startedAt).toBe(
    startedAt.toISOString(),
  )
})

test.each([
  [{ elapsedMs: 600_000 }, true],
  [{ elapsedMs: 599_000 }, false],
  [{ elapsedMs: 900_000, waitedMs: 300_000 }, true],
  [{ elapsedMs: 900_000, waitedMs: 301_000 }, false],
])('the time of a job is over once it was worked on so long: %o', (columns, isOver) => {
  const { session } = open(columns)
  expect(session.deadline.jobOver()).toBe(isOver)
  session.deadline.close()
})
