import { describe, expect, it } from 'vitest'
import { listChanged, SyncError, windowTooLarge } from '../../src/errors.ts'
import { advance, applySplit, type Checkpoint } from '../../src/job/state/checkpoint.ts'
import type { Page, Query, Window } from '../../src/provider/contract.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { slice } from './slices-setup.ts'

const tooLarge = new SyncError('reject', windowTooLarge, 'x: the window is too large', { scope: 'page' })
const moved = new SyncError('reject', listChanged, 'x: the list has changed', { scope: 'page' })
const never = new AbortController().signal

interface Reading {
  readonly seconds: readonly number[]
  readonly windows?: readonly Window[]
  readonly answer: (page: Page, query: Query) => Page
  readonly isFiltered?: boolean
  readonly since?: number
}

/** Reads these windows of a list; which ones were asked for, in order. */
async function read({
  seconds,
  windows = [{ from: now - 64, to: now }],
  answer,
  isFiltered = true,
  since = 0,
}: Reading) {
  const clock = createVirtualClock()
  const list = createFakeList(seconds, { clock, latencyMs: 100 })
  list.answer(answer)
  const { createdFilter, ...untimed } = list.source
  const slices = windows.map((window, at) => slice({ id: at + 1, window, query: window }))
  let checkpoint = { slices, tallies: {}, nextId: slices.length + 1 } as unknown as Checkpoint
  const limiter = createLimiter({ perSecond: 25, concurrency: 1 }, clock)
  const failures: unknown[] = []
  const batches = backfill({
    slices,
    sources: [isFiltered ? { ...untimed, ...(createdFilter && { createdFilter }) } : untimed],
    limiters: () => [limiter],
    ...{ pageSize: 100, pagesAhead: 1, pagesPerBatch: 1, gatherMs: 0, drainSignal: never, abortSignal: never },
    clock: { ...clock, now: () => clock.now() + now * 1_000 },
    since: async () => since,
    onFailure: (error) => failures.push(error),
    onSplit: (split) => {
      checkpoint = applySplit(checkpoint, split)
    },
  })
  const rows: string[] = []
  async function take() {
    for await (const { pages } of batches)
      for (const page of pages) {
        checkpoint = advance(checkpoint, page)
        rows.push(...page.rows.map(({ row }) => row.id))
      }
  }
  const ending = await clock.run(
    take().then(
      () => 'ended',
      (error: unknown) => error,
    ),
  )
  const asked = list.requests.map(({ window }) => [window && now - window.from, window?.to && now - window.to])
  return { ending, asked, rows: rows.toSorted(), failures, left: checkpoint.slices.length }
}

const most = (count: number) => (page: Page) => {
  if (page.items.length > count) throw tooLarge
  return page
}

describe('a window that holds more than the provider gives', () => {
  it('is read in halves, each before the windows behind it', async () => {
    const seconds = [now - 1, now - 20, now - 40, now - 60, now - 70]
    const windows = [
      { from: now - 64, to: now },
      { from: now - 128, to: now - 64 },
    ]
    const { asked, ...read64 } = await read({ seconds, windows, answer: most(2) })
    expect(read64).toMatchObject({ ending: 'ended', rows: ['cus_0', 'cus_1', 'cus_2', 'cus_3', 'cus_4'], left: 0 })
    expect(asked).toEqual([
      [64, 0],
      [32, 0],
      [64, 32],
      [128, 64],
    ])
  })

  it('is halved down to a second, and is then a failure that says so', async () => {
    const { asked, ending, failures } = await read({
      seconds: [now - 1, now - 1, now - 1],
      windows: [{ from: now - 4, to: now }],
      answer: most(2),
    })
    expect(asked).toEqual([
      [4, 0],
      [2, 0],
      [1, 0],
    ])
    expect(ending).toMatchObject({ code: windowTooLarge, message: expect.stringMatching(/one second has more items/) })
    expect(failures).toEqual([ending])
  })

  it('up to now is halved as well', async () => {
    const { ending, asked } = await read({
      seconds: [now - 1, now - 20, now - 40],
      windows: [{ from: now - 64, to: null }],
      answer: most(2),
    })
    expect(ending).toBe('ended')
    expect(asked).toEqual([
      [64, null],
      [32, null],
      [64, 32],
    ])
  })

  it('of a list without a time cannot be halved', async () => {
    const { ending, asked } = await read({ seconds: [now - 1, now - 2, now - 3], answer: most(2), isFiltered: false })
    expect(ending).toMatchObject({ code: windowTooLarge })
    expect(asked).toHaveLength(1)
  })
})

describe('a window that changes while it is read', () => {
  it('is read again, and then in halves', async () => {
    let refusals = 2
    const { asked, ending } = await read({
      seconds: [now - 1, now - 40],
      answer(page) {
        if (refusals-- > 0) throw moved
        return page
      },
    })
    expect(ending).toBe('ended')
    expect(asked).toEqual([
      [64, 0],
      [64, 0],
      [32, 0],
      [64, 32],
    ])
  })

  it('and is a second is a failure that may pass, in the words of the change', async () => {
    const { ending } = await read({
      seconds: [now - 1],
      windows: [{ from: now - 1, to: now }],
      answer() {
        throw moved
      },
    })
    expect(ending).toMatchObject({ verdict: 'retry', code: listChanged, message: moved.message })
  })
})
