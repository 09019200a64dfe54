import { expect, test } from 'vitest'
import type { TenantDatabase } from '../../../src/db/open.ts'
import { hashOf, placeTombstones } from '../../../src/erasure/tombstones.ts'
import { SyncError } from '../../../src/errors.ts'
import { noDeletions } from '../../../src/job/commit/deletions.ts'
import { noCounts } from '../../../src/job/state/progress.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import { breaking, openCommitting, pageOf, source } from './committing.ts'

/* What a transaction of a job leaves out and remembers: refused rows and resources, and erased customers. */

test('a row that Postgres refuses is a reject, found without a wait, and the others are stored', async () => {
  const { commit, commitOf, query, ids, row, clock } = await openCommitting()
  await query(`alter table customers add constraint mine check (id <> 'cus_2')`)
  await commit(commitOf([pageOf(['cus_1', 'cus_2', 'cus_3'], 'cus_3')]))
  expect(await ids()).toEqual(['cus_1', 'cus_3'])
  expect(await query('select item_key from sync_rejects')).toEqual([{ item_key: 'cus_2' }])
  expect(await row()).toMatchObject({ created: '2', rejected: '1' })
  expect(clock.sleep).not.toHaveBeenCalled()
})

test('what Postgres refuses once more, where rows are isolated already, ends the commit', async () => {
  const { db, commit, commitOf } = await openCommitting()
  const refused = () => Object.assign(new Error('refused'), { code: '22P02' })
  const { on, tried } = breaking(db, refused(), refused(), refused())
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })).rejects.toMatchObject({ code: 'database_data' })
  expect(tried.times).toBe(2)
})

test('a search for refused rows with progress spends no patience', async () => {
  const { db, commit, commitOf } = await openCommitting()
  const prepared = commitOf([pageOf(['cus_1'], 'cus_1')])
  const breaks = Array.from({ length: 30 }, () => 'before' as const)
  const { on, tried } = breaking(db, ...breaks)
  const searching: TenantDatabase = {
    ...on,
    within(work) {
      prepared.quarantine.progress++
      return on.within(work)
    },
  }
  expect(await commit(prepared, { on: searching, triesAtMost: Number.POSITIVE_INFINITY })).toMatchObject({ commits: 1 })
  expect(tried.times).toBe(31)
})

test('patience ends after twelve tries without progress', async () => {
  const { db, commit, commitOf } = await openCommitting()
  const { on, tried } = breaking(db, ...Array.from({ length: 30 }, () => 'before' as const))
  const unlimited = { on, triesAtMost: Number.POSITIVE_INFINITY }
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), unlimited)).rejects.toMatchObject({
    code: 'database_unavailable',
  })
  expect(tried.times).toBe(13)
})

test('a reject that the item no longer deserves goes, whether it was there at the claim or of this job', async () => {
  const rejected = { customers: { ...noCounts, share: 0, rejected: 1 } }
  for (const [hadRejects, progress, left] of [
    [true, {}, 0],
    [false, rejected, 0],
    [false, {}, 1],
  ] as const) {
    const { commit, commitOf, query, tenantId, jobId } = await openCommitting()
    await query(
      `insert into sync_rejects (tenant_id, provider, account, resource, item_key, code, reason, payload, job_id)
        values ($1, 'stripe', 'acct_1', 'customers', 'cus_1', 'invalid_item', 'item: it was bad.', '{}', $2)`,
      [tenantId, jobId],
    )
    const prepared = commitOf([pageOf(['cus_1'], 'cus_1')], { hadRejects })
    await commit({ ...prepared, committed: { ...prepared.committed, progress } })
    expect((await query('select 1 from sync_rejects')).length).toBe(left)
  }
})

test('questions of the commit are added to those of the job', async () => {
  const { commit, commitOf, row } = await openCommitting({ asked: 5 })
  await commit(commitOf([pageOf(['cus_1'], 'cus_1')], { deletions: { ...noDeletions, lookups: 3 } }))
  expect(await row()).toMatchObject({ checkpoint: { asked: 8 } })
})

test('a job that was claimed before an erasure writes nothing, and one that knows of it leaves the customer out', async () => {
  for (const hadErased of [false, true]) {
    const { commit, commitOf, db, account, ids, row } = await openCommitting()
    await db.within((tx) => placeTombstones(tx as never, account, [hashOf(account, 'cus_1')]))
    const committing = commit(commitOf([pageOf(['cus_1', 'cus_2'], 'cus_2')], { hadErased }))
    if (hadErased) {
      expect(await committing).toMatchObject({ progress: { customers: { created: 1 } } })
      expect(await ids()).toEqual(['cus_2'])
      // Nor does the count check of the job expect it.
      expect(await row()).toMatchObject({ checkpoint: { tallies: { customers: { listed: 1 } } } })
    } else {
      await expect(committing).rejects.toMatchObject({ verdict: 'fenced' })
      expect(await ids()).toEqual([])
    }
  }
})

test('a resource that was refused keeps its cursor, which is marked', async () => {
  const refusal = new SyncError('reject', 'permission_denied', 'stripe: no.')
  const { commit, commitOf, query, tenantId, cursors, row } = await openCommitting({ until: 1_700_000_000 })
  await query(
    `insert into sync_cursors (tenant_id, provider, account, resource, cursor, job_id)
      values ($1, 'stripe', 'acct_1', 'customers', to_timestamp(1), gen_random_uuid())`,
    [tenantId],
  )
  await commit(commitOf([pageOf([], null, { skip: refusal })]))
  expect(await cursors()).toEqual([{ resource: 'customers', refused: true }])
  expect((await row())?.result).toMatchObject({ resources: { customers: { skipped: { code: 'permission_denied' } } } })
})

test.each([
  ['an object of it', ['customers']],
  ['its nested list', ['customer_notes']],
])('a resource keeps its cursor where the provider refused %s', async (_, refused) => {
  const { commit, commitOf, query, tenantId, cursors, row } = await openCommitting({
    mode: 'incremental',
    until: 1_700_000_000,
    refused,
  })
  await query(
    `insert into sync_cursors (tenant_id, provider, account, resource, cursor, job_id)
      values ($1, 'stripe', 'acct_1', 'customers', to_timestamp(1), gen_random_uuid())`,
    [tenantId],
  )
  const sources = [{ ...source, nested: [{ name: 'customer_notes' }] } as unknown as ListSource]
  await commit(commitOf([pageOf(['cus_1'], null)], { sources }))
  expect(await row()).toMatchObject({ status: 'completed' })
  expect(await cursors()).toEqual([{ resource: 'customers', refused: true }])
})
