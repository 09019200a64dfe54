import { expect, test } from 'vitest'
import type { TenantDatabase } from '../../../src/db/open.ts'
import { commitBatch } from '../../../src/job/commit/commit.ts'
import { noDeletions } from '../../../src/job/commit/deletions.ts'
import type { ReadPage } from '../../../src/sync/read-page.ts'
import { breaking, never, openCommitting, pageOf } from './committing.ts'

/* A batch as one commit or several. */

async function committed(
  pages: readonly ReadPage[],
  env: Awaited<ReturnType<typeof openCommitting>>,
  on: TenantDatabase,
  rows = 1_000,
) {
  const budget = { rows }
  const parts: number[] = []
  const seen: number[] = []
  const commit = env.commitOf(pages, { deletions: { ...noDeletions, lookups: 3 } })
  for await (const part of commitBatch(commit, { db: on, clock: env.clock, budget }, never)) {
    parts.push(part.pages.length)
    seen.push(part.committed.checkpoint.asked)
  }
  return { parts, seen, budget: budget.rows }
}

const threePages = [pageOf(['cus_1'], 'cus_1'), pageOf(['cus_2'], 'cus_2'), pageOf(['cus_3'], 'cus_3')]

test('a batch within the budget is one commit', async () => {
  const env = await openCommitting()
  expect(await committed(threePages, env, env.db)).toEqual({ parts: [3], seen: [3], budget: 2_000 })
})

test('a batch beyond the budget is several, the first of which has the deletions', async () => {
  const env = await openCommitting()
  expect(await committed(threePages, env, env.db, 1)).toEqual({ parts: [1, 2], seen: [3, 3], budget: 4 })
  expect(await env.ids()).toEqual(['cus_1', 'cus_2', 'cus_3'])
})

test('pages that break twice together are tried in halves', async () => {
  const env = await openCommitting()
  const { on, tried } = breaking(env.db, 'before', 'before')
  expect(await committed(threePages, env, on)).toMatchObject({ parts: [2, 1] })
  expect(tried.times).toBe(4)
  expect(await env.row()).toMatchObject({ commits: '2', fetched: '3' })
})

test('one page alone is tried as long as patience lasts', async () => {
  const env = await openCommitting()
  const { on, tried } = breaking(env.db, 'before', 'before', 'before', 'before')
  expect(await committed(threePages.slice(0, 1), env, on)).toMatchObject({ parts: [1] })
  expect(tried.times).toBe(5)
})

test('one page alone is given up when patience is over', async () => {
  const env = await openCommitting()
  const { on, tried } = breaking(env.db, ...Array.from({ length: 30 }, () => 'before' as const))
  await expect(committed(threePages.slice(0, 1), env, on)).rejects.toMatchObject({ code: 'database_unavailable' })
  expect(tried.times).toBe(13)
})

test('a batch without pages is one commit', async () => {
  const env = await openCommitting()
  expect(await committed([], env, env.db)).toMatchObject({ parts: [0] })
})
