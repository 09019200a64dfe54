import { expect, test } from 'vitest'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { minutesAgo } from '../operations/plant-job.ts'
import { checkpoint, counts, hashOf, open, progress, waitingFor } from './claim-setup.ts'

const noCounts = Object.fromEntries(Object.keys(counts).map((name) => [name, 0]))

const forced = (request: SyncJobRequest) =>
  ({
    ...request,
    additionalData: { ...request.additionalData, syncType: 'incremental', forceRefresh: true },
  }) as SyncJobRequest

test.each([
  ['completed', {}, null],
  ['cancelled', {}, null],
  ['failed', { error: { code: 'account_mismatch', message: 'm', retryable: false } }, 'account_mismatch'],
] as const)('a job that is %s has ended', async (status, columns, code) => {
  const { claim, row } = await open({ status, ...columns })
  expect(await claim()).toEqual({ kind: 'finished', status, code })
  expect(await row()).toMatchObject({ fence: 8, deliveries: 4 })
})

test.each([
  ['may work later', { code: 'provider_unavailable', retryable: true }],
  ['was its time', { code: 'timeout', retryable: false }],
  ['was a stall', { code: 'stalled', retryable: false }],
])('a job whose failure %s goes on when it is sent again, with clocks and attempts of its own', async (_, error) => {
  const failed = {
    status: 'failed',
    error: { message: 'm', ...error },
    waiting_for: waitingFor,
    waiting_since: minutesAgo(5),
  }
  const { claim, row } = await open({ ...failed, waited_ms: 90_000, account: 'acct_1' })
  expect(await claim({ sentAt: minutesAgo(2) })).toMatchObject({ kind: 'finished', status: 'failed' })
  expect(await claim({ sentAt: minutesAgo(0) })).toMatchObject({ kind: 'claimed' })
  expect(await row()).toMatchObject({
    ...{
      status: 'running',
      attempt: 0,
      stalled: 1,
      age: 0,
      waited_ms: 0,
      waiting_for: null,
      waiting_since: null,
      error: null,
    },
    ...{ checkpoint, progress, account: 'acct_1', sync_type: 'full', finished_at: null, result: null, ...counts },
  })
})

test('a message without a time takes up a job that has failed, too', async () => {
  const error = { code: 'timeout', message: 'm', retryable: false }
  const { claim } = await open({ status: 'failed', error, finished_at: minutesAgo(1) })
  expect(await claim()).toMatchObject({ kind: 'claimed' })
})

test.each(['completed', 'cancelled', 'failed'] as const)(
  'force_refresh starts a job over that is %s',
  async (status) => {
    const { claim, row, request } = await open({ status, account: 'acct_1' })
    const again = forced(request)
    const claimant = { request: again, hash: hashOf(again), sentWith: { token: 'none' } } as const
    await expect(claim({ ...claimant, sentAt: minutesAgo(2) })).rejects.toMatchObject({ code: 'job_id_reused' })
    expect(await claim({ ...claimant, sentAt: minutesAgo(0) })).toMatchObject({
      kind: 'claimed',
      job: { checkpoint: null },
    })
    expect(await row()).toMatchObject({
      ...{
        status: 'running',
        fence: 9,
        sync_type: 'incremental',
        options: again.additionalData,
        request_hash: hashOf(again),
      },
      ...{ sent_with: { token: 'none' }, checkpoint: null, progress: {}, error: null, age: 0, ...noCounts },
    })
    expect((await row())?.account).not.toBe('acct_1')
  },
)

test('force_refresh does not start a job over that is still going on', async () => {
  const { request, ...opened } = await open({ status: 'paused', account: 'acct_1' })
  const again = forced(request)
  await expect(opened.claim({ request: again, hash: hashOf(again) })).rejects.toMatchObject({ code: 'job_id_reused' })
  // A job that was forced from its first message on.
  await opened.query('update sync_jobs set request_hash = $1', [hashOf(again)])
  expect(await opened.claim({ request: again, hash: hashOf(again) })).toMatchObject({ kind: 'claimed' })
  expect(await opened.row()).toMatchObject({ checkpoint, account: 'acct_1', sync_type: 'full', ...counts })
})

test('another body is refused, also where the job has ended; a body that could not be read is not compared', async () => {
  const { claim, request, query } = await open({ status: 'paused' })
  const other = { ...request, additionalData: { ...request.additionalData, resources: ['products'] } } as SyncJobRequest
  const claimOther = () => claim({ request: other, hash: hashOf(other) })
  await expect(claimOther()).rejects.toMatchObject({ code: 'job_id_reused', verdict: 'unreadable' })
  await query(`update sync_jobs set status = 'completed', finished_at = now(), result = '{}', checkpoint = null`)
  await expect(claimOther()).rejects.toMatchObject({ code: 'job_id_reused' })
  expect(await claim({ request: other, hash: null })).toMatchObject({ kind: 'finished' })
  await query(`update sync_jobs set status = 'paused', finished_at = null, result = null`)
  expect(await claim({ request: other, hash: null })).toMatchObject({ kind: 'claimed' })
})

test('a row without a hash takes the hash of the body that goes on with it', async () => {
  const { claim, row, request } = await open({ status: 'paused', request_hash: null })
  expect(await claim()).toMatchObject({ kind: 'claimed' })
  expect(await row()).toMatchObject({ request_hash: hashOf(request) })
})
