import { expect, it } from 'vitest'
import { collectSplits } from '../../src/job/list-splits.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, type Density } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

/** What a full job that read all of these items would have stored. */
function splitsAfter(list: ReturnType<typeof createFakeList>, seconds: readonly number[]): readonly number[] {
  const collector = collectSplits(100, {})
  const page = { source: list.source, part: null, whole: null, listed: seconds, skip: undefined }
  collector.add([page as unknown as Parameters<typeof collector.add>[0][number]])
  return collector.splits()[list.source.name] ?? []
}

const densities: readonly Density[] = ['uniform', 'growing', 'burst', 'same-second']
const cases = [
  ...densities.flatMap((density) => [5_000, 20_000].map((count) => ({ density, count, perSecond: 25 }))),
  // Its splits are four pages apart.
  { density: 'growing', count: 100_000, perSecond: 100 } as const,
]

it.each(cases)(
  'a later job of $count objects ($density) at $perSecond requests/s has requests in line to its end, one for each page',
  async ({ density, count, perSecond }) => {
    const clock = createVirtualClock(createFractions(3))
    const seconds = createdSeconds(count, density)
    const list = createFakeList(seconds, { clock, latencyMs: 200 })
    const copy = createCopy(list, { clock, known: splitsAfter(list, seconds), perSecond, pagesAhead: 48 })
    await clock.run(copy.go())
    expect(new Set(copy.rows).size).toBe(count)
    const pages = count / 100
    expect(list.requests).toHaveLength(pages)
    // All requests at the rate, and the last one's answer.
    expect(clock.now()).toBe(((pages - 1) * 1_000) / perSecond + 200)
  },
)
