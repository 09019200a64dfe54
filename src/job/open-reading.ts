import { setMaxListeners } from 'node:events'
import type { Account } from '../provider/contract.ts'
import { type RateLimited, rateLimited } from '../sync/rate-limited.ts'
import { recognise } from './account.ts'
import { refuseAhead } from './clock-check.ts'
import type { JobDeps, Session } from './session.ts'

export interface OpenReading extends RateLimited {
  readonly requestsBefore: number
  /** Aborted when no new page may be started. */
  readonly drainSignal: AbortSignal
  /** Aborted when what is in flight must be given up. */
  readonly finishing: AbortSignal
  /** Ends every wait, because a call failed for good. */
  fail(): void
}

/** The account's sources behind its limits, until the deadline or the first failure. */
export function openReading(
  account: Account,
  names: readonly string[],
  session: Session,
  { clock }: JobDeps,
): OpenReading {
  const { deadline } = session
  const failing = new AbortController()
  const drainSignal = AbortSignal.any([deadline.drainSignal, failing.signal])
  const finishing = AbortSignal.any([deadline.abortSignal, failing.signal])
  setMaxListeners(0, drainSignal, finishing)
  const reading = rateLimited(account, names, {
    clock,
    waiting: drainSignal,
    finishing,
    latest: session.databaseNow,
    refuse: (observedAt) => refuseAhead(observedAt, session.databaseNow(), session.request.providerName),
    watch(endpoint) {
      const watch = session.waits.watch(endpoint)
      return {
        ...watch,
        onFailure(failure) {
          watch.onFailure(failure)
          // The line about the end of the delivery says the same.
          if (failure.ms !== null) session.logWait()
        },
      }
    },
  })
  const began = recognise(account, session.job.accounts)?.began ?? null
  const since = began === null ? reading.since : () => Promise.resolve(began)
  return {
    ...reading,
    since,
    requestsBefore: session.counts.requests,
    drainSignal,
    finishing,
    fail: () => failing.abort(),
  }
}
