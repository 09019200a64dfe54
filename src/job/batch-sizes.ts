import type { Backfill } from '../sync/backfill-options.ts'
import { largestPage } from '../sync/page-size.ts'
import type { Session } from './session.ts'

/** Pages fetched ahead of the committer; at 100 items of 2 kB some 10 MB with what is made of them. */
const pagesAhead = 48

/** See Backfill.pagesPerBatch. More would not make a commit cheaper by the page. */
const pagesPerBatch = 24

/** Requests a job may spend on asking for objects that were not listed, to see whether they are gone. */
const checksById = 500

export interface BatchSizes extends Pick<Backfill, 'pageSize' | 'pagesAhead' | 'pagesPerBatch'> {
  readonly nestedPageSize: number
  readonly checksById: number
}

/**
 * How much a delivery takes on at once: everything at first, and less the more deliveries since the last commit ended
 * without a commit, since the worker may lack memory or time: the second takes the square root, the third a single item. A nested list is held whole all the same, and so is asked for in pages as large as there are:
 * smaller ones would only take longer.
 */
export function batchSizes(batchSize: number, { job: { stalled } }: Pick<Session, 'job'>): BatchSizes {
  const reduce = (many: number) => (stalled > 2 ? 1 : stalled > 1 ? Math.ceil(Math.sqrt(many)) : many)
  return {
    pageSize: reduce(batchSize),
    pagesAhead: reduce(pagesAhead),
    pagesPerBatch: reduce(pagesPerBatch),
    nestedPageSize: stalled > 1 ? largestPage : batchSize,
    // What is not asked for stays live: no more than there is time for.
    checksById: Math.ceil(checksById / 2 ** (stalled - 1)),
  }
}
