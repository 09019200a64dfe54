import { expect, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * A job begun by one version of the worker and ended by another.
 */

test('a job continues from the checkpoint and the progress that version 0.1.0 stored, to the last row', async () => {
  const { handle, job, query, sandbox } = await setup({ sandbox: { customers: 100 } })
  const request = jobRequest()
  const expected = sandbox.expected('customers', true)
  // That version had read the newest forty and stored what followed: no mode, parts, tallies, boundaries or drift then.
  const read = expected.slice(0, 40)
  const window = { from: 0, to: null }
  const { id: cursor, created: position } = read.at(-1)!
  const slices = [{ id: 1, resource: 'customers', window, query: window, cursor, position }]
  const counts = { fetched: 40, created: 40, updated: 0, unchanged: 0, rejected: 0, share: 0.4 }
  await query(
    `insert into sync_jobs (id, tenant_id, provider, status, sync_type, checkpoint, progress, fetched, created, commits, deliveries)
     values ($1, $2, 'stripe', 'paused', 'full', $3, $4, 40, 40, 1, 1)`,
    [
      request.jobId,
      request.tenantId,
      JSON.stringify({ version: 1, until: sandbox.now() - 5, slices }),
      JSON.stringify({ customers: counts }),
    ],
  )
  for (const item of read)
    await query(
      `insert into customers (tenant_id, provider, account, id, raw, created_at, observed_at)
       values ($1, 'stripe', 'unknown', $2, $3, to_timestamp($4), to_timestamp($5))`,
      [request.tenantId, item.id, item, item.created, sandbox.now() - 5],
    )
  await query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', 'unknown')`, [
    request.tenantId,
  ])
  await handle([JSON.stringify(request)])
  // One is asked for by its id, as it may have gone in the second that two pages share: boundaries came later.
  const ended = { status: 'completed', created: '100', updated: '0', deleted: '0', rejected: '0' }
  expect(await job(request.jobId)).toMatchObject(ended)
  expect(sandbox.stats().list).toBe(1)
  // The list, one object by its id, the account that the key belongs to, and four stored rows, to learn whose they are.
  expect(sandbox.stats().requests).toBeLessThanOrEqual(7)
  expect(await query('select distinct account from customers')).toEqual([{ account: 'acct_sandbox' }])
  const rows = await query('select raw from customers order by created_at desc, id collate "C" desc')
  expect(rows.map(({ raw }) => raw)).toEqual(expected)
})
