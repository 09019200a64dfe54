import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { conclude } from '../../../src/job/commit/conclude.ts'
import { expectCounts } from '../../../src/job/commit/reconcile.ts'
import { noCounts } from '../../../src/job/state/progress.ts'
import { openTestDatabase } from '../../support/database.ts'
import { openCommitting, pageOf, source } from './committing.ts'

/* The statement that ends a small job counts its rows; the result is stored again where they are not those of the list. */

interface Result {
  readonly resources: { readonly customers: { readonly proof: object } }
}

async function proofOf(plant: readonly { readonly id: string; readonly created: string }[]) {
  const { commit, commitOf, row, query, tenantId } = await openCommitting()
  for (const { id, created } of plant)
    await query(
      `insert into customers (tenant_id, provider, account, id, raw, created_at, observed_at)
        values ($1, 'stripe', 'acct_1', $2, '{}', $3, '2020-01-01Z')`,
      [tenantId, id, created],
    )
  await commit(commitOf([pageOf(['cus_1', 'cus_2'], null)]))
  const { status, result } = (await row()) as { status: string; result: Result }
  return { status, ...result.resources.customers.proof }
}

test('a small job whose rows are those of its list is proved equal', async () => {
  expect(await proofOf([])).toMatchObject({ status: 'completed', listed: 2, live: 2, equal: true, differs: [] })
})

test('a small job is proved unequal by a row that its list does not show', async () => {
  const month = { month: '2020-09', listed: 2, live: 3 }
  const proof = { status: 'completed', listed: 2, live: 3, equal: false, differs: [month] }
  expect(await proofOf([{ id: 'cus_hidden', created: '2020-09-01Z' }])).toMatchObject(proof)
})

test('rows as many as listed, but of other months, are unequal, too', async () => {
  const { commit, commitOf, row, query } = await openCommitting()
  await query(`insert into customers (tenant_id, provider, account, id, raw, created_at, observed_at)
    select tenant_id, provider, 'acct_1', 'cus_other', '{}', '2019-01-01Z', '2020-01-01Z' from sync_jobs`)
  // The second listed row is gone before the count, as if another program had removed it.
  await query(`create function delete_one() returns trigger language plpgsql as $$ begin
    delete from customers where id = 'cus_2'; return null; end $$`)
  await query('create trigger delete_one after insert on customers execute function delete_one()')
  await commit(commitOf([pageOf(['cus_1', 'cus_2'], null)]))
  const { result } = (await row()) as { result: Result }
  expect(result.resources.customers.proof).toMatchObject({
    listed: 2,
    live: 2,
    equal: false,
    differs: [
      { month: '2019-01', listed: 0, live: 1 },
      { month: '2020-09', listed: 2, live: 1 },
    ],
  })
})

test('100,000 items are counted by statements of their own, which may take too long', () => {
  const tally = (listed: number) => ({ listed, until: 1_000, months: {} })
  const counting = (listed: number) => ({
    tenantId: randomUUID(),
    provider: 'stripe' as const,
    account: 'acct_1',
    sources: [source],
    tallies: { customers: tally(listed) },
    history: {},
    counts: {},
  })
  expect(expectCounts(counting(99_999) as never)).toMatchObject({
    checks: { customers: { live: 99_999, equal: true } },
  })
  expect(expectCounts(counting(100_000) as never)).toBe(null)
  expect(expectCounts({ ...counting(1), tallies: {} } as never)).toBe(null)
})

test('a long list is counted before the result is stored, and one that is refused or of changes is not counted', async () => {
  const { db } = await openTestDatabase()
  const account = { tenantId: randomUUID(), provider: 'stripe' as const, account: 'acct_1', mayHaveUnknown: false }
  const proof = async (mode: 'full' | 'incremental', skipped: object = {}, listed = 100_000) => {
    const checkpoint = { mode, note: null, history: {}, tallies: { customers: { listed, until: 1_000, months: {} } } }
    const progress = { customers: { ...noCounts, ...skipped } }
    const lease = { jobId: randomUUID(), fence: 1, seconds: 60 }
    const ending = {
      lease,
      sources: [source],
      account,
      checkpoint,
      progress,
      result: (resources: object) => ({ resources }),
    }
    const { result } = await db.transaction((tx) => conclude(tx, ending as never))
    return result.resources.customers?.proof
  }
  expect(await proof('full')).toMatchObject({ listed: 100_000, live: 0, equal: false })
  const skipped = { skipped: { code: 'permission_denied', message: 'x: no' } }
  expect(await proof('full', skipped, 5)).toBeFalsy()
  expect(await proof('incremental')).toBeFalsy()
})
