import type { Clock } from '../clock.ts'

/** Milliseconds by which two clocks may differ. The worker rejects times that differ by more. */
export const clockTolerance = 300_000

/** The number of answers whose median clock offset counts. */
const remembered = 9

/** An answer dated back to its request. `answeredAt` is the answer's own date. */
type Observed<Answer> = Answer & { readonly answeredAt: Date }

/** Makes a request and dates the answer back to the time of the request. */
export type Observe = <Answer extends { readonly observedAt: Date }>(
  ask: () => Promise<Answer>,
) => Promise<Observed<Answer>>

/**
 * An answer shows the state before it was sent. A change after that state but before the answer's date would look older
 * than the answer and be lost. So the answer counts as observed just before the second of its request, by the provider's
 * clock: it shows all of the seconds before, and no event of that second may lose to it.
 * That clock's offset is the median of recent answers; an answer that runs ahead of the median is capped to it. Nothing is
 * dated later than `latest`, the database's clock: what a provider's clock dates ahead would hide the changes of that time
 * once the clock is set right.
 */
export function createObservation(clock: Clock, latest: () => number = () => Number.POSITIVE_INFINITY): Observe {
  const offsets: number[] = []
  return async (ask) => {
    const requestedAt = clock.now()
    const answer = await ask()
    const offset = answer.observedAt.getTime() - clock.now()
    offsets.push(offset)
    if (offsets.length > remembered) offsets.shift()
    const observedAt = Math.min(requestedAt + Math.min(offset, median(offsets)), latest())
    return {
      ...answer,
      observedAt: new Date(Math.floor(observedAt / 1_000) * 1_000 - 1),
      answeredAt: answer.observedAt,
    }
  }
}

/** The second in which an answer was asked for, just before which it counts as observed. */
export const secondAsked = (observedAt: Date): number => Math.floor((observedAt.getTime() + 1) / 1_000)

/** The lower of the two middle values if the number of values is even. */
function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[(values.length - 1) >> 1] ?? 0
}
