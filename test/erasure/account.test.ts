import { expect, test } from 'vitest'
import { syncedTables } from '../../src/db/synced-tables.ts'
import { eraseAccount } from '../../src/erasure/account.ts'
import type { ErasureDeps } from '../../src/erasure/pass.ts'
import { hashOf } from '../../src/erasure/tombstones.ts'
import { plantRow } from '../db/tenant-rows.ts'
import { plantSchedule } from '../schedule/plant-schedule.ts'
import { createGate } from '../support/gate.ts'
import { allTables } from './about-customer.ts'
import { openErasure } from './erasure-setup.ts'

const sandboxAccount = 'acct_sandbox'

/** A tenant with a full account, a second account with a row of every table, and requests of both. */
async function twoAccounts() {
  const parts = await openErasure({ sandbox: { customers: 30 } })
  const { query, tenantId } = parts
  await parts.sync(['*'])
  const planted = [...syncedTables.keys(), 'sync_event_counts', 'unlisted_rows', 'sync_cursors', 'mrr_history']
  for (const account of [sandboxAccount, 'acct_other'])
    for (const table of planted) {
      const row = JSON.parse(await plantRow(query, table, tenantId))
      await query(`update "${table}" set provider = 'stripe', account = $1 where tenant_id = $2 and account = $3`, [
        account,
        tenantId,
        row.account,
      ])
    }
  await query(
    `insert into sync_accounts (tenant_id, provider, account, credential) values ($1, 'stripe', 'acct_other', 'k')`,
    [tenantId],
  )
  for (const account of [sandboxAccount, 'acct_other']) {
    await plantSchedule(query, { tenant_id: tenantId, account, next_at: new Date() })
    await query(`insert into event_routes (provider, route, tenant_id, account) values ('stripe', $1, $2, $1)`, [
      account,
      tenantId,
    ])
    await query(
      `insert into erasure_requests (id, tenant_id, provider, account, kind, customer, due_at, done_at, rows)
       values (gen_random_uuid(), $1, 'stripe', $2, 'export-customer', 'cus_answered', now(), now(), '{}')`,
      [tenantId, account],
    )
  }
  const rowsOf = async (account: string) => {
    const rows: Record<string, string[]> = {}
    for (const table of await allTables(query)) {
      const matching = await query<{ text: string }>(
        `select stored::text as text from "${table}" as stored where to_jsonb(stored) ->> 'account' = $1 order by 1`,
        [account],
      )
      if (matching.length > 0) rows[table] = matching.map(({ text }) => text)
    }
    return rows
  }
  return { ...parts, rowsOf, key: { tenantId, provider: 'stripe', account: sandboxAccount } }
}

test('an erased account leaves its emptied row and its requests, and the other account keeps every byte', async () => {
  const { rowsOf, deps, key, query } = await twoAccounts()
  const other = await rowsOf('acct_other')
  expect(Object.keys(other).length).toBeGreaterThan(25)
  const before = await rowsOf(sandboxAccount)
  const dry = await eraseAccount({ ...deps, dryRun: true }, key)
  expect(await rowsOf(sandboxAccount)).toEqual(before)
  const { removed } = await eraseAccount({ ...deps, portion: 40 }, key)
  expect(Object.fromEntries(removed)).toEqual(Object.fromEntries(dry.removed))
  expect(Object.keys(await rowsOf(sandboxAccount))).toEqual(['erasure_requests', 'sync_accounts'])
  expect(await rowsOf('acct_other')).toEqual(other)
  expect(
    await query(`select credential, began_at, list_splits, reference, state from sync_accounts where account = $1`, [
      sandboxAccount,
    ]),
  ).toEqual([{ credential: null, began_at: null, list_splits: null, reference: null, state: 'disconnected' }])
  expect(await query(`select customer from erasure_requests where account = $1`, [sandboxAccount])).toEqual([
    { customer: hashOf(key, 'cus_answered') },
  ])
})

test('the erasure of an account killed after any of its transactions is finished by the next', async () => {
  const { rowsOf, deps, key } = await twoAccounts()
  const other = await rowsOf('acct_other')
  let runs = 0
  for (let ended = false; !ended; runs++) {
    let left = runs
    const mortal: ErasureDeps = {
      ...deps,
      portion: 100,
      within: (work) => {
        if (left-- === 0) throw new Error('killed')
        return deps.within(work)
      },
    }
    ended = await eraseAccount(mortal, key).then(
      () => true,
      () => false,
    )
  }
  expect(runs).toBeGreaterThan(20)
  expect(Object.keys(await rowsOf(sandboxAccount))).toEqual(['erasure_requests', 'sync_accounts'])
  expect(await rowsOf('acct_other')).toEqual(other)
})

test('a running job of an erased account can write nothing more', async () => {
  const { query, tenantId, deps, handle, request, sandbox } = await openErasure({ sandbox: { customers: 30 } })
  const message = request(undefined)
  const held = createGate()
  sandbox.onRequest(({ path }) => (path === '/v1/tax_rates' ? held.passed : undefined))
  const first = handle([JSON.stringify(message)])
  await expect
    .poll(() => query('select count(*)::int as count from customers'), { timeout: 120_000 })
    .toEqual([{ count: 30 }])
  const { fenced } = await eraseAccount(deps, { tenantId, provider: 'stripe', account: sandboxAccount })
  expect(fenced).toEqual([message.jobId])
  held.open()
  await first
  for (const table of syncedTables.keys())
    expect([table, await query(`select 1 from "${table}" where tenant_id = $1`, [tenantId])]).toEqual([table, []])
})
