import { expect, test } from 'vitest'
import type { Database, TenantDatabase } from '../../../src/db/open.ts'
import { SyncError } from '../../../src/errors.ts'
import { breaking, openCommitting, pageOf } from './committing.ts'

/* One transaction of a job: what it leaves in the database, whatever becomes of its connection. */

test('a page is in the database with its checkpoint and its counts, and the lease begins again', async () => {
  const { commit, commitOf, row, ids, cursors, query, jobId } = await openCommitting()
  await query(`update sync_jobs set lease_until = now() + interval '5 s', stalled = 2 where id = $1`, [jobId])
  const committed = await commit(commitOf([pageOf(['cus_1', 'cus_2'], 'cus_2')]))
  expect(committed).toMatchObject({ commits: 1, progress: { customers: { fetched: 2, created: 2 } } })
  const stored = await row()
  expect(stored).toMatchObject({
    status: 'running',
    commits: '1',
    requests: '7',
    fetched: '2',
    created: '2',
    stalled: 0,
    checkpoint: { slices: [{ cursor: 'cus_2' }] },
    progress: { customers: { fetched: 2 } },
  })
  expect(Number(stored?.lease_until)).toBeGreaterThan(Date.now() + 30_000)
  expect([await ids(), await cursors()]).toEqual([['cus_1', 'cus_2'], []])
})

test('the last page completes the job, moves its cursor and stores the result with its count check', async () => {
  const { commit, commitOf, row, cursors } = await openCommitting()
  await commit(commitOf([pageOf(['cus_1'], null)]))
  expect(await row()).toMatchObject({
    status: 'completed',
    checkpoint: null,
    lease_owner: null,
    finished_at: expect.any(Date),
    result: { note: null, resources: { customers: { created: 1, proof: expect.anything() } } },
  })
  expect(await cursors()).toEqual([{ resource: 'customers', refused: false }])
})

test('an incremental job ends without a count check', async () => {
  const { commit, commitOf, row } = await openCommitting({ mode: 'incremental' })
  await commit(commitOf([pageOf(['cus_1'], null)]))
  const result = (await row())?.result as { resources: { customers: object } }
  expect(result.resources.customers).toMatchObject({ created: 1 })
  expect(result.resources.customers).not.toHaveProperty('proof')
})

test('a job whose time is not known moves no cursor', async () => {
  const { commit, commitOf, row, cursors } = await openCommitting()
  const commit0 = commitOf([])
  const { committed } = commit0
  await commit({ ...commit0, committed: { ...committed, checkpoint: { ...committed.checkpoint, slices: [] } } })
  expect(await row()).toMatchObject({ status: 'completed' })
  expect(await cursors()).toEqual([])
})

test.each(['before', 'after'] as const)('a connection that breaks %s the COMMIT stores the page once', async (when) => {
  const { db, commit, commitOf, row, ids } = await openCommitting()
  const { on, tried } = breaking(db, when)
  const committed = await commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })
  expect(committed).toMatchObject({ commits: 1 })
  expect(await row()).toMatchObject({ commits: '1', fetched: '1', created: '1' })
  expect(await ids()).toEqual(['cus_1'])
  expect(tried.times).toBe(when === 'before' ? 2 : 1)
})

test('a last page whose answer was lost has completed its job', async () => {
  const { db, commit, commitOf, row } = await openCommitting()
  const { on, tried } = breaking(db, 'after')
  expect(await commit(commitOf([pageOf(['cus_1'], null)]), { on })).toMatchObject({ commits: 1 })
  expect(await row()).toMatchObject({ status: 'completed', created: '1' })
  expect(tried.times).toBe(1)
})

test('as many tries as are allowed and no more are made, and a commit that is not there answers null', async () => {
  const { db, commit, commitOf, row, clock } = await openCommitting()
  const { on, tried } = breaking(db, 'before', 'before', 'before')
  expect(await commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on, triesAtMost: 2 })).toBe(null)
  expect(tried.times).toBe(2)
  expect(clock.sleep).toHaveBeenCalledTimes(2)
  expect(await row()).toMatchObject({ commits: '0', fetched: '0' })
})

test('another worker that took the job over is fenced off, and nothing is stored', async () => {
  const { commit, commitOf, query, jobId, row, ids } = await openCommitting()
  await query('update sync_jobs set fence = 3 where id = $1', [jobId])
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]))).rejects.toMatchObject({ verdict: 'fenced' })
  expect([await ids(), await row()]).toMatchObject([[], { commits: '0', checkpoint: null }])
})

test('a commit that another commit of the job was faster than is fenced off', async () => {
  const { commit, commitOf, query, jobId, ids } = await openCommitting()
  await query('update sync_jobs set commits = 1 where id = $1', [jobId])
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]))).rejects.toMatchObject({ verdict: 'fenced' })
  expect(await ids()).toEqual([])
})

test('a commit that seems fenced, because it went in before its connection broke, counts', async () => {
  const { db, commit, commitOf, row } = await openCommitting()
  let reads = 0
  // The first look does not find it: the server is still at its COMMIT.
  const { on } = breaking(db, 'after')
  const late: TenantDatabase = { ...on, read: (work) => (reads++ === 0 ? Promise.resolve([] as never) : db.read(work)) }
  expect(await commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on: late })).toMatchObject({ commits: 1 })
  expect(await row()).toMatchObject({ commits: '1', created: '1' })
})

test('as many commits as were tried, with the checkpoint of others, are not this commit', async () => {
  const { db, commit, commitOf, query, jobId } = await openCommitting()
  const { on } = breaking(db, 'before')
  const other = {
    ...on,
    read: async <T>(work: (tx: Database) => Promise<T>) => {
      await query(`update sync_jobs set commits = 1, checkpoint = '{"slices": []}' where id = $1`, [jobId])
      return await db.read(work)
    },
  }
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on: other })).rejects.toMatchObject({
    verdict: 'fenced',
  })
})

test('the same commits and checkpoint under the fence of another worker are not this commit', async () => {
  const { db, commit, commitOf, query, jobId } = await openCommitting()
  const { on } = breaking(db, 'after')
  const other = {
    ...on,
    read: async <T>(work: (tx: Database) => Promise<T>) => {
      await query('update sync_jobs set fence = 3 where id = $1', [jobId])
      return await db.read(work)
    },
  }
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on: other })).rejects.toMatchObject({
    verdict: 'fenced',
  })
})

test('an error of the worker itself is not tried again', async () => {
  const { db, commit, commitOf } = await openCommitting()
  const refused = new SyncError('reject', 'tenant_erased', 'job: the tenant was erased.')
  const { on, tried } = breaking(db, refused)
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })).rejects.toBe(refused)
  expect(tried.times).toBe(1)
})

test('an error that no other try mends ends the commit', async () => {
  const { db, commit, commitOf, clock } = await openCommitting()
  const { on, tried } = breaking(db, Object.assign(new Error('no table'), { code: '42P01' }))
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })).rejects.toMatchObject({
    code: 'database_schema',
  })
  expect([tried.times, clock.sleep.mock.calls.length]).toEqual([1, 0])
})
