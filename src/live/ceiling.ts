import type { Clock } from '../clock.ts'

/** Requests that the events of a process may make in a second, over all accounts: the jobs have the rest. */
const perSecond = 5
/** Milliseconds that a request waits at most. Its message is hidden if it would have to wait longer. */
const longestWait = 2_000
/** Requests of an account in a minute beyond which one job is cheaper. */
const perMinute = 60
/** Milliseconds for which an account is left alone after it said that there were too many requests. */
const pauseMs = 15_000

/** The request is not made now: the message is to come back. */
export class Postponed extends Error {
  override readonly name = 'Postponed'
  readonly seconds: number

  constructor(ms: number) {
    super(`live: the request is postponed by ${Math.ceil(ms)} ms`)
    this.seconds = Math.max(1, Math.ceil(ms / 1_000))
  }
}

/** So many objects of the account have to be fetched that an incremental job is to read them. */
export class TooMany extends Error {
  override readonly name = 'TooMany'
}

export interface Ceiling {
  /** Waits for the turn of a request. @throws Postponed or TooMany */
  take(account: string): Promise<void>
  /** The account said that there were too many requests. */
  block(account: string, ms?: number): void
}

/** The ceiling of the requests that live events make, for one process. */
export function createCeiling(clock: Clock): Ceiling {
  let next = Number.NEGATIVE_INFINITY
  const recent = new Map<string, number[]>()
  const blocked = new Map<string, number>()
  return {
    async take(account) {
      const now = clock.now()
      const taken = (recent.get(account) ?? []).filter((at) => at > now - 60_000)
      recent.set(account, taken)
      if (taken.length >= perMinute) throw new TooMany('live: more than a request a second for a minute')
      // A second's requests may be made at once.
      const turn = Math.max(next, now - 1_000, (blocked.get(account) ?? 0) - 1_000 / perSecond) + 1_000 / perSecond
      if (turn - now > longestWait) throw new Postponed(turn - now)
      next = Math.max(next, now - 1_000) + 1_000 / perSecond
      taken.push(now)
      if (turn > now) await clock.sleep(turn - now)
    },
    block(account, ms = pauseMs) {
      blocked.set(account, clock.now() + Math.max(1_000, ms))
    },
  }
}
