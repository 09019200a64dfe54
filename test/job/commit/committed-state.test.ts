import { expect, test } from 'vitest'
import { applyMove, type CommittedState, readsAll } from '../../../src/job/commit/committed-state.ts'
import { advance, applySplit, plan } from '../../../src/job/state/checkpoint.ts'
import { eventsSource } from '../../../src/sync/change-feed.ts'
import type { ReadPage } from '../../../src/sync/read-page.ts'
import { noContent } from '../../../src/sync/rows.ts'

const feed = { keptDays: 30, announced: [], list: () => Promise.reject(new Error('not listed')), read: () => null }
const page = (next: string, oldest: number): ReadPage => ({
  ...noContent,
  sliceId: 1,
  source: eventsSource(feed, []),
  query: { from: 0, to: null },
  next,
  oldest,
  boundary: [],
  proven: null,
  listed: [oldest],
  nested: [],
  part: null,
  beginsList: false,
  observedAt: new Date(1_000_000),
  skip: null,
})
const planned = plan([{ resource: { name: 'events' }, since: 0 }])
const [first, second] = [page('c1', 900), page('c2', 800)]
const before: CommittedState = { checkpoint: advance(planned, first), progress: {}, commits: 1 }
const split = { id: 1, at: 400, olderId: 2 }

test('a split that was made during a commit survives the commit', () => {
  const committed = { checkpoint: advance(before.checkpoint, second), progress: {}, commits: 2 }
  const after = applyMove(applyMove(before, { kind: 'split', split }), { kind: 'commit', committed, pages: [second] })
  expect(after).toEqual({ ...committed, checkpoint: applySplit(committed.checkpoint, split) })
})

test('the tallies, the note and counts are those of the commit, which may have discounted erased items', () => {
  const { checkpoint } = before
  const committed = { checkpoint: { ...checkpoint, tallies: {}, note: 'left' }, progress: {}, commits: 2 }
  const after = applyMove(before, { kind: 'commit', committed, pages: [second] })
  expect(after.checkpoint).toEqual({ ...advance(checkpoint, second), tallies: {}, note: 'left' })
  expect(after.commits).toBe(2)
})

test('a job that reads everything and has read nothing yet finds no row of its own', () => {
  const state = (mode: 'full' | 'incremental', tallies: CommittedState['checkpoint']['tallies']) => ({
    ...before,
    checkpoint: { ...planned, mode, tallies },
  })
  const tallies = { customers: { until: 5, listed: 1, months: {} } }
  expect(readsAll(state('full', {}))).toBe(true)
  expect(readsAll(state('full', tallies))).toBe(false)
  expect(readsAll(state('incremental', {}))).toBe(false)
})
