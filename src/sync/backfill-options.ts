import type { Clock } from '../clock.ts'
import type { ListSource } from '../provider/contract.ts'
import type { Limiter } from './limiter.ts'
import type { Besides } from './rate-limited.ts'
import type { Slice } from './slices.ts'
import type { EventsBefore, Source } from './source.ts'
import type { SplitSlice } from './splitter.ts'

export interface Backfill {
  readonly slices: readonly Slice[]
  readonly sources: readonly Source[]
  /** Resources of which an earlier delivery has read pages. They are not skipped any more. */
  readonly begun?: readonly string[]
  /** Resources whose list an earlier delivery found refused. */
  readonly refused?: readonly string[]
  /** Whether what items show to have changed is fetched in any case. See Resource.touched. */
  readonly fetchesTouched?: boolean
  /** Some rows of a resource that may still change. Asked for if its list is refused. Absent: none are fetched then. */
  openIds?(source: ListSource): Promise<readonly string[]>
  /** The limiters a call for this source passes. */
  limiters(source: Source): readonly Pick<Limiter, 'delay'>[]
  /** See RateLimited.expect. */
  expect?(source: Source, requests: number): void
  /** See RateLimited.besides. Absent: no source has such requests. */
  besides?(source: Source): Besides | undefined
  readonly pageSize: number
  /** Rows in each request for a nested list; absent: as many as items. */
  readonly nestedPageSize?: number
  /** The most pages that wait for the committer or are in flight. */
  readonly pagesAhead: number
  /** The most pages of one batch. A commit holds a page in memory several times. */
  readonly pagesPerBatch: number
  /** The least milliseconds between two batches while pages arrive. Larger batches cost fewer commits. */
  readonly gatherMs: number
  /** The same while requests wait in line for the limit: a later commit delays nothing then. Absent: `gatherMs`. */
  readonly gatherMsInLine?: number
  readonly clock: Clock
  /** By source, creation seconds at which windows of whole pages begin, oldest first. */
  readonly knownSplits?: Readonly<Record<string, readonly number[]>>
  /** See FeedPage.before. */
  readonly eventsBefore?: EventsBefore | undefined
  /** Aborted when no new page may be started. */
  readonly drainSignal: AbortSignal
  /** Aborted when pages in flight must be given up. */
  readonly abortSignal: AbortSignal
  /** See Identity.since. Called once, when a split is first worth it. */
  since(): Promise<number>
  /** Called when a call has failed finally: other calls need not be awaited. */
  onFailure(error: unknown): void
  /** Called after a split. The checkpoint must record it before the next page is committed. */
  onSplit(split: SplitSlice): void
}
