import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, type Density } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

describe('whatever happens', () => {
  const densities: readonly Density[] = ['uniform', 'growing', 'burst', 'same-second', 'recent-import']
  const schedules = Array.from({ length: 250 }, (_, seed) => seed + 1)

  /** What an earlier job may have left, when the list was another one. */
  const knownSeconds = (random: () => number, most: number) =>
    [...new Set(createdSeconds(Math.floor(random() * most), 'uniform'))].toSorted((left, right) => left - right)

  /** A page that fails each time ends the invocation, and another one goes on. */
  const giveUp = (error: unknown) => {
    if (!(error instanceof SyncError) || error.verdict !== 'retry') throw error
  }

  it(`in ${schedules.length} random schedules of latency, limits, faults, deletions, stops and crashes nothing is lost`, async () => {
    for (const seed of schedules) {
      const random = createFractions(seed * 7_919)
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
      const clock = createVirtualClock(random)
      const n = Math.floor(random() ** 2 * 4_000)
      const list = createFakeList(createdSeconds(n, pick(densities)), {
        clock,
        latencyMs: pick([0, 5, 80, 700]),
        jitterMs: pick([0, 50, 2_000]),
      })
      const deleting = random() < 0.3
      const faulty = pick([0, 0, 0.1, 0.3])
      list.answer((page) => {
        if (deleting && page.next && random() < 0.1) list.remove(page.next)
        if (random() < faulty)
          throw new SyncError('retry', 'provider_unavailable', 'x: no', {
            ...(random() < 0.3 && { limit: { scope: 'endpoint', kind: pick(['rate', 'concurrency']) } }),
          })
        return page
      })
      const crash = pick([0, 0, 0.02, 0.2])
      const options = {
        clock,
        perSecond: pick([3, 25, 100]),
        concurrency: pick([1, 4, 64]),
        pageSize: pick([7, 40, 100]),
        pagesAhead: pick([1, 2, 32]),
        commitMs: pick([0, 30, 500]),
        afterBatch: () => random() < crash,
        known: pick([[], knownSeconds(random, 300), knownSeconds(random, 5)]),
      }
      const copies: ReturnType<typeof createCopy>[] = []
      let checkpoint: string | undefined
      do {
        const copy = createCopy(list, { ...options, ...(checkpoint !== undefined && { checkpoint }) })
        copies.push(copy)
        const ending = new AbortController()
        if (random() < 0.3)
          void clock.sleep(200 + random() * 8_000, ending.signal).then(
            () => {
              copy.stop.abort('stopped')
              if (random() < 0.5) copy.cut.abort('cut')
            },
            () => {},
          )
        await clock.run(copy.go().catch(giveUp))
        ending.abort()
        checkpoint = JSON.stringify(copy.checkpoint())
        expect(copies.length, `seed ${seed}`).toBeLessThan(1_000)
      } while (JSON.parse(checkpoint).slices.length > 0)
      const rows = copies.flatMap((copy) => copy.rows)
      const have = new Set(rows)
      expect(
        list.expectedIds().filter((id) => !have.has(id)),
        `seed ${seed}`,
      ).toEqual([])
      expect(list.seen.misusedCursors, `seed ${seed}`).toBe(0)
      if (!deleting) expect(rows.length, `seed ${seed}`).toBe(have.size)
    }
  })
})
