import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * What is dated in the future would hide everything that comes after it: a row, a cursor, an answer. What is dated before
 * an earlier job would be hidden by that job.
 */

const month = 30 * 86_400

async function open(options: SetupOptions['sandbox'] = {}) {
  const parts = await setup({ sandbox: { customers: 30, ...options } })
  const tenantId = randomUUID()
  return {
    ...parts,
    tenantId,
    async sync(syncType: 'full' | 'incremental', additionalData: object = {}) {
      const request = jobRequest({ tenantId, additionalData: { sync_type: syncType, ...additionalData } })
      await parts.deliver(request)
      const row = await parts.job(request.jobId)
      return { row, result: row?.result as SyncJobResult, request }
    },
    row: async (id: string) =>
      (
        await parts.query(
          `select name, deleted_at is not null as deleted, observed_at > now() + interval '5 minutes' as ahead
           from customers where tenant_id = $1 and id = $2`,
          [tenantId, id],
        )
      )[0],
    cursor: async () =>
      (
        await parts.query<{ ahead: boolean }>(
          `select cursor > now() + interval '5 minutes' as ahead from sync_cursors where tenant_id = $1`,
          [tenantId],
        )
      )[0],
  }
}

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

describe('a provider whose clock went back', () => {
  const days = 3 * 86_400

  test.each(['full', 'incremental'] as const)(
    'makes a %s job wait, in words, and loses nothing of that time',
    async (syncType) => {
      const { sync, sandbox, tenantId, deliver, job, row } = await open()
      await sync('full')
      sandbox.advance(-days)
      const [changed, gone] = sandbox.expected('customers').map(({ id }) => String(id))
      sandbox.update('customers', String(changed), { name: 'Changed meanwhile' })
      sandbox.remove('customers', String(gone))
      const request = jobRequest({ tenantId, additionalData: { sync_type: syncType } })
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({
        status: 'retrying',
        attempt: 0,
        error: {
          code: 'provider_clock',
          message: expect.stringMatching(
            /^stripe: the answer is dated 43\d\d minutes before the answers of an earlier job \(.+\)\. Nothing of it was stored\. Look for/,
          ),
        },
      })
      sandbox.advance(days)
      sandbox.advance(2)
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
      const { result } = await sync('full')
      expect(result.resources.customers).toMatchObject({ proof: { equal: true } })
      expect(await row(String(changed))).toMatchObject({ name: 'Changed meanwhile' })
      expect(await row(String(gone))).toMatchObject({ deleted: true })
    },
  )

  test('is seen by a job with a new key as well, whose account becomes known after the first page', async () => {
    const { sync, sandbox, tenantId, deliver, job, row } = await open()
    await sync('full')
    sandbox.advance(-days)
    const id = String(sandbox.expected('customers')[0]?.id)
    sandbox.update('customers', id, { name: 'Changed meanwhile' })
    sandbox.onRequest(async ({ path }) => {
      if (path === '/v1/account') await new Promise((resolve) => setTimeout(resolve, 300))
    })
    const request = jobRequest({ tenantId, accessToken: 'sk_live_new_key_of_the_account' })
    await deliver(request)
    expect(await job(request.jobId)).toMatchObject({ status: 'retrying', error: { code: 'provider_clock' } })
    sandbox.advance(days)
    sandbox.advance(2)
    await deliver(request)
    expect(await row(id)).toMatchObject({ name: 'Changed meanwhile' })
  })

  test('is believed back to five minutes, and by the first job of an account however far', async () => {
    const { sync, sandbox } = await open()
    sandbox.advance(-days)
    expect((await sync('full')).row).toMatchObject({ status: 'completed' })
    sandbox.advance(-240)
    expect((await sync('incremental')).row).toMatchObject({ status: 'completed' })
  })

  test('is overruled by force_refresh', async () => {
    const { sync, sandbox, row } = await open()
    await sync('full')
    sandbox.advance(-days)
    const id = String(sandbox.expected('customers')[0]?.id)
    sandbox.update('customers', id, { name: 'Changed meanwhile' }, { silent: true })
    expect((await sync('full', { force_refresh: true })).row).toMatchObject({ status: 'completed' })
    expect(await row(id)).toMatchObject({ name: 'Changed meanwhile' })
  })
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

describe('force_refresh', () => {
  test('overwrites whatever is stored, deletions and nested rows of the future too', async () => {
    const { sync, sandbox, query, tenantId } = await open()
    const resources = { resources: ['customers', 'invoices', 'prices'] }
    await sync('full', resources)
    const gone = String(sandbox.expected('customers')[3]?.id)
    const tables = ['customers', 'invoices', 'invoice_lines', 'prices']
    const stored = () =>
      Promise.all(
        tables.map((table) =>
          query(
            `select id, raw, deleted_at is null as live from ${table} where tenant_id = $1 and id <> $2 order by id`,
            [tenantId, gone],
          ),
        ),
      )
    const before = await stored()
    for (const table of tables)
      await query(
        `update ${table} set raw = '{"id": "frozen"}', raw_sha256 = null, observed_at = now() + interval '30 days',
          deleted_at = case when ctid = (select min(ctid) from ${table}) then now() + interval '30 days' end where tenant_id = $1`,
        [tenantId],
      )
    sandbox.remove('customers', gone, { silent: true })
    // Without force they stay as they are.
    await sync('full', resources)
    expect(await stored()).not.toEqual(before)
    const { row, result } = await sync('full', { ...resources, force_refresh: true })
    expect(row).toMatchObject({ status: 'completed' })
    expect(await stored()).toEqual(before)
    expect(result.resources.customers).toMatchObject({ deleted: 1, proof: { equal: true } })
    for (const table of tables)
      expect(
        await query(`select count(*)::int as n from ${table} where observed_at > now() + interval '5 minutes'`),
      ).toEqual([{ n: 0 }])
  })

  test('overwrites prices that were found inside other objects', async () => {
    const { sync, query, tenantId } = await open()
    const resources = { resources: ['subscriptions', 'prices'] }
    await sync('full', resources)
    const inline = () =>
      query('select id, raw from prices where tenant_id = $1 and inline and deleted_at is null order by id', [tenantId])
    const before = await inline()
    await query(
      `update prices set raw = '{"id": "frozen"}', raw_sha256 = null, deleted_at = now(), observed_at = now() + interval '30 days' where inline`,
    )
    expect((await sync('full', { ...resources, force_refresh: true })).row).toMatchObject({ status: 'completed' })
    expect(await inline()).toEqual(before)
  })

  test('of an incremental job overwrites with its events only what is dated in the future', async () => {
    const { sync, sandbox, query, tenantId, row } = await open()
    await sync('full')
    const [customer, other] = sandbox.expected('customers').map(({ id }) => String(id))
    sandbox.update('customers', String(customer), { name: 'Event' }, { at: sandbox.now() - 60 })
    sandbox.update('customers', String(other), { name: 'Event' }, { at: sandbox.now() - 60 })
    await query(
      `update customers set name = 'Frozen', observed_at = now() + interval '30 days' where tenant_id = $1 and id = $2`,
      [tenantId, customer],
    )
    await query(`update customers set name = 'Newer', observed_at = now() where tenant_id = $1 and id = $2`, [
      tenantId,
      other,
    ])
    await sync('incremental', { force_refresh: true })
    expect(await row(String(customer))).toMatchObject({ name: 'Event', ahead: false })
    expect(await row(String(other))).toMatchObject({ name: 'Newer' })
  })
})
