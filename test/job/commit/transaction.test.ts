import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import type { Database, TenantDatabase } from '../../../src/db/open.ts'
import { customers } from '../../../src/db/schema.ts'
import { ownershipOf } from '../../../src/erasure/ownership.ts'
import { hashOf, placeTombstones } from '../../../src/erasure/tombstones.ts'
import { SyncError } from '../../../src/errors.ts'
import { commitBatch } from '../../../src/job/commit/commit.ts'
import { noDeletions } from '../../../src/job/commit/deletions.ts'
import { openQuarantine } from '../../../src/job/commit/quarantine.ts'
import { type Commit, commitPages } from '../../../src/job/commit/transaction.ts'
import { type Checkpoint, plan } from '../../../src/job/state/checkpoint.ts'
import { noCounts } from '../../../src/job/state/progress.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import { resources } from '../../../src/providers/stripe/resources/index.ts'
import type { ReadPage } from '../../../src/sync/read-page.ts'
import { noContent } from '../../../src/sync/rows.ts'
import { plantJob } from '../../operations/plant-job.ts'
import { openTestDatabase } from '../../support/database.ts'

/*
 * One transaction of a job: what it leaves in the database, whatever becomes of its connection.
 */

const source = {
  kind: 'list',
  name: 'customers',
  table: customers,
  createdFilter: { field: 'created', order: 'newest first' },
} as unknown as ListSource
const at = new Date(1_700_000_000_000)
const never = new AbortController().signal

/** A page of customers; `next` null ends the list. */
function pageOf(ids: readonly string[], next: string | null, over: Partial<ReadPage> = {}): ReadPage {
  const listed = ids.map((_, index) => 1_600_000_000 - index)
  const rows = ids.map((id, index) => ({
    resource: source.name,
    table: customers,
    row: { id, createdAt: new Date((listed[index] ?? 0) * 1_000) },
    raw: { id },
    observedAt: at,
  }))
  const [oldest = null] = listed.toReversed()
  return {
    ...noContent,
    rows,
    sliceId: 1,
    part: null,
    query: { from: 0, to: null },
    next,
    oldest: next === null ? null : oldest,
    boundary: [],
    observedAt: at,
    listed,
    proven: [],
    nested: [],
    beginsList: false,
    source,
    skip: null,
    ...over,
  } as unknown as ReadPage
}

/** A running job with fence 2. Its clock does not wait. */
async function open(planned: Partial<Checkpoint> = {}) {
  const { query, tenant } = await openTestDatabase()
  const job = await plantJob(query, { status: 'running', fence: 2 })
  const { id: jobId, tenant_id: tenantId } = job
  await query(`update sync_jobs set account = 'acct_1' where id = $1`, [jobId])
  const db = tenant(tenantId)
  const account = { tenantId, provider: 'stripe', account: 'acct_1', mayHaveUnknown: false }
  const begin = plan([{ resource: source, since: 0 }], {
    mode: planned.mode ?? 'full',
    note: null,
    resources: [source.name],
  })
  const commitOf = (pages: readonly ReadPage[], over: Partial<Commit> = {}) =>
    ({
      request: { jobId, tenantId, providerName: 'stripe' },
      lease: { jobId, fence: 2, seconds: 60 },
      batch: { pages, remaining: {} },
      deletions: noDeletions,
      quarantine: openQuarantine(),
      hadRejects: false,
      hadErased: false,
      ownership: ownershipOf(resources),
      sources: [source],
      account,
      resources: [source.name],
      overwrite: null,
      committed: { checkpoint: { ...begin, ...planned }, progress: {}, commits: 0 },
      requests: 7,
      listSplits: () => null,
      result: (ended: object, note: string | null) => ({ resources: ended, note }),
      ...over,
    }) as unknown as Commit
  const clock = { ...systemClock, sleep: vi.fn(async () => {}) }
  return {
    query,
    db,
    jobId,
    tenantId,
    account,
    clock,
    commitOf,
    commit: (commit: Commit, { on = db as TenantDatabase, triesAtMost = 9, rows = 1_000 } = {}) =>
      commitPages(commit, { db: on, clock, budget: { rows }, triesAtMost }, never),
    async row() {
      const [row] = await query('select * from sync_jobs where id = $1', [jobId])
      return row
    },
    ids: async () => (await query('select id from customers order by id')).map(({ id }) => id),
    cursors: () => query('select resource, refused_at is not null as refused from sync_cursors order by resource'),
  }
}

const lost = () => new Error('Connection terminated unexpectedly')

