import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { advance, applySplit, plan } from '../../src/job/state/checkpoint.ts'
import type { Query } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'

describe('a resource that may not be read', () => {
  const denied = new SyncError('reject', 'permission_denied', 'x: the key may not read this', { scope: 'resource' })
  const resources = ['customers', 'invoices', 'payments']

  interface Reading {
    /** The requests for invoices that the provider answers. */
    readonly allowed: (query: Query) => boolean
    readonly cuts?: boolean
    readonly begun?: readonly string[]
    /** Invoices that are asked for by id as well. */
    readonly ids?: readonly string[]
    readonly error?: SyncError
  }

  /** Three resources of 900 items each. */
  async function readAll({ allowed, cuts = false, begun = [], ids, error = denied }: Reading) {
    const clock = createVirtualClock(createFractions(3))
    const ledgers = resources.map((name) => {
      const list = createFakeList(createdSeconds(900, 'uniform'), { clock, latencyMs: 100, jitterMs: 80 })
      const retrieve = async () => ({ item: null, observedAt: new Date(now * 1_000) })
      return { ...list, source: { ...list.source, name, retrieve } }
    })
    ledgers[1]!.answer((page, query) => {
      if (!allowed(query)) throw error
      return page
    })
    const limiter = createLimiter({ perSecond: 25, concurrency: 64 }, clock)
    const readings = resources.map((name) => ({ resource: { name }, since: 0 }))
    let checkpoint = plan(ids ? [...readings, { resource: { name: 'invoices' }, since: 0, ids }] : readings)
    const failures: unknown[] = []
    const never = new AbortController().signal
    const batches = backfill({
      slices: checkpoint.slices,
      sources: ledgers.map(({ source }) => source),
      begun,
      limiters: () => [limiter],
      pageSize: 100,
      pagesAhead: 32,
      pagesPerBatch: 32,
      gatherMs: 0,
      clock,
      drainSignal: never,
      abortSignal: never,
      since: async () => (cuts ? now - 5 * 365 * 86_400 : now),
      onFailure: (failure) => failures.push(failure),
      onSplit: (split) => {
        checkpoint = applySplit(checkpoint, split)
      },
    })
    const rows: Record<string, number> = {}
    const skips: (readonly [string, SyncError])[] = []
    const left: Readonly<Record<string, number>>[] = []
    const ending = await clock.run(
      (async () => {
        for await (const { pages, remaining } of batches) {
          left.push(remaining)
          for (const page of pages) {
            checkpoint = advance(checkpoint, page)
            rows[page.source.name] = (rows[page.source.name] ?? 0) + page.rows.length
            if (page.skip) skips.push([page.source.name, page.skip])
          }
        }
      })().catch((thrown: unknown) => thrown),
    )
    return { ending, rows, skips, failures, checkpoint, left, requests: ledgers[1]!.requests.length }
  }

  it('is skipped with its reason at the first page, and the others are read to their ends', async () => {
    const { ending, rows, skips, failures, checkpoint, requests } = await readAll({ allowed: () => false })
    expect(ending).toBeUndefined()
    expect(rows).toEqual({ customers: 900, invoices: 0, payments: 900 })
    expect(skips).toEqual([['invoices', denied]])
    expect([failures, requests]).toEqual([[], 1])
    expect(checkpoint.slices).toEqual([])
    expect(Object.keys(checkpoint.tallies).toSorted()).toEqual(['customers', 'payments'])
  })

  it('is skipped too where some of its objects are asked for by id meanwhile', async () => {
    const { ending, skips, checkpoint } = await readAll({ allowed: () => false, ids: ['in_1', 'in_2'] })
    expect([ending, skips, checkpoint.slices]).toEqual([undefined, [['invoices', denied]], []])
  })

  const later = { verdict: 'retry', code: 'permission_denied', message: denied.message, cause: denied }

  it('any more is an error that may pass, and stays in the checkpoint', async () => {
    let answers = 0
    const { ending, rows, skips, failures, checkpoint } = await readAll({ allowed: () => ++answers === 1 })
    expect(ending).toMatchObject(later)
    expect(failures).toEqual([ending])
    expect([rows.invoices, skips]).toEqual([100, []])
    expect(checkpoint.slices.map(({ resource }) => resource)).toContain('invoices')
  })

  it('any more in a slice that was cut off is the same', async () => {
    let answers = 0
    const { ending, skips, checkpoint } = await readAll({ allowed: () => ++answers < 4, cuts: true })
    expect(ending).toMatchObject(later)
    expect(skips).toEqual([])
    expect(checkpoint.slices.map(({ resource }) => resource)).toContain('invoices')
  })

  it('any more, although an earlier delivery read pages of it, is the same at its first page', async () => {
    const { ending, skips } = await readAll({ allowed: () => false, begun: ['invoices'] })
    expect(ending).toMatchObject(later)
    expect(skips).toEqual([])
  })

  it('for one page is read on without the cursor', async () => {
    let refusals = 0
    const allowed = ({ cursor }: Query) => cursor === null || refusals++ > 0
    const { ending, rows, skips, checkpoint } = await readAll({ allowed })
    expect([ending, skips, checkpoint.slices]).toEqual([undefined, [], []])
    expect(rows.invoices).toBeGreaterThanOrEqual(900)
  })

  it('because the whole key is refused ends the run at once', async () => {
    const error = new SyncError('reject', 'key_not_accepted', 'x: the key is not accepted', { scope: 'account' })
    const { ending, skips } = await readAll({ allowed: () => false, error })
    expect([ending, skips]).toEqual([error, []])
  })
})
