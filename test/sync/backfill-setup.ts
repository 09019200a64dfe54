import { expect } from 'vitest'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds, type Density } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

type Run = Parameters<typeof createCopy>[1]

interface Options extends Omit<Run, 'clock'> {
  readonly n?: number
  /** When the items were created; instead of `n` and `density`. */
  readonly seconds?: readonly number[]
  readonly density?: Density
  readonly latencyMs?: number
  readonly jitterMs?: number
  readonly seed?: number
}

export function setup({
  n = 2_000,
  density = 'growing',
  seconds = createdSeconds(n, density),
  latencyMs = 100,
  jitterMs = 25,
  seed = 1,
  ...run
}: Options = {}) {
  const clock = createVirtualClock(createFractions(seed))
  const list = createFakeList(seconds, { clock, latencyMs, jitterMs })
  const copy = createCopy(list, { clock, ...run })
  /** Reads to the end; how it ended. */
  const go = () =>
    clock.run(
      copy.go().then(
        () => 'ended',
        (error: unknown) => error,
      ),
    )
  return { clock, list, copy, go }
}

export type Bundle = ReturnType<typeof setup>

export function expectComplete({ list, copy }: Bundle): void {
  expectNothingLost({ list, copy })
  expect(copy.rows).toHaveLength(new Set(copy.rows).size)
}

/** Some may have been read twice, which an upsert does not mind. */
export function expectNothingLost({ list, copy }: Pick<Bundle, 'list' | 'copy'>): void {
  const have = new Set(copy.rows)
  expect(list.expectedIds().filter((id) => !have.has(id))).toEqual([])
  expect(copy.checkpoint().slices).toEqual([])
  expect(list.seen.misusedCursors).toBe(0)
}
