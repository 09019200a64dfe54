import type { Clock } from '../clock.ts'
import { type LimitHit, SyncError, withRetryAfter } from '../errors.ts'
import { createRecovery } from './recovery.ts'

/**
 * Limits requests a second and requests at once. It starts one request every 1/rate seconds, and never more within any
 * second than the ceiling, because a provider's bucket may be smaller than a second's requests. A limit error of the
 * provider halves the rate, which then recovers.
 */
export interface Limiter {
  /** Waits for its turn, in order, then calls. @throws the signal's reason when aborted while waiting */
  run<T>(call: () => Promise<T>, waiting: AbortSignal): Promise<T>
  /**
   * Waits for its turn: the call with the greatest weight is next, of equal ones the first, and any that
   * has waited for long. Resolves with a function to call
   * when the request has ended.
   */
  enter(waiting: AbortSignal, weight?: () => number): Promise<() => void>
  /** Calls that are known to come. The most work has the longest line and what is to come of it. */
  expect(calls: number): void
  /** Milliseconds until a new call would start, behind the waiting calls; Infinity while too many are in flight. */
  delay(): number
  /** Lowers the limit after a limit error of the provider. */
  lower(limit: LimitHit['kind']): void
  /**
   * Starts no call for as many milliseconds as the error's `retryAfter`: whoever asks a provider that has demanded a wait
   * makes it longer. If that is longer than `limitPatienceMs`, calls fail instead of waiting, with what is left of the wait.
   */
  hold(error: SyncError): void
  /** Requests a second allowed now. */
  rate(): number
}

interface Ceiling {
  readonly perSecond: number
  readonly concurrency: number
  /**
   * The wider limiter that each request must pass as well. A request keeps its place in this line while it waits for
   * the wider limiter. So requests that wait for the account do not become a burst on the endpoint. The endpoint with the
   * most calls in its line or to come is next, so that it gets all that its own limit allows.
   */
  readonly within?: Limiter
}

interface WaitingCall {
  readonly waiting: AbortSignal
  readonly enteredAt: number
  weight(): number
  begin(leave: () => void): void
  refuse(error: unknown): void
}

/** Shared, because an AbortController without a reason makes an error with a stack each time. */
const noLongerAwaited = new Error('no longer awaited')

/** Milliseconds in which further limit errors change nothing: each request in flight may report the same overload. */
const quietMs = 1_000
/** Timers fire some milliseconds late. The limiter makes up for this much lost time, at most one request's interval. */
const slackMs = 20
/** Milliseconds after which a call is passed over no more. A list that is read page by page would end long after the others. */
const longestPassedOverMs = 250
/** The most milliseconds that it makes up for after the thread was busy while a request waited. */
const busyMs = 200

/**
 * Milliseconds that a call waits for a limit of the provider. If the provider demands a longer wait, the call fails, and the
 * queue delays the job without occupying a worker.
 */
export const limitPatienceMs = 180_000

/** Resolves when the signal aborts. */
const whenAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

