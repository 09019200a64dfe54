import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { splitMoves } from '../../../src/job/commit/split-moves.ts'
import { openTestDatabase } from '../../support/database.ts'

test('where lists can be split is stored of their account, beside what is known of its other lists', async () => {
  const { db, query } = await openTestDatabase()
  const tenantId = randomUUID()
  for (const [provider, account] of [
    ['stripe', 'acct_1'],
    ['stripe', 'acct_2'],
    ['square', 'acct_1'],
  ])
    await query('insert into sync_accounts (tenant_id, provider, account) values ($1, $2, $3)', [
      tenantId,
      provider,
      account,
    ])
  const key = { tenantId, provider: 'stripe', account: 'acct_1' }
  for (const splits of [{ customers: [5] }, { invoices: [7, 8] }, { customers: [6] }]) {
    const parts = splitMoves(db, key, splits)
    expect(parts).toHaveLength(1)
    await db
      .with(...parts)
      .select({ one: sql`1` })
      .from(sql`(select 1) as one`)
  }
  expect(await query('select account, list_splits from sync_accounts where list_splits is not null')).toEqual([
    { account: 'acct_1', list_splits: { customers: [6], invoices: [7, 8] } },
  ])
  expect([splitMoves(db, key, {}), splitMoves(db, key, null)]).toEqual([[], []])
})