/** A database whose transactions break: `before` their COMMIT, or `after` it, when only the answer is lost. */
function breaking(db: TenantDatabase, ...breaks: ('before' | 'after' | Error | null)[]) {
  const tried = { times: 0 }
  const on: TenantDatabase = {
    ...db,
    async within<T>(work: (tx: Database) => Promise<T>): Promise<T> {
      const how = breaks[tried.times++] ?? null
      if (how === null) return await db.within(work)
      const answer = await db.within(async (tx) => {
        const done = await work(tx)
        if (how === 'before') throw lost()
        if (how instanceof Error) throw how
        return done
      })
      void answer
      throw lost()
    },
  }
  return { on, tried }
}

test('a page is in the database with its checkpoint and its counts, and the lease begins again', async () => {
  const { commit, commitOf, row, ids, cursors, query, jobId } = await open()
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
  const { commit, commitOf, row, cursors } = await open()
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
  const { commit, commitOf, row } = await open({ mode: 'incremental' })
  await commit(commitOf([pageOf(['cus_1'], null)]))
  const result = (await row())?.result as { resources: { customers: object } }
  expect(result.resources.customers).toMatchObject({ created: 1 })
  expect(result.resources.customers).not.toHaveProperty('proof')
})

test('a job whose time is not known moves no cursor', async () => {
  const { commit, commitOf, row, cursors } = await open()
  const commit0 = commitOf([])
  const { committed } = commit0
  await commit({ ...commit0, committed: { ...committed, checkpoint: { ...committed.checkpoint, slices: [] } } })
  expect(await row()).toMatchObject({ status: 'completed' })
  expect(await cursors()).toEqual([])
})

test.each(['before', 'after'] as const)('a connection that breaks %s the COMMIT stores the page once', async (when) => {
  const { db, commit, commitOf, row, ids } = await open()
  const { on, tried } = breaking(db, when)
  const committed = await commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })
  expect(committed).toMatchObject({ commits: 1 })
  expect(await row()).toMatchObject({ commits: '1', fetched: '1', created: '1' })
  expect(await ids()).toEqual(['cus_1'])
  expect(tried.times).toBe(when === 'before' ? 2 : 1)
})

test('a last page whose answer was lost has completed its job', async () => {
  const { db, commit, commitOf, row } = await open()
  const { on, tried } = breaking(db, 'after')
  expect(await commit(commitOf([pageOf(['cus_1'], null)]), { on })).toMatchObject({ commits: 1 })
  expect(await row()).toMatchObject({ status: 'completed', created: '1' })
  expect(tried.times).toBe(1)
})

test('as many tries as are allowed and no more are made, and a commit that is not there answers null', async () => {
  const { db, commit, commitOf, row, clock } = await open()
  const { on, tried } = breaking(db, 'before', 'before', 'before')
  expect(await commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on, triesAtMost: 2 })).toBe(null)
  expect(tried.times).toBe(2)
  expect(clock.sleep).toHaveBeenCalledTimes(2)
  expect(await row()).toMatchObject({ commits: '0', fetched: '0' })
})

test('another worker that took the job over is fenced off, and nothing is stored', async () => {
  const { commit, commitOf, query, jobId, row, ids } = await open()
  await query('update sync_jobs set fence = 3 where id = $1', [jobId])
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]))).rejects.toMatchObject({ verdict: 'fenced' })
  expect([await ids(), await row()]).toMatchObject([[], { commits: '0', checkpoint: null }])
})

test('a commit that another commit of the job was faster than is fenced off', async () => {
  const { commit, commitOf, query, jobId, ids } = await open()
  await query('update sync_jobs set commits = 1 where id = $1', [jobId])
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]))).rejects.toMatchObject({ verdict: 'fenced' })
  expect(await ids()).toEqual([])
})

test('a commit that seems fenced, because it went in before its connection broke, counts', async () => {
  const { db, commit, commitOf, row } = await open()
  let reads = 0
  // The first look does not find it: the server is still at its COMMIT.
  const { on } = breaking(db, 'after')
  const late: TenantDatabase = { ...on, read: (work) => (reads++ === 0 ? Promise.resolve([] as never) : db.read(work)) }
  expect(await commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on: late })).toMatchObject({ commits: 1 })
  expect(await row()).toMatchObject({ commits: '1', created: '1' })
})

test('as many commits as were tried, with the checkpoint of others, are not this commit', async () => {
  const { db, commit, commitOf, query, jobId } = await open()
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
  const { db, commit, commitOf, query, jobId } = await open()
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
  const { db, commit, commitOf } = await open()
  const refused = new SyncError('reject', 'tenant_erased', 'job: the tenant was erased.')
  const { on, tried } = breaking(db, refused)
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })).rejects.toBe(refused)
  expect(tried.times).toBe(1)
})

