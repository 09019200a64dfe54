import type { Clock } from '../clock.ts'

/** Milliseconds by which two clocks may differ; more, and what the other side says of time is not believed. */
export const clockTolerance = 300_000

/** Answers by which one is told to be ahead of the others. */
const remembered = 9

/** An answer dated back to when it was asked for; `answeredAt` is the date that it came with. */
type Observed<Answer> = Answer & { readonly answeredAt: Date }

/** Asks, and dates the answer back to when it was asked for. */
export type Observe = <Answer extends { readonly observedAt: Date }>(
  ask: () => Promise<Answer>,
) => Promise<Observed<Answer>>

/**
 * An answer is dated when it is sent, yet shows what was there when it was put together: what changed in between would be
 * taken for older than the answer, and be lost. So it counts as observed in the second in which it was asked for, by the
 * provider's clock. How far that is from ours the answers say; one that runs ahead of most others is not believed.
 */
export function createObservation(clock: Clock): Observe {
  const offsets: number[] = []
  return async (ask) => {
    const asked = clock.now()
    const answer = await ask()
    const offset = answer.observedAt.getTime() - clock.now()
    offsets.push(offset)
    if (offsets.length > remembered) offsets.shift()
    const seconds = Math.floor((asked + Math.min(offset, median(offsets))) / 1_000)
    return { ...answer, observedAt: new Date(seconds * 1_000), answeredAt: answer.observedAt }
  }
}

/** The lower one of the two in the middle. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[(values.length - 1) >> 1] ?? 0
}
