import type { Clock } from '../clock.ts'

/** Milliseconds by which two clocks may differ; more, and what the other side says of time is not believed. */
export const clockTolerance = 300_000

/** Answers whose median tells a clock that runs ahead. */
const remembered = 9

/** An answer, dated back to its request. `answeredAt` is the date that it came with. */
type Observed<Answer> = Answer & { readonly answeredAt: Date }

/** Makes a request, and dates the answer back to when it was made. */
export type Observe = <Answer extends { readonly observedAt: Date }>(
  ask: () => Promise<Answer>,
) => Promise<Observed<Answer>>

/**
 * An answer shows what was there before it was sent: a change in between would look older than the answer, and be lost. So
 * the answer counts as observed in the second of its request, by the provider's clock. The answers tell how far that clock
 * is from ours; an answer that runs ahead of most others is not believed.
 */
export function createObservation(clock: Clock): Observe {
  const offsets: number[] = []
  return async (ask) => {
    const requestedAt = clock.now()
    const answer = await ask()
    const offset = answer.observedAt.getTime() - clock.now()
    offsets.push(offset)
    if (offsets.length > remembered) offsets.shift()
    const seconds = Math.floor((requestedAt + Math.min(offset, median(offsets))) / 1_000)
    return { ...answer, observedAt: new Date(seconds * 1_000), answeredAt: answer.observedAt }
  }
}

/** Of two in the middle, the lower. */
function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[(values.length - 1) >> 1] ?? 0
}
