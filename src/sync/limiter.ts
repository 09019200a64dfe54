import type { Clock } from '../clock.ts'
import { type LimitHit, SyncError } from '../errors.ts'

/**
 * Limits requests a second and requests at once. It starts one request every 1/rate seconds, and never more within any
 * second than the ceiling, because a provider's bucket may be smaller than a second's requests. A limit error of the
 * provider halves the rate; each second after raises it by a twentieth of the ceiling.
 */
export interface Limiter {
  /** Waits for its turn, in order, then calls. @throws the signal's reason when aborted while waiting */
  run<T>(call: () => Promise<T>, waiting: AbortSignal): Promise<T>
  /** Waits for its turn, in order. Resolves with a function to call when the request has ended. */
  enter(waiting: AbortSignal): Promise<() => void>
  /** Milliseconds until a new call would start, behind the waiting calls; Infinity while too many are in flight. */
  delay(): number
  /** Lowers the limit after a limit error of the provider. */
  lower(limit: LimitHit['of']): void
  /** Requests a second allowed now. */
  rate(): number
}

interface Ceiling {
  readonly perSecond: number
  readonly concurrency: number
  /**
   * The wider limiter that each request must pass as well. A request keeps its place in this line while it waits for
   * the wider limiter. So requests that wait for the account do not become a burst on the endpoint, and endpoints take
   * turns.
   */
  readonly within?: Limiter
}

const recoveryPerSecond = 0.05
/** Milliseconds in which further limit errors change nothing: each request in flight may report the same overload. */
const quietMs = 1_000
/** Timers fire some milliseconds late. The limiter makes up for this much lost time, at most one request's interval. */
const slackMs = 20
/** The most milliseconds that it makes up for after the thread was busy while a request waited. */
const busyMs = 200

export function createLimiter({ perSecond, concurrency, within }: Ceiling, clock: Clock): Limiter {
  let factor = { rate: 1, concurrency: 1, at: clock.now() }
  let loweredAt = Number.NEGATIVE_INFINITY
  let nextAt = clock.now()
  /** Start times of the last second, oldest first. */
  const starts: number[] = []
  const secondsWorth = Math.max(1, Math.floor(perSecond))
  let inFlight = 0
  let inLine = 0
  let line: Promise<unknown> = Promise.resolve()
  let freed: () => void = () => {}

  const current = () => {
    const gained = ((clock.now() - factor.at) / 1000) * recoveryPerSecond
    return { rate: Math.min(1, factor.rate + gained), concurrency: Math.min(1, factor.concurrency + gained) }
  }
  const rate = () => perSecond * current().rate
  const room = () => Math.max(1, Math.floor(concurrency * current().concurrency)) - inFlight
  const soonest = () => {
    const first = starts.length < secondsWorth ? undefined : starts[0]
    return first === undefined ? nextAt : Math.max(nextAt, first + 1_000)
  }

  async function turn(waiting: AbortSignal, enteredAt: number): Promise<() => void> {
    waiting.throwIfAborted()
    while (room() <= 0) await freedOrAborted(waiting)
    for (let wait = soonest() - clock.now(); wait > 0; wait = soonest() - clock.now()) await clock.sleep(wait, waiting)
    // Of this line alone: what waits for the wider limiter would become a burst.
    const late = clock.now() - Math.max(nextAt, enteredAt)
    const leave = await within?.enter(waiting)
    start(late)
    return () => {
      inFlight--
      leave?.()
      freed()
    }
  }

  function start(late: number): void {
    const now = clock.now()
    const interval = 1_000 / rate()
    const slack = Math.max(Math.min(slackMs, interval), Math.min(busyMs, late))
    nextAt = Math.max(nextAt, now - slack) + interval
    starts.push(now)
    if (starts.length > secondsWorth) starts.shift()
    inFlight++
  }

  async function freedOrAborted(waiting: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      freed = () => {
        waiting.removeEventListener('abort', freed)
        resolve()
      }
      waiting.addEventListener('abort', freed)
    })
    waiting.throwIfAborted()
  }

  async function enter(waiting: AbortSignal): Promise<() => void> {
    inLine++
    const enteredAt = clock.now()
    const place = line.then(() => turn(waiting, enteredAt))
    line = place.catch(() => {})
    try {
      return await place
    } finally {
      inLine--
    }
  }

  return {
    enter,
    async run(call, waiting) {
      const leave = await enter(waiting)
      try {
        return await call()
      } finally {
        leave()
      }
    },
    delay: () =>
      room() <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, soonest() + (inLine * 1_000) / rate() - clock.now()),
    lower(limit) {
      if (clock.now() - loweredAt < quietMs) return
      loweredAt = clock.now()
      const now = current()
      factor = { ...now, at: clock.now(), [limit]: Math.max(0.02, now[limit] / 2) }
    },
    rate,
  }
}

/** The limiter of a call's endpoint, within the account's limiter. */
export interface Limits {
  readonly endpoint: Limiter
  readonly account: Limiter
  /** Aborted when no new request may start. */
  readonly waiting: AbortSignal
}

/** Makes one call, with any wrappers. Aborting `signal` ends the call and its waits. */
export type Call = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** Puts a call behind its limiters. Every attempt passes them; a limit error lowers the limiter that it names. */
export function limited(call: Call, limits: Limits): Call {
  return (work, signal) =>
    limits.endpoint.run(async () => {
      try {
        return await call(work, signal)
      } catch (error) {
        if (error instanceof SyncError && error.limit) limits[error.limit.scope].lower(error.limit.of)
        throw error
      }
    }, limits.waiting)
}
