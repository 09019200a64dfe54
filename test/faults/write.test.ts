import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { storeRejects } from '../../src/job/commit/rejects.ts'
import { openTestDatabase } from '../support/database.ts'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * Writes that are larger, slower or less welcome than usual.
 */

test('more items are rejected at once than one statement has parameters', async () => {
  const { db, query } = await openTestDatabase()
  const request = {
    jobId: randomUUID(),
    tenantId: randomUUID(),
    provider: 'stripe',
    account: 'acct_1',
  }
  const rejects = Array.from({ length: 9_000 }, (_, at) => ({
    resource: 'invoice_lines',
    itemKey: `il_${at}`,
    code: 'invalid_item',
    reason: 'item: its id is not text. Look at its payload, and report a bug if that is right.',
    payload: '{}',
  }))
  await db.transaction((tx) => storeRejects(tx, request, rejects))
  expect(await query('select count(*)::int as kept from sync_rejects')).toEqual([{ kept: 9_000 }])
})

test('a price found inside another item that Postgres refuses is counted rejected, and nothing below zero', async () => {
  const { deliver, job, query } = await setup({ sandbox: { customers: 40 } })
  await query('alter table prices add constraint mine check (not inline)')
  const request = jobRequest({ additionalData: { resources: ['prices', 'subscriptions'] } })
  await deliver(request)
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed' })
  const [counts] = await query(`select count(*)::int as kept from sync_rejects where resource = 'prices'`)
  expect(Number(counts?.kept)).toBeGreaterThan(0)
  const { prices } = (row?.progress ?? {}) as Record<string, Record<string, number>>
  expect(prices).toMatchObject({ unchanged: 0 })
  expect(prices?.fetched).toBe((prices?.created ?? 0) + (prices?.rejected ?? 0))
})

test('a statement that takes too long is tried again with fewer rows, until it ends in time', async () => {
  const { handle, job, query, sandbox } = await setup({
    sandbox: { customers: 400 },
    exempt: {
      calls: ['database'],
      because:
        'One commit makes two dozen statements. If one in twenty is cut, the first delivery runs out of retries.',
    },
  })
  // As a slow server would: whatever has more than 20 rows takes longer than a statement may.
  await query(`create function tarry() returns trigger language plpgsql as $$ begin
    if (select count(*) from added) > 20 then raise exception 'canceling statement' using errcode = 'query_canceled'; end if;
    return null; end $$`)
  await query(`create trigger slow after insert on customers referencing new table as added
    for each statement execute function tarry()`)
  const request = jobRequest()
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '400', rejected: '0', attempt: 0 })
  const rows = await query('select raw from customers order by created_at desc, id collate "C" desc')
  expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
})
