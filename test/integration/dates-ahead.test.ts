import { describe, expect, test } from 'vitest'
import { jobRequest } from '../support/setup.ts'
import { open } from './dates-setup.ts'

/*
 * What is dated in the future would hide everything that comes after it: a row, a cursor, an answer. What is dated before
 * an earlier job would be hidden by that job.
 */

const month = 30 * 86_400

describe('an event dated a month ahead', () => {
  test('is observed with the answer that brought it, and what follows is seen', async () => {
    const { sync, sandbox, row } = await open()
    await sync('full')
    const [customer, doomed] = sandbox.expected('customers')
    const ahead = { at: sandbox.now() + month }
    sandbox.update('customers', String(customer?.id), { name: 'From the future' }, ahead)
    sandbox.update('customers', String(doomed?.id), { name: 'Doomed' }, ahead)
    await sync('incremental')
    expect(await row(String(customer?.id))).toEqual({ name: 'From the future', deleted: false, ahead: false })
    // Both are later by our clock, whatever the event said. An answer is dated just before the second it was asked in.
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    sandbox.update('customers', String(customer?.id), { name: 'Later' }, { silent: true })
    sandbox.remove('customers', String(doomed?.id), { silent: true })
    const { result } = await sync('full')
    expect(result.resources.customers).toMatchObject({ updated: 1, deleted: 1, proof: { equal: true } })
    expect(await row(String(customer?.id))).toEqual({ name: 'Later', deleted: false, ahead: false })
    expect(await row(String(doomed?.id))).toMatchObject({ deleted: true, ahead: false })
  })
})

test('an event dated ahead does not win again over what comes after it', async () => {
  const { sync, sandbox, row } = await open()
  await sync('full')
  const id = String(sandbox.expected('customers')[0]?.id)
  sandbox.update('customers', id, { name: 'From the future' }, { at: sandbox.now() + month })
  await sync('incremental')
  sandbox.advance(2)
  sandbox.update('customers', id, { name: 'Later' })
  sandbox.advance(2)
  for (let time = 0; time < 2; time++) {
    await sync('incremental')
    expect(await row(id)).toEqual({ name: 'Later', deleted: false, ahead: false })
  }
})

describe('a provider whose clock is ahead', () => {
  test.each(['full', 'incremental'] as const)(
    'makes a %s job try again, in words, and stores nothing',
    async (syncType) => {
      const { sync, sandbox, query, tenantId, deliver, job } = await open()
      await sync('full')
      const before = await query('select id, xmin from customers order by id')
      sandbox.advance(3 * 86_400)
      const request = jobRequest({ tenantId, additionalData: { sync_type: syncType } })
      const { row } = await sync(syncType, {})
      expect(row).toMatchObject({ status: 'retrying', error: { code: 'provider_clock', retryable: true } })
      expect(row?.error).toHaveProperty(
        'message',
        expect.stringMatching(
          /^stripe: the answer is dated 43\d\d minutes ahead of the database's clock \(.+\)\. Nothing/,
        ),
      )
      expect(await query('select id, xmin from customers order by id')).toEqual(before)
      // Once the clock is right, the job goes on.
      sandbox.advance(-3 * 86_400)
      await deliver({ ...request, jobId: row?.id })
      expect(await job(String(row?.id))).toMatchObject({ status: 'completed', error: null })
    },
  )

  test('is believed up to five minutes', async () => {
    const { sync, sandbox, cursor } = await open()
    sandbox.advance(240)
    expect((await sync('full')).row).toMatchObject({ status: 'completed' })
    expect((await sync('incremental')).result).toMatchObject({ syncType: 'incremental' })
    expect(await cursor()).toEqual({ ahead: false })
  })
})

test.each(['full', 'incremental'] as const)(
  'a provider four minutes ahead during a %s job, and then set right, hides no change of these minutes',
  async (syncType) => {
    const { sync, sandbox, query, row } = await open()
    await sync('full')
    const [customer, doomed] = sandbox.expected('customers').map(({ id }) => String(id))
    sandbox.advance(240)
    sandbox.update('customers', String(customer), { name: 'Ahead' })
    sandbox.update('customers', String(doomed), { name: 'Doomed' })
    await sync(syncType)
    expect(await row(String(customer))).toMatchObject({ name: 'Ahead' })
    expect(await query('select count(*)::int as n from customers where observed_at > now()')).toEqual([{ n: 0 }])
    expect(await query('select count(*)::int as n from sync_cursors where cursor > now()')).toEqual([{ n: 0 }])
    sandbox.advance(-240)
    sandbox.advance(2)
    sandbox.update('customers', String(customer), { name: 'Right' })
    sandbox.remove('customers', String(doomed))
    sandbox.advance(2)
    await sync('incremental')
    expect(await row(String(customer))).toMatchObject({ name: 'Right' })
    expect(await row(String(doomed))).toMatchObject({ deleted: true })
  },
)

test('a clock that jumps in the middle of a job keeps what was committed, and the job goes on from there', async () => {
  const { sync, sandbox, query, deliver, job } = await open({ customers: 200 })
  let pages = 0
  const stop = sandbox.onRequest(({ path }) => {
    if (path === '/v1/customers' && ++pages === 6) sandbox.advance(86_400)
  })
  const { row, request } = await sync('full', { batch_size: 20 })
  stop()
  expect(row).toMatchObject({ status: 'retrying', error: { code: 'provider_clock' } })
  sandbox.advance(-86_400)
  await deliver(request)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '200', created: '200' })
  expect(await query('select count(*)::int as n from customers where observed_at > now()')).toEqual([{ n: 0 }])
})

test('a cursor in the future is no cursor, and is replaced', async () => {
  const { sync, sandbox, query, tenantId, row, cursor } = await open()
  await sync('full')
  await query(`update sync_cursors set cursor = now() + interval '3 days' where tenant_id = $1`, [tenantId])
  const [customer] = sandbox.expected('customers')
  sandbox.update('customers', String(customer?.id), { name: 'Changed' }, { silent: true })
  const { result } = await sync('incremental')
  expect(result).toMatchObject({
    syncType: 'full',
    note: expect.stringMatching(/^the cursor is in the future \(.+Z\): everything was read$/),
  })
  expect(await row(String(customer?.id))).toMatchObject({ name: 'Changed' })
  expect(await cursor()).toEqual({ ahead: false })
  expect((await sync('incremental')).result.syncType).toBe('incremental')
})
