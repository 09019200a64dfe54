import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { TenantDatabase } from '../../src/db/open.ts'
import { moveUnknown } from '../../src/job/move-unknown.ts'
import { openTestDatabase } from '../support/database.ts'

const tenantId = randomUUID()
const rows = 12_000

/** Rows of a version that did not record the account, several batches of each table: a tenth is in test mode. */
async function openUnknown({ testMode = true }: { readonly testMode?: boolean } = {}) {
  const { tenant, query } = await openTestDatabase()
  const jobId = randomUUID()
  const all = `from generate_series(1, ${rows}) as n`
  const stamped = (account: string, id: string) => `'${tenantId}', 'stripe', '${account}', ${id}, now()`
  const key = 'tenant_id, provider, account, id, observed_at'
  const livemode = testMode ? 'n % 10 <> 0' : 'true'
  for (const table of ['customers', 'balance_transactions', 'provider_objects'])
    await query(`alter table ${table} set (autovacuum_enabled = off)`)
  await query(
    `insert into customers (${key}, livemode, raw) select ${stamped('unknown', `'cus_' || n`)}, ${livemode}, '{}' ${all}`,
  )
  await query(`insert into balance_transactions (${key}, raw) select ${stamped('unknown', `'txn_' || n`)}, '{}' ${all}`)
  await query(
    `insert into provider_objects (${key}, resource, livemode, raw)
     select ${stamped('unknown', `'x_' || n`)}, resource, ${livemode}, '{}' ${all}, unnest(array['files', 'reviews']) as resource`,
  )
  // The account has stored this customer since.
  await query(
    `insert into customers (${key}, livemode, raw) values (${stamped('acct_1', `'cus_1'`)}, true, '{"new": 1}')`,
  )
  await query(
    `insert into sync_jobs (id, tenant_id, provider, sync_type, status, fence, lease_owner, lease_until)
     values ($1, $2, 'stripe', 'full', 'running', 1, 'test', now() + interval '1 hour')`,
    [jobId, tenantId],
  )
  const accounts = [
    [tenantId, 'stripe', 'acct_1'],
    [tenantId, 'stripe', 'unknown'],
    [tenantId, 'square', 'unknown'],
    [randomUUID(), 'stripe', 'unknown'],
  ]
  for (const account of accounts)
    await query('insert into sync_accounts (tenant_id, provider, account) values ($1, $2, $3)', account)
  return {
    query,
    accounts: () =>
      query(
        `select case tenant_id when $1 then provider || ' ' || account else 'another tenant' end as account, adopted
         from sync_accounts order by 1`,
        [tenantId],
      ),
    move: (account: string, { db = tenant(tenantId), signal = new AbortController().signal, fence = 1 } = {}) =>
      moveUnknown(
        { tenantId, provider: 'stripe', account, mayHaveUnknown: true },
        { db, clock: systemClock, lease: { jobId, fence, seconds: 60 } },
        signal,
      ),
    db: tenant(tenantId),
    counts: async () => {
      const counted = await query<{ name: string; count: number }>(
        ['customers', 'balance_transactions', 'provider_objects']
          .map((table) => `select '${table} ' || account as name, count(*)::int from ${table} group by account`)
          .join(' union all '),
      )
      return Object.fromEntries(counted.map(({ name, count }) => [name, count]))
    },
  }
}

test('moves the rows of its mode in all batches, and leaves rows that do not say their mode where both modes have rows', async () => {
  const { move, counts, query, accounts } = await openUnknown()
  expect(await move('acct_1')).toMatchObject({ mayHaveUnknown: true })
  const live = rows * 0.9
  expect(await counts()).toEqual({
    'customers acct_1': live,
    'customers unknown': rows - live,
    'provider_objects acct_1': 2 * live,
    'provider_objects unknown': 2 * (rows - live),
    'balance_transactions unknown': rows,
  })
  expect(await query(`select raw from customers where account = 'acct_1' and id = 'cus_1'`)).toEqual([
    { raw: { new: 1 } },
  ])
  expect(await accounts()).toEqual([
    { account: 'another tenant', adopted: null },
    { account: 'square unknown', adopted: null },
    { account: 'stripe acct_1', adopted: true },
    { account: 'stripe unknown', adopted: null },
  ])
})

test('moves the rows that do not say their mode where one mode has rows, and goes on after it was stopped anywhere', async () => {
  const { move, counts, db, accounts } = await openUnknown({ testMode: false })
  const done = { 'customers acct_1': rows, 'provider_objects acct_1': 2 * rows, 'balance_transactions acct_1': rows }
  for (const transactions of [1, 3, 2, 4]) {
    const stop = new AbortController()
    let left = transactions
    const stopping: TenantDatabase = {
      ...db,
      async within(work) {
        const result = await db.within(work)
        if (--left === 0) stop.abort(new Error('stopped'))
        return result
      },
    }
    await expect(move('acct_1', { db: stopping, signal: stop.signal })).rejects.toThrow('stopped')
    expect(Object.values(await counts()).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(4 * rows)
  }
  expect(await counts()).not.toEqual(done)
  expect(await move('acct_1')).toMatchObject({ mayHaveUnknown: false })
  expect(await counts()).toEqual(done)
  expect(await accounts()).toEqual([
    { account: 'another tenant', adopted: null },
    { account: 'square unknown', adopted: null },
    { account: 'stripe acct_1', adopted: true },
  ])
})

test('moves nothing for a job that another worker has taken meanwhile', async () => {
  const { move, counts } = await openUnknown()
  const before = await counts()
  await expect(move('acct_1', { fence: 0 })).rejects.toMatchObject({ verdict: 'fenced' })
  expect(await counts()).toEqual(before)
})
