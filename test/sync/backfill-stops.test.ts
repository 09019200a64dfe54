import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { expectComplete, setup } from './backfill-setup.ts'
import { createdSeconds } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

describe('stopping', () => {
  it('lets pages in flight arrive and starts no more', async () => {
    const bundle = setup({ n: 10_000, latencyMs: 500 })
    let atStop = 0
    void bundle.clock.sleep(3_000).then(() => {
      atStop = bundle.list.requests.length
      bundle.copy.stop.abort('out of time')
    })
    expect(await bundle.go()).toBe('ended')
    expect(bundle.list.requests).toHaveLength(atStop)
    expect(bundle.copy.seen.pages).toBe(atStop)
    expect(bundle.copy.seen.failures).toBe(0)
    expect(bundle.clock.now()).toBeLessThan(3_600)
    expect(bundle.copy.checkpoint().slices.length).toBeGreaterThan(0)
  })

  it('before the first page asks for nothing and ends', async () => {
    const bundle = setup()
    bundle.copy.stop.abort('out of time')
    expect(await bundle.go()).toBe('ended')
    expect(bundle.list.requests).toEqual([])
  })

  it('by a cut gives up pages in flight, and the next run reads them', async () => {
    const clock = createVirtualClock(createFractions(4))
    const list = createFakeList(createdSeconds(5_000, 'growing'), { clock, latencyMs: 900 })
    const first = createCopy(list, { clock })
    void clock.sleep(3_100).then(() => {
      expect(list.seen.inFlight).toBeGreaterThan(0)
      first.stop.abort('out of time')
      first.cut.abort('out of time')
    })
    await clock.run(first.go())
    expect(clock.now()).toBe(3_100)
    expect(list.seen.inFlight).toBe(0)
    expect(first.seen.pages).toBeLessThan(list.requests.length)
    const second = createCopy(list, { clock, checkpoint: JSON.stringify(first.checkpoint()) })
    await clock.run(second.go())
    expect([...first.rows, ...second.rows].sort()).toEqual(list.expectedIds().sort())
    expect(list.seen.misusedCursors).toBe(0)
  })

  it('ends requests in flight when the consumer goes away', async () => {
    const bundle = setup({ n: 10_000, latencyMs: 500, afterBatch: (_, done) => done === 4 })
    await bundle.go()
    await new Promise(setImmediate)
    expect(bundle.list.seen.inFlight).toBe(0)
  })
})

describe('back-pressure', () => {
  for (const pagesAhead of [1, 3, 8])
    it(`fetches no further than ${pagesAhead} pages ahead of a slow consumer`, async () => {
      const clock = createVirtualClock(createFractions(2))
      const list = createFakeList(createdSeconds(4_000, 'uniform'), { clock, latencyMs: 100 })
      let mostAhead = 0
      const copy = createCopy(list, {
        clock,
        pagesAhead,
        commitMs: 400,
        afterBatch: (_, done) => {
          // What was taken but not yet committed is the consumer's.
          mostAhead = Math.max(mostAhead, list.requests.length - done)
          return false
        },
      })
      await clock.run(copy.go())
      expectComplete({ clock, list, copy, go: async () => 'ended' })
      expect(copy.seen.mostArrived).toBeLessThanOrEqual(pagesAhead)
      expect(list.seen.peak).toBeLessThanOrEqual(pagesAhead)
      expect(mostAhead).toBeLessThanOrEqual(2 * pagesAhead)
    })

  it('hands over no more pages at once than a step may have, and all of them in the end', async () => {
    const clock = createVirtualClock(createFractions(3))
    const list = createFakeList(createdSeconds(4_000, 'uniform'), { clock, latencyMs: 20 })
    const copy = createCopy(list, {
      clock,
      perSecond: 100,
      pagesAhead: 24,
      pagesPerBatch: 5,
      commitMs: 400,
      gatherMs: 100,
    })
    await clock.run(copy.go())
    expectComplete({ clock, list, copy, go: async () => 'ended' })
    expect(copy.seen.mostArrived).toBe(5)
  })

  it('goes on fetching while the consumer commits', async () => {
    const bundle = setup({ n: 4_000, commitMs: 40, perSecond: 25, latencyMs: 200 })
    await bundle.go()
    expectComplete(bundle)
    // 40 commits of 40 ms beside 2 seconds of reading, not after it.
    expect(bundle.clock.now()).toBeLessThan(3_200)
  })
})
