import { setMaxListeners } from 'node:events'
import type { Clock } from '../../src/clock.ts'
import { SyncError } from '../../src/errors.ts'
import { chooseSplits } from '../../src/job/list-splits.ts'
import { advance, applySplit, type Checkpoint, plan } from '../../src/job/state/checkpoint.ts'
import { readCheckpoint } from '../../src/job/state/stored-checkpoint.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter, limited } from '../../src/sync/limiter.ts'
import type { ReadPage } from '../../src/sync/read-page.ts'
import { retried } from '../../src/sync/retry.ts'
import { now } from './created-seconds.ts'
import type { FakeList } from './fake-list.ts'

const span = 5 * 365 * 86_400

interface Run {
  readonly clock: Clock
  readonly perSecond?: number
  readonly concurrency?: number
  readonly pageSize?: number
  readonly pagesAhead?: number
  readonly pagesPerBatch?: number
  readonly gatherMs?: number
  readonly gatherMsInLine?: number
  /** How long the committer takes for a page. */
  readonly commitMs?: number
  /** Where an earlier copy ended, as stored; from the beginning where absent. */
  readonly checkpoint?: string
  /** Where an earlier job knew pages to begin, oldest first; right or wrong. */
  readonly known?: readonly number[]
  /** The list shows summaries: how long an object of that id takes, in milliseconds; below 0 it is not had. */
  retrieveMs?(id: string): number
  /** How old the account is cannot be told. */
  readonly sinceFails?: boolean
  /** Called with each page after it was committed; true ends the run as a crash does. */
  afterBatch?(page: ReadPage, pages: number): boolean | undefined
}

/** A copy of a list that is made as a job makes it: each page and the checkpoint after it are stored together. */
export function createCopy(list: FakeList, run: Run) {
  const {
    clock,
    perSecond = 25,
    concurrency = 64,
    pageSize = 100,
    pagesAhead = 32,
    pagesPerBatch = 32,
    gatherMs = 0,
    commitMs = 0,
  } = run
  const rows: string[] = []
  const rejects: string[] = []
  const stop = new AbortController()
  const cut = new AbortController()
  setMaxListeners(0, stop.signal, cut.signal)
  const { known = [], gatherMsInLine } = run
  const splits = chooseSplits(known, perSecond)
  let stored = run.checkpoint ?? JSON.stringify(plan([{ resource: { name: 'customers' }, since: 0, splits }]))
  const seen = { pages: 0, batches: 0, splits: 0, mostArrived: 0, sinceAsked: 0, fetched: 0, listed: 0, failures: 0 }

  /** Reads on from the stored checkpoint to the end, or as far as it goes. @throws what the backfill throws */
  async function go(): Promise<void> {
    let checkpoint: Checkpoint = readCheckpoint(JSON.parse(stored))
    const limiter = createLimiter({ perSecond, concurrency }, clock)
    const behind = limited((work) => work(), { endpoint: limiter, account: limiter, waiting: stop.signal })
    const call = retried(behind, { clock, waiting: stop.signal })
    const { source } = list
    const { retrieveMs } = run
    const summaries = retrieveMs && {
      listsSummaries: true,
      async retrieve(id: string) {
        const ms = retrieveMs(id)
        await clock.sleep(Math.abs(ms))
        if (ms < 0) throw new SyncError('reject', 'provider_contract', 'customers: no')
        return { item: null, observedAt: new Date(now * 1_000) }
      },
    }
    const batches = backfill({
      slices: checkpoint.slices,
      sources: [{ ...source, ...summaries, list: (query, signal) => call(() => source.list(query, signal), signal) }],
      limiters: () => [limiter],
      knownSplits: { customers: known },
      pageSize,
      pagesAhead,
      pagesPerBatch,
      gatherMs,
      ...(gatherMsInLine !== undefined && { gatherMsInLine }),
      clock,
      drainSignal: stop.signal,
      abortSignal: cut.signal,
      async since() {
        seen.sinceAsked++
        await clock.sleep(50)
        if (run.sinceFails) throw new Error('not told')
        return now - span
      },
      onFailure() {
        seen.failures++
        stop.abort('a call failed')
      },
      onSplit(split) {
        seen.splits++
        checkpoint = applySplit(checkpoint, split)
      },
    })
    for await (const { pages } of batches) {
      seen.batches++
      seen.mostArrived = Math.max(seen.mostArrived, pages.length)
      for (const page of pages) {
        checkpoint = advance(checkpoint, page)
        stored = JSON.stringify(checkpoint)
        rows.push(...page.rows.map(({ row }) => row.id))
        rejects.push(...page.rejects.map(({ itemKey }) => itemKey))
        seen.fetched += page.rows.length + page.rejects.length
        seen.listed += page.listed.length
        seen.pages++
        if (commitMs > 0) await clock.sleep(commitMs)
        if (run.afterBatch?.(page, seen.pages)) return
      }
    }
  }
  return { go, rows, rejects, seen, stop, cut, checkpoint: (): Checkpoint => JSON.parse(stored) }
}
