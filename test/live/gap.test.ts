import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ensureHourly, requestIncremental } from '../../src/live/gap.ts'
import type { Route } from '../../src/live/live-event.ts'
import { silentLog } from '../../src/log/log.ts'
import { tick } from '../../src/schedule/tick.ts'
import { plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'

async function setup(parts: Partial<Route> = {}) {
  const { worker, tenant, query } = await openTestDatabase()
  const route: Route = {
    tenantId: randomUUID(),
    provider: 'stripe',
    account: 'acct_1:test',
    state: 'active',
    reference: null,
    ...parts,
  }
  const sent: Record<string, unknown>[] = []
  const queue = { send: async (body: string) => void sent.push(JSON.parse(body) as Record<string, unknown>) }
  return {
    query,
    tenantId: route.tenantId,
    sent,
    request: () => tenant(route.tenantId).within((tx) => requestIncremental(tx, route, new Date())),
    ensure: () => tenant(route.tenantId).within((tx) => ensureHourly(tx, route, new Date())),
    tick: () => tick({ database: worker, queue, log: silentLog }),
    schedule: (columns: { readonly account?: string | null; readonly pausedBecause?: string }) =>
      query(
        `insert into sync_schedules (id, tenant_id, provider, account, next_at, paused_at, paused_because)
         values (gen_random_uuid(), $1, 'stripe', $2, now() + interval '50 minutes', case when $3::text is null then null else now() end, $3)`,
        [route.tenantId, columns.account ?? null, columns.pausedBecause ?? null],
      ),
    schedules: () => query('select account, reference, every_seconds from sync_schedules'),
  }
}

test('an account without a schedule gets an hourly one, with the reference of the account', async () => {
  const { ensure, schedules } = await setup({ reference: 'ssm:/keys/acct_1' })
  await ensure()
  await ensure()
  expect(await schedules()).toEqual([{ account: 'acct_1', reference: 'ssm:/keys/acct_1', every_seconds: 3_600 }])
})

test('a gap makes the next tick send an incremental job, once however often it is noticed', async () => {
  const { request, tick, sent } = await setup({ reference: 'ssm:/keys/acct_1' })
  await request()
  await request()
  await tick()
  await tick()
  expect(sent).toEqual([
    expect.objectContaining({
      account: 'acct_1',
      accessToken: 'ssm:/keys/acct_1',
      additionalData: { syncType: 'incremental' },
    }),
  ])
})

test('a gap that is noticed while the last job has not ended is closed by one more job, soon after that has ended', async () => {
  const { request, tick, sent, query, tenantId } = await setup()
  await request()
  await tick()
  // The schedule's own time is far away, whatever the tenant.
  await query(`update sync_schedules set next_at = last_sent_at + interval '50 minutes'`)
  // The job that was sent may have read the changes already.
  await request()
  await request()
  expect(await query(`select next_at - last_sent_at = '1 minute' as soon from sync_schedules`)).toEqual([
    { soon: true },
  ])
  await tick()
  expect(sent).toHaveLength(1)
  await plantJob(query, { id: String(sent[0]?.jobId), tenant_id: tenantId, status: 'completed' })
  await query(
    `update sync_schedules set next_at = next_at - interval '2 minutes', last_sent_at = now() - interval '2 minutes'`,
  )
  await tick()
  expect(sent).toHaveLength(2)
  expect(new Set(sent.map(({ jobId }) => jobId)).size).toBe(2)
})

test('a job that is asked for at the due time of the last one, which was sent ahead of it, has an id of its own', async () => {
  const { request, tick, sent, query, tenantId } = await setup()
  await request()
  const ahead = `update sync_schedules set next_at = date_trunc('milliseconds', now()) + interval '1 minute' returning next_at::text as due`
  const [schedule] = await query(ahead)
  await tick()
  await plantJob(query, { id: String(sent[0]?.jobId), tenant_id: tenantId, status: 'completed' })
  // The tick was a minute before the due time, so that a minute after the tick is that time again.
  await query(
    `update sync_schedules set last_sent_at = $1::timestamptz - interval '1 minute', next_at = now() + interval '1 hour'`,
    [schedule?.due],
  )
  await request()
  await tick()
  expect(new Set(sent.map(({ jobId }) => jobId)).size).toBe(2)
})

test('a schedule of the configured key is used, and none is added', async () => {
  const { request, tick, sent, schedule, schedules } = await setup()
  await schedule({ account: null })
  await request()
  await tick()
  expect(sent).toHaveLength(1)
  expect(await schedules()).toHaveLength(1)
})

test('an account that is disconnected gets no schedule, though its route is remembered', async () => {
  const { request, query, tenantId, schedules } = await setup()
  await query(
    `insert into sync_accounts (tenant_id, provider, account, state, state_because)
     values ($1, 'stripe', 'acct_1:test', 'disconnected', 'The account was erased.')`,
    [tenantId],
  )
  await request()
  expect(await schedules()).toEqual([])
})

test('a schedule that a person paused stays paused', async () => {
  const { request, tick, sent, schedule, query } = await setup()
  await schedule({ account: 'acct_1', pausedBecause: 'on holiday' })
  await request()
  await tick()
  expect(sent).toEqual([])
  // Once it is resumed, it goes on at its own time.
  expect(await query(`select next_at > now() + interval '40 minutes' as later from sync_schedules`)).toEqual([
    { later: true },
  ])
})
