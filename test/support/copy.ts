import { setMaxListeners } from 'node:events'
import type { Clock } from '../../src/clock.ts'
import { advance, type Checkpoint, carve, plan, readCheckpoint } from '../../src/job/state/checkpoint.ts'
import { type Batch, backfill } from '../../src/sync/backfill.ts'
import { createLimiter, limited } from '../../src/sync/limiter.ts'
import { retried } from '../../src/sync/retry.ts'
import { now } from './account.ts'
import type { Ledger } from './ledger.ts'

const span = 5 * 365 * 86_400

interface Run {
  readonly clock: Clock
  readonly perSecond?: number
  readonly concurrency?: number
  readonly pageSize?: number
  readonly pagesAhead?: number
  readonly pagesAStep?: number
  readonly gatherMs?: number
  /** How long the committer takes for a batch. */
  readonly commitMs?: number
  /** Where an earlier copy ended, as stored; from the beginning where absent. */
  readonly checkpoint?: string
  /** How old the account is cannot be told. */
  readonly sinceFails?: boolean
  /** Called with each batch after it was committed; true ends the run as a crash does. */
  afterBatch?(batch: Batch, batches: number): boolean | undefined
}

/** A copy of a ledger that is made as a job makes it: each batch and the checkpoint after it are stored together. */
export function createCopy(ledger: Ledger, run: Run) {
  const {
    clock,
    perSecond = 25,
    concurrency = 64,
    pageSize = 100,
    pagesAhead = 32,
    pagesAStep = 32,
    gatherMs = 0,
    commitMs = 0,
  } = run
  const rows: string[] = []
  const rejects: string[] = []
  const stop = new AbortController()
  const cut = new AbortController()
  setMaxListeners(0, stop.signal, cut.signal)
  let stored = run.checkpoint ?? JSON.stringify(plan([{ resource: { name: 'customers' }, since: 0 }]))
  const seen = { batches: 0, carves: 0, mostArrived: 0, sinceAsked: 0, fetched: 0, listed: 0, failures: 0 }

  /** Reads on from the stored checkpoint to the end, or as far as it goes. @throws what the backfill throws */
  async function go(): Promise<void> {
    let checkpoint: Checkpoint = readCheckpoint(JSON.parse(stored))
    const limiter = createLimiter({ perSecond, concurrency }, clock)
    const behind = limited((work) => work(), { endpoint: limiter, account: limiter, waiting: stop.signal })
    const call = retried(behind, { clock, waiting: stop.signal })
    const { source } = ledger
    const steps = backfill({
      slices: checkpoint.slices,
      sources: [{ ...source, list: (query, signal) => call(() => source.list(query, signal), signal) }],
      limiters: () => [limiter],
      pageSize,
      pagesAhead,
      pagesAStep,
      gatherMs,
      clock,
      stop: stop.signal,
      cut: cut.signal,
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
      onCarve(carved) {
        seen.carves++
        checkpoint = carve(checkpoint, carved)
      },
    })
    for await (const { batches } of steps) {
      seen.mostArrived = Math.max(seen.mostArrived, batches.length)
      for (const batch of batches) {
        checkpoint = advance(checkpoint, batch)
        stored = JSON.stringify(checkpoint)
        rows.push(...batch.rows.map(({ row }) => row.id))
        rejects.push(...batch.rejects.map(({ itemKey }) => itemKey))
        seen.fetched += batch.rows.length + batch.rejects.length
        seen.listed += batch.listed.length
        seen.batches++
        if (commitMs > 0) await clock.sleep(commitMs)
        if (run.afterBatch?.(batch, seen.batches)) return
      }
    }
  }
  return { go, rows, rejects, seen, stop, cut, checkpoint: (): Checkpoint => JSON.parse(stored) }
}
