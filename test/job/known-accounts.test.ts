import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { type KnownAccount, knownAccounts } from '../../src/job/account.ts'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { openTestDatabase } from '../support/database.ts'

const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_A' }

async function open() {
  const { db, query } = await openTestDatabase()
  /** `seconds`: of cursors, from now on. */
  const add = async (over: Partial<typeof key>, ...seconds: readonly number[]) => {
    const { tenantId, provider, account } = { ...key, ...over }
    await query(
      `insert into sync_accounts (tenant_id, provider, account, mode, credential, began_at, list_splits)
       values ($1, $2, $3, 'live', 'hash', to_timestamp(7.9), '{"customers":[1]}') on conflict do nothing`,
      [tenantId, provider, account],
    )
    for (const second of seconds)
      await query(
        `insert into sync_cursors (tenant_id, provider, account, resource, cursor, job_id)
         values ($1, $2, $3, $4, date_trunc('second', now()) + make_interval(secs => $5), gen_random_uuid())`,
        [tenantId, provider, account, `list ${second}`, second],
      )
  }
  const known = async (syncType: 'full' | 'incremental') => {
    const options = { syncType } as SyncJobRequest['additionalData']
    const { rows } = await db.execute<{ known: readonly KnownAccount[]; now: number }>(
      sql`select ${knownAccounts(key, options)} as known, floor(extract(epoch from now()))::int as now`,
    )
    const [row] = rows
    return (row?.known ?? []).map(({ seen, ...facts }) => ({
      ...facts,
      ago: seen === null ? null : (row?.now ?? 0) - seen,
    }))
  }
  return { add, known }
}

test('a claim knows the accounts of its tenant and provider, each with the newest of its own cursors that is not ahead', async () => {
  const { add, known } = await open()
  await add({}, -9_000, -6_000, 3_600)
  await add({ account: 'acct_B' })
  await add({ account: 'acct_C' }, -3_000)
  await add({ tenantId: randomUUID() }, -1_000)
  await add({ provider: 'square' }, -2_000)
  const facts = { credential: 'hash', began: 7, adopted: null, splits: null }
  const accounts = await known('incremental')
  expect(
    accounts.map(({ ago: _, ...rest }) => rest).toSorted((left, right) => (left.account < right.account ? -1 : 1)),
  ).toEqual(['acct_A', 'acct_B', 'acct_C'].map((account) => ({ account, ...facts })))
  // In thousands of seconds, because the cursors were written before.
  const thousands = new Map(
    accounts.map(({ account, ago }) => [account, ago === null ? null : Math.round(ago / 1_000)]),
  )
  expect(Object.fromEntries(thousands)).toEqual({ acct_A: 6, acct_B: null, acct_C: 3 })
})

test('only a full job is told where lists can be split', async () => {
  const { add, known } = await open()
  await add({})
  expect((await known('full')).map(({ splits }) => splits)).toEqual([{ customers: [1] }])
  expect((await known('incremental')).map(({ splits }) => splits)).toEqual([null])
})
