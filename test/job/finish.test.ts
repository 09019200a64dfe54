import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { complete, type Failure, fail, pause, retryDelay } from '../../src/job/finish.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'

/* How a delivery's end is written. */

const waits = { waitingFor: null, waitingSince: null, waitedMs: 0 }
const outOfOrder = (details: object = {}, verdict: SyncError['verdict'] = 'retry') =>
  new SyncError(verdict, 'provider_unavailable', 'stripe: Stripe failed (500)', details)

async function open() {
  const { query, tenant } = await openTestDatabase()
  const checkpoint = { slices: [] }
  const { id: jobId, tenant_id } = await plantJob(query, { status: 'running', fence: 2, hop: 1, checkpoint })
  const db = tenant(tenant_id)
  const lease = { jobId, fence: 2, seconds: 60 }
  return {
    query,
    db,
    lease,
    /** Writes a failure on a clock whose chance is always the highest. */
    failWith: (failure: Partial<Failure> = {}, on = db, by = lease) =>
      fail(on, by, {
        error: outOfOrder(),
        attempt: 0,
        maxRetries: 3,
        retryDelaySeconds: 10,
        requests: 7,
        outage: null,
        columns: waits,
        result: (error) => ({ jobId, status: 'failed', error }) as unknown as SyncJobResult,
        random: () => 1,
        ...failure,
      }),
    row: async () =>
      (
        await query(
          `select status, attempt, error, result, hop, requests::int, lease_owner, lease_until, waiting_for, checkpoint,
             finished_at is not null as finished, round(extract(epoch from next_attempt_at - now()))::int as next
           from sync_jobs`,
        )
      )[0],
  }
}

test('a paused job keeps its checkpoint, gives its lease back and counts the hop', async () => {
  const { db, lease, row } = await open()
  const waitingFor = { code: 'rate_limited', message: 'stripe: too many requests.' }
  expect(await pause(db, lease, { ...waits, waitingFor, waitingSince: new Date(), requests: 9 })).toEqual({
    kind: 'paused',
  })
  expect(await row()).toMatchObject({
    status: 'paused',
    hop: 2,
    requests: 9,
    lease_owner: null,
    lease_until: null,
    waiting_for: waitingFor,
    checkpoint: { slices: [] },
    finished: false,
  })
})

test('a job that committed nothing is completed with its result', async () => {
  const { db, lease, row } = await open()
  const result = { status: 'completed', requests: 4 } as SyncJobResult
  await complete(db, lease, result)
  expect(await row()).toMatchObject({
    status: 'completed',
    requests: 4,
    result,
    finished: true,
    checkpoint: null,
    lease_owner: null,
  })
})

test('a failure that may pass counts an attempt and is tried again after a growing delay', async () => {
  const { failWith, row } = await open()
  expect(await failWith({ attempt: 2 })).toMatchObject({ kind: 'failed', final: false, waitSeconds: 40, stored: true })
  expect(await row()).toMatchObject({
    status: 'retrying',
    attempt: 3,
    requests: 7,
    error: { code: 'provider_unavailable', message: 'stripe: Stripe failed (500)', retryable: true },
    result: null,
    next: 40,
    finished: false,
    lease_owner: null,
    checkpoint: { slices: [] },
  })
})

test.each([
  ['Retry-After', { error: outOfOrder({ retryAfter: 120_000 }) }, 120],
  ['a quarter of an hour, if Retry-After is longer', { error: outOfOrder({ retryAfter: 7_200_000 }) }, 900],
  ['its own delay, if Retry-After is shorter', { error: outOfOrder({ retryAfter: 1_000 }), attempt: 2 }, 40],
  ['a quarter of an hour at most', { attempt: 12, maxRetries: 20 }, 900],
  ['a second at least', { random: () => 0 }, 1],
])('the next attempt waits for %s', async (_, failure, waitSeconds) => {
  const { failWith, row } = await open()
  expect(await failWith(failure)).toMatchObject({ final: false, waitSeconds })
  expect(await row()).toMatchObject({ next: waitSeconds })
})

test.each([
  ['its only attempt', 0, 0],
  ['4 attempts', 3, 3],
])('a job that has failed %s says how often, and how it goes on', async (attempts, attempt, maxRetries) => {
  const { failWith, row } = await open()
  expect(await failWith({ attempt, maxRetries })).toMatchObject({ final: true, waitSeconds: 0 })
  const message = `stripe: Stripe failed (500). The job failed ${attempts} (Worker.MaxRetries). Send the same jobId again: the job goes on from its checkpoint.`
  const error = { code: 'provider_unavailable', message, retryable: true }
  expect(await row()).toMatchObject({
    status: 'failed',
    attempt: attempt + 1,
    error,
    result: { status: 'failed', error },
    finished: true,
    next: null,
    checkpoint: { slices: [] },
  })
})

test('a refusal fails the job at once, in its own words, and is no attempt', async () => {
  const { failWith, row } = await open()
  expect(await failWith({ error: outOfOrder({}, 'reject') })).toMatchObject({ final: true, waitSeconds: 0 })
  expect(await row()).toMatchObject({
    status: 'failed',
    attempt: 0,
    error: { message: 'stripe: Stripe failed (500)', retryable: false },
    finished: true,
  })
})

test('an outage is no attempt: it is waited for as long as patience lasts, then the job fails and says so', async () => {
  const { failWith, row, query } = await open()
  const outage = { waitedMs: 299_999, patienceMs: 300_000 }
  // As after attempts at 10, 20, 40, … s: about 31 delays of 10 s have passed.
  expect(await failWith({ outage, attempt: 3 })).toMatchObject({ final: false, waitSeconds: expect.closeTo(310, 0) })
  expect(await row()).toMatchObject({ status: 'retrying', attempt: 0 })
  await query(
    `update sync_jobs set status = 'running', lease_owner = 'worker 1', lease_until = now() + interval '1 min', next_attempt_at = null`,
  )
  expect(await failWith({ outage: { ...outage, waitedMs: 300_000 } })).toMatchObject({ final: true })
  expect(await row()).toMatchObject({
    status: 'failed',
    attempt: 0,
    error: {
      message:
        'stripe: Stripe failed (500). The job waited 5 minutes for it (Worker.OutageMinutes). Send the same jobId again: the job goes on from its checkpoint.',
    },
  })
})

test('the delay of an outage begins with that of a first attempt', async () => {
  const { failWith } = await open()
  expect(await failWith({ outage: { waitedMs: 0, patienceMs: 300_000 } })).toMatchObject({ waitSeconds: 10 })
})

test('a delay without a base is a second', () => {
  expect(retryDelay(5, { retryDelaySeconds: 0, random: () => 1 })).toBe(1)
})

test('a worker that lost its job writes no end', async () => {
  const { failWith, row, db, lease } = await open()
  await expect(failWith({}, db, { ...lease, fence: 1 })).rejects.toMatchObject({ code: 'fenced' })
  expect(await row()).toMatchObject({ status: 'running', error: null })
})

test('an end that was written before, and whose answer was lost, is not taken for another worker’s', async () => {
  const { failWith, db, lease, query } = await open()
  const left = { ...waits, requests: 1 }
  await pause(db, lease, left)
  expect(await pause(db, lease, left)).toEqual({ kind: 'paused' })
  // Another end than the one that was written.
  await expect(failWith()).rejects.toMatchObject({ code: 'fenced' })
  await query('update sync_jobs set fence = 3')
  await expect(pause(db, lease, left)).rejects.toMatchObject({ code: 'fenced' })
})
