import type { SyncError } from '../errors.ts'
import type { CallWatch } from '../sync/retry.ts'

/** What a job waits for, as its row says it. */
export interface WaitingFor {
  readonly code: string
  readonly message: string
}

/** The longest wait of a job. `since` is in the milliseconds of the given clock. */
export interface Wait {
  readonly waitingFor: WaitingFor
  readonly since: number
}

/** A wait to log. */
export interface DueWait {
  readonly error: SyncError
  readonly since: number
  /** Calls that failed since the last line. */
  readonly failures: number
}

/** Which calls to the provider have no answer yet, and since when the job makes no progress because of them. */
export interface Waits {
  /** Watches the calls to an endpoint. */
  watch(endpoint: string): CallWatch
  /** The longest wait; null if the job waits for nothing. */
  longest(): Wait | null
  /** Whether a call of this delivery waits now. */
  isWaiting(): boolean
  /** Endpoints that were called and have not answered. */
  unanswered(): readonly string[]
  /** A commit: a wait that an earlier delivery began is over. */
  progressed(): void
  /** Milliseconds in which a call waited for an outage to end, overlaps counted once. */
  waitedMs(): number
  /** The wait to log now, at most once a minute; null if there is none. */
  due(): DueWait | null
}

/** See the columns of `sync_jobs`. */
export interface WaitColumns {
  readonly waitingFor: WaitingFor | null
  readonly waitingSince: Date | null
  readonly waitedMs: number
}

/** Milliseconds between two log lines about waiting. */
const logEveryMs = 60_000

/** `before`: the wait that the job's row had when it was claimed. `now`: a clock in milliseconds that never goes back. */
export function trackWaits(now: () => number, before: Wait | null): Waits {
  const waiting = new Map<string, { readonly error: SyncError; readonly since: number }>()
  const inFlight = new Map<string, number>()
  let inherited = before
  let failures = 0
  let loggedAt = Number.NEGATIVE_INFINITY
  let waited = 0
  let waitingSince: number | undefined

  const oldest = () => {
    const [first] = [...waiting.values()].toSorted((left, right) => left.since - right.since)
    return first && { error: first.error, since: inherited?.since ?? first.since }
  }

  function watch(endpoint: string): CallWatch {
    return {
      onCall() {
        inFlight.set(endpoint, (inFlight.get(endpoint) ?? 0) + 1)
        return () => void inFlight.set(endpoint, (inFlight.get(endpoint) ?? 1) - 1)
      },
      onFailure({ error, since }) {
        failures++
        waitingSince ??= since
        waiting.set(endpoint, { error, since: waiting.get(endpoint)?.since ?? since })
      },
      onAnswer() {
        waiting.delete(endpoint)
        if (waiting.size > 0 || waitingSince === undefined) return
        waited += now() - waitingSince
        waitingSince = undefined
      },
    }
  }

  return {
    watch,
    longest() {
      const wait = oldest()
      if (!wait) return inherited
      const { code, message } = wait.error
      return { waitingFor: { code, message }, since: wait.since }
    },
    isWaiting: () => waiting.size > 0,
    unanswered: () => [...inFlight].flatMap(([endpoint, count]) => (count > 0 ? [endpoint] : [])),
    progressed() {
      inherited = null
    },
    waitedMs: () => waited + (waitingSince === undefined ? 0 : now() - waitingSince),
    due() {
      const wait = oldest()
      if (!wait || now() - loggedAt < logEveryMs) return null
      const line = { ...wait, failures }
      loggedAt = now()
      failures = 0
      return line
    },
  }
}