export function createLimiter({ perSecond, concurrency, within }: Ceiling, clock: Clock): Limiter {
  const recovery = { rate: createRecovery(clock), concurrency: createRecovery(clock) }
  let loweredAt = Number.NEGATIVE_INFINITY
  let nextAt = clock.now()
  /** Start times of the last second, oldest first. */
  const starts: number[] = []
  const secondsWorth = Math.max(1, Math.floor(perSecond))
  let inFlight = 0
  /** Calls that wait for their turn, the one that waits for the wider limiter included. */
  let waitingCalls: readonly WaitingCall[] = []
  let isGivingTurns = false
  let expected = 0
  let freed: () => void = () => {}
  /** What calls fail with until then, with what is left of its wait. */
  let longHold: { readonly error: SyncError; readonly until: number } | undefined

  const rate = () => perSecond * recovery.rate.share()
  const room = () => Math.max(1, Math.floor(concurrency * recovery.concurrency.share())) - inFlight
  const soonest = () => {
    const first = starts.length < secondsWorth ? undefined : starts[0]
    return first === undefined ? nextAt : Math.max(nextAt, first + 1_000)
  }

  /** Gives turns until no call waits. */
  async function giveTurns(): Promise<void> {
    isGivingTurns = true
    while (waitingCalls.length > 0) {
      const next = await untilTurn()
      if (next) await giveTurn(next)
    }
    isGivingTurns = false
  }

  /** The call whose turn it is; undefined if none waits any more. */
  async function untilTurn(): Promise<WaitingCall | undefined> {
    while (waitingCalls.length > 0 && room() <= 0) await changed()
    for (let wait = soonest() - clock.now(); wait > 0; wait = soonest() - clock.now()) {
      if (waitingCalls.length === 0) break
      await changed(wait)
    }
    const [first] = waitingCalls
    if (!first || clock.now() - first.enteredAt > longestPassedOverMs) return first
    const weights = waitingCalls.map(({ weight }) => weight())
    return waitingCalls[weights.indexOf(Math.max(...weights))]
  }

  /** Resolves after the given milliseconds, or when a call has ended or waits no longer. */
  async function changed(ms?: number): Promise<void> {
    const change = new AbortController()
    freed = () => change.abort(noLongerAwaited)
    await (ms === undefined ? whenAborted(change.signal) : clock.sleep(ms, change.signal).catch(() => {}))
    freed = () => {}
  }

  async function giveTurn(call: WaitingCall): Promise<void> {
    const { waiting, enteredAt } = call
    // Of this line alone: what waits for the wider limiter would become a burst.
    const late = clock.now() - Math.max(nextAt, enteredAt)
    try {
      const leave = await within?.enter(waiting, () => Math.max(expected, waitingCalls.length))
      if (!waitingCalls.includes(call)) return leave?.()
      start(late)
      call.begin(() => {
        inFlight--
        leave?.()
        freed()
      })
    } catch (error) {
      call.refuse(error)
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

  function enter(waiting: AbortSignal, weight: () => number = () => 0): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (waiting.aborted) return reject(waiting.reason)
      const left = longHold ? longHold.until - clock.now() : 0
      if (longHold && left > 0) return reject(withRetryAfter(longHold.error, left))
      const settled = () => {
        waitingCalls = waitingCalls.filter((other) => other !== call)
        waiting.removeEventListener('abort', aborted)
      }
      const aborted = () => call.refuse(waiting.reason)
      const call: WaitingCall = {
        waiting,
        weight,
        enteredAt: clock.now(),
        begin(leave) {
          settled()
          resolve(leave)
        },
        refuse(error) {
          settled()
          reject(error)
          freed()
        },
      }
      waiting.addEventListener('abort', aborted)
      waitingCalls = [...waitingCalls, call]
      if (!isGivingTurns) void giveTurns()
    })
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
    expect(calls) {
      expected = calls
    },
    delay: () =>
      room() <= 0
        ? Number.POSITIVE_INFINITY
        : Math.max(0, soonest() + (waitingCalls.length * 1_000) / rate() - clock.now()),
    lower(limit) {
      if (clock.now() - loweredAt < quietMs) return
      loweredAt = clock.now()
      recovery[limit].lower()
    },
    hold(error) {
      const ms = error.retryAfter || 0
      if (ms <= 0) return
      nextAt = Math.max(nextAt, clock.now() + ms)
      if (ms <= limitPatienceMs) return
      longHold = { error, until: nextAt }
      for (const call of waitingCalls) call.refuse(error)
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

/**
 * Puts a call behind its limiters. Every attempt passes them. A limit error lowers the limiter that it names, and holds it
 * for the wait that it demands.
 */
export function limited(call: Call, limits: Limits): Call {
  return (work, signal) =>
    limits.endpoint.run(async () => {
      try {
        return await call(work, signal)
      } catch (error) {
        if (error instanceof SyncError && error.limit) {
          const limiter = limits[error.limit.scope]
          limiter.lower(error.limit.kind)
          limiter.hold(error)
        }
        throw error
      }
    }, limits.waiting)
}
