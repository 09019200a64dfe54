import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { jobRequest, setup } from '../support/setup.ts'

/* The history of MRR after a computation that failed. */

const kept = 'select md5(string_agg(mrr_history::text, chr(10) order by mrr_history::text)) as of from mrr_history'

test('what a failed computation left out is computed by the next job, though that changes nothing', async () => {
  const yesterday = Math.floor(Date.now() / 1_000) - 86_400
  const { handle, query, sandbox } = await setup({
    sandbox: { customers: 20, populatedUntil: yesterday, olderEvents: 0 },
  })
  sandbox.advance(-7_200)
  const first = jobRequest({ additionalData: null })
  const later = () =>
    jobRequest({ tenantId: first.tenantId, additionalData: { sync_type: 'incremental', resources: undefined } })
  const run = async (request: typeof first) =>
    expect(await handle([JSON.stringify(request)])).toEqual({ batchItemFailures: [] })
  await run(first)
  const [item] = await query<{ id: string; subscription_id: string }>(
    `select item_id as id, subscription_id from metrics.item_mrr where state = 'active' and mrr > 0 order by item_id limit 1`,
  )
  const held = () => query(`select state from mrr_history where item_id = $1 and valid_to is null`, [item?.id])
  sandbox.advance(600)
  const at = sandbox.now()
  sandbox.update('subscriptions', item?.subscription_id ?? '', { status: 'canceled', ended_at: at, canceled_at: at })
  sandbox.advance(600)
  await query('alter function changed_subscriptions(uuid, text, text, text, int) rename to changed_later')
  await run(later())
  await query('alter function changed_later(uuid, text, text, text, int) rename to changed_subscriptions')
  expect(await held()).toEqual([{ state: 'active' }])
  const next = later()
  await run(next)
  expect(await query('select status, updated::int from sync_jobs where id = $1', [next.jobId])).toEqual([
    { status: 'completed', updated: 0 },
  ])
  expect(await held()).toEqual([{ state: 'canceled' }])
})

test('a portion of subscriptions that takes too long is done in smaller ones', async () => {
  const { handle, query } = await setup({ sandbox: { customers: 20 } })
  const first = jobRequest({ additionalData: null })
  expect(await handle([JSON.stringify(first)])).toEqual({ batchItemFailures: [] })
  const expected = await query(kept)
  await query('delete from mrr_history')
  await query('update sync_accounts set mrr_seeded_at = null, mrr_computed_at = null')
  await query(`create function refuse_many() returns trigger language plpgsql as $$
    begin
      if (select count(distinct subscription_id) from added) > 3 then
        raise exception 'canceling statement due to statement timeout' using errcode = '57014';
      end if;
      return null;
    end $$`)
  await query(
    'create trigger slow after insert on mrr_history referencing new table as added for each statement execute function refuse_many()',
  )
  const again = jobRequest({
    tenantId: first.tenantId,
    additionalData: { sync_type: 'incremental', resources: undefined },
  })
  expect(await handle([JSON.stringify(again)])).toEqual({ batchItemFailures: [] })
  expect(await query('select mrr_computed_at is not null as computed from sync_accounts')).toEqual([{ computed: true }])
  expect(await query(kept)).toEqual(expected)
})

test('a job that ends with the time of its invocation leaves MRR to the next job', async () => {
  const { handle, job, query, sandbox } = await setup({ sandbox: { customers: 20 } })
  const invocationMs = 100_000
  const now = vi.spyOn(systemClock, 'now')
  const last = sandbox.onRequest(({ path }) => {
    if (path === '/v1/subscriptions') now.mockImplementation(() => performance.now() + invocationMs)
  })
  const first = jobRequest({ additionalData: null })
  await handle([JSON.stringify(first)], invocationMs)
  last()
  const computed = () => query('select mrr_computed_at is not null as computed from sync_accounts')
  expect(await job(first.jobId)).toMatchObject({ status: 'completed' })
  expect(await computed()).toEqual([{ computed: false }])
  const next = jobRequest({
    tenantId: first.tenantId,
    additionalData: { sync_type: 'incremental', resources: undefined },
  })
  await handle([JSON.stringify(next)], invocationMs)
  expect(await computed()).toEqual([{ computed: true }])
})
