import { vi } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import type { Database, TenantDatabase } from '../../../src/db/open.ts'
import { customers } from '../../../src/db/schema.ts'
import { ownershipOf } from '../../../src/erasure/ownership.ts'
import { noDeletions } from '../../../src/job/commit/deletions.ts'
import { openQuarantine } from '../../../src/job/commit/quarantine.ts'
import { type Commit, commitPages } from '../../../src/job/commit/transaction.ts'
import { type Checkpoint, plan } from '../../../src/job/state/checkpoint.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import { resources } from '../../../src/providers/stripe/resources/index.ts'
import type { ReadPage } from '../../../src/sync/read-page.ts'
import { noContent } from '../../../src/sync/rows.ts'
import { plantJob } from '../../operations/plant-job.ts'
import { openTestDatabase } from '../../support/database.ts'

/* A running job, pages to commit, and connections that break on the way. */

export const source = {
  kind: 'list',
  name: 'customers',
  table: customers,
  createdFilter: { field: 'created', order: 'newest first' },
} as unknown as ListSource
export const at = new Date(1_700_000_000_000)
export const never = new AbortController().signal

/** A page of customers; `next` null ends the list. */
export function pageOf(ids: readonly string[], next: string | null, over: Partial<ReadPage> = {}): ReadPage {
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
export async function openCommitting(planned: Partial<Checkpoint> = {}) {
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

export const lost = () => new Error('Connection terminated unexpectedly')

/** A database whose transactions break: `before` their COMMIT, or `after` it, when only the answer is lost. */
export function breaking(db: TenantDatabase, ...breaks: ('before' | 'after' | Error | null)[]) {
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