test('an error that no other try mends ends the commit', async () => {
  const { db, commit, commitOf, clock } = await open()
  const { on, tried } = breaking(db, Object.assign(new Error('no table'), { code: '42P01' }))
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })).rejects.toMatchObject({
    code: 'database_schema',
  })
  expect([tried.times, clock.sleep.mock.calls.length]).toEqual([1, 0])
})

test('a row that Postgres refuses is a reject, found without a wait, and the others are stored', async () => {
  const { commit, commitOf, query, ids, row, clock } = await open()
  await query(`alter table customers add constraint mine check (id <> 'cus_2')`)
  await commit(commitOf([pageOf(['cus_1', 'cus_2', 'cus_3'], 'cus_3')]))
  expect(await ids()).toEqual(['cus_1', 'cus_3'])
  expect(await query('select item_key from sync_rejects')).toEqual([{ item_key: 'cus_2' }])
  expect(await row()).toMatchObject({ created: '2', rejected: '1' })
  expect(clock.sleep).not.toHaveBeenCalled()
})

test('what Postgres refuses once more, where rows are isolated already, ends the commit', async () => {
  const { db, commit, commitOf } = await open()
  const refused = () => Object.assign(new Error('refused'), { code: '22P02' })
  const { on, tried } = breaking(db, refused(), refused(), refused())
  await expect(commit(commitOf([pageOf(['cus_1'], 'cus_1')]), { on })).rejects.toMatchObject({ code: 'database_data' })
  expect(tried.times).toBe(2)
})

test('a search for refused rows with progress spends no patience', async () => {
  const { db, commit, commitOf } = await open()
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
  const { db, commit, commitOf } = await open()
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
    const { commit, commitOf, query, tenantId, jobId } = await open()
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
  const { commit, commitOf, row } = await open({ asked: 5 })
  await commit(commitOf([pageOf(['cus_1'], 'cus_1')], { deletions: { ...noDeletions, asked: 3 } }))
  expect(await row()).toMatchObject({ checkpoint: { asked: 8 } })
})

test('a job that was claimed before an erasure writes nothing, and one that knows of it leaves the customer out', async () => {
  for (const hadErased of [false, true]) {
    const { commit, commitOf, db, account, ids, row } = await open()
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
  const { commit, commitOf, query, tenantId, cursors, row } = await open({ until: 1_700_000_000 })
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
  const { commit, commitOf, query, tenantId, cursors, row } = await open({
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

async function committed(
  pages: readonly ReadPage[],
  env: Awaited<ReturnType<typeof open>>,
  on: TenantDatabase,
  rows = 1_000,
) {
  const budget = { rows }
  const parts: number[] = []
  const seen: number[] = []
  const commit = env.commitOf(pages, { deletions: { ...noDeletions, asked: 3 } })
  for await (const part of commitBatch(commit, { db: on, clock: env.clock, budget }, never)) {
    parts.push(part.pages.length)
    seen.push(part.committed.checkpoint.asked)
  }
  return { parts, seen, budget: budget.rows }
}

const threePages = [pageOf(['cus_1'], 'cus_1'), pageOf(['cus_2'], 'cus_2'), pageOf(['cus_3'], 'cus_3')]

test('a batch within the budget is one commit', async () => {
  const env = await open()
  expect(await committed(threePages, env, env.db)).toEqual({ parts: [3], seen: [3], budget: 2_000 })
})

test('a batch beyond the budget is several, the first of which has the deletions', async () => {
  const env = await open()
  expect(await committed(threePages, env, env.db, 1)).toEqual({ parts: [1, 2], seen: [3, 3], budget: 4 })
  expect(await env.ids()).toEqual(['cus_1', 'cus_2', 'cus_3'])
})

test('pages that break twice together are tried in halves', async () => {
  const env = await open()
  const { on, tried } = breaking(env.db, 'before', 'before')
  expect(await committed(threePages, env, on)).toMatchObject({ parts: [2, 1] })
  expect(tried.times).toBe(4)
  expect(await env.row()).toMatchObject({ commits: '2', fetched: '3' })
})

test('one page alone is tried as long as patience lasts', async () => {
  const env = await open()
  const { on, tried } = breaking(env.db, 'before', 'before', 'before', 'before')
  expect(await committed(threePages.slice(0, 1), env, on)).toMatchObject({ parts: [1] })
  expect(tried.times).toBe(5)
})

test('one page alone is given up when patience is over', async () => {
  const env = await open()
  const { on, tried } = breaking(env.db, ...Array.from({ length: 30 }, () => 'before' as const))
  await expect(committed(threePages.slice(0, 1), env, on)).rejects.toMatchObject({ code: 'database_unavailable' })
  expect(tried.times).toBe(13)
})

test('a batch without pages is one commit', async () => {
  const env = await open()
  expect(await committed([], env, env.db)).toMatchObject({ parts: [0] })
})
