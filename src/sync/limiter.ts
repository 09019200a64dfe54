import { type LimitHit, SyncError } from '../errors.ts'
import type { Clock } from './clock.ts'

/**
 * A ceiling of requests a second and of requests at once, spent smoothly: one request every 1/rate seconds and no burst,
 * so that a provider's bucket smaller than a second's worth is not tripped. Halved when the provider says it was hit,
 * raised by a twentieth of the ceiling each second after.
 */
export interface Limiter {
  /** Waits for its turn, in order, then calls. @throws the signal's reason when aborted while waiting */
  run<T>(call: () => Promise<T>, waiting: AbortSignal): Promise<T>
  /** Milliseconds until a call made now would start, behind those in line; Infinity while too many are in flight. */
  delay(): number
  /** The provider said this ceiling was hit. */
  lower(what: LimitHit['of']): void
  /** Requests a second allowed now. */
  rate(): number
}

interface Ceiling {
  readonly perSecond: number
  readonly concurrency: number
}

const recoveryPerSecond = 0.05
/** A reaction to one overload must not be repeated for each of the requests that were in flight then. */
const quietMs = 1_000

export function createLimiter(ceiling: Ceiling, clock: Clock): Limiter {
  let factor = { rate: 1, concurrency: 1, at: clock.now() }
  let loweredAt = Number.NEGATIVE_INFINITY
  let nextAt = clock.now()
  let inFlight = 0
  let inLine = 0
  let line: Promise<unknown> = Promise.resolve()
  let freed: () => void = () => {}

  const current = () => {
    const gained = ((clock.now() - factor.at) / 1000) * recoveryPerSecond
    return { rate: Math.min(1, factor.rate + gained), concurrency: Math.min(1, factor.concurrency + gained) }
  }
  const rate = () => ceiling.perSecond * current().rate
  const room = () => Math.max(1, Math.floor(ceiling.concurrency * current().concurrency)) - inFlight

  async function turn(waiting: AbortSignal): Promise<void> {
    while (room() <= 0) {
      await new Promise<void>((resolve) => {
        freed = resolve
        waiting.addEventListener('abort', () => resolve(), { once: true })
      })
      waiting.throwIfAborted()
    }
    const wait = nextAt - clock.now()
    if (wait > 0) await clock.sleep(wait, waiting)
    waiting.throwIfAborted()
    nextAt = Math.max(nextAt, clock.now() - slackMs(rate())) + 1_000 / rate()
    inFlight++
  }

  return {
    async run(call, waiting) {
      inLine++
      const mine = line.then(() => turn(waiting))
      line = mine.catch(() => {})
      try {
        await mine
      } finally {
        inLine--
      }
      try {
        return await call()
      } finally {
        inFlight--
        freed()
      }
    },
    delay: () =>
      room() <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, nextAt + (inLine * 1_000) / rate() - clock.now()),
    lower(what) {
      if (clock.now() - loweredAt < quietMs) return
      loweredAt = clock.now()
      const now = current()
      factor = { ...now, at: clock.now(), [what]: Math.max(0.02, now[what] / 2) }
    },
    rate,
  }
}

/** A late timer's lost time is made up for, up to this much: timers here fire some milliseconds late. */
function slackMs(rate: number): number {
  return Math.min(20, 1_000 / rate)
}

interface Limits {
  readonly limiter: Limiter
  readonly scope: LimitHit['scope']
  /** Aborted when no new request may start. */
  readonly waiting: AbortSignal
}

/** Makes one call, however it is wrapped. */
export type Call = <T>(work: () => Promise<T>) => Promise<T>

/** A call behind a limiter that every attempt passes, and that a limit error of its scope lowers. */
export function limited(call: Call, { limiter, scope, waiting }: Limits): Call {
  return (work) =>
    limiter.run(async () => {
      try {
        return await call(work)
      } catch (error) {
        if (error instanceof SyncError && error.limit?.scope === scope) limiter.lower(error.limit.of)
        throw error
      }
    }, waiting)
}
