import { setMaxListeners } from 'node:events'
import type { SyncError } from '../errors.ts'
import type { Account } from '../provider/contract.ts'
import { type RateLimited, rateLimited } from '../sync/rate-limited.ts'
import { recognise } from './account.ts'
import { refuseAhead } from './clock-check.ts'
import { type ListSplits, readListSplits } from './list-splits.ts'
import type { JobDeps, Session } from './session.ts'

export interface OpenReading extends RateLimited {
  readonly requestsBefore: number
  /** Where the last full job found that the account's lists can be split; nothing of an account that is not known. */
  readonly knownSplits: ListSplits
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
  { clock, watch }: JobDeps,
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
    answered: ({ endpoint, error, ms }) =>
      watch?.answered({ endpoint, code: error?.code ?? null, throttled: isThrottled(error), ms }),
    refuse: (observedAt) => refuseAhead(observedAt, session.databaseNow(), session.request.providerName),
    watch(endpoint) {
      const waits = session.waits.watch(endpoint)
      return {
        ...waits,
        onFailure(failure) {
          waits.onFailure(failure)
          // The line about the end of the delivery says the same.
          if (failure.ms !== null) session.logWait()
        },
      }
    },
  })
  const { began = null, splits } = recognise(account, session.job.accounts) ?? {}
  const since = began === null ? reading.since : () => Promise.resolve(began)
  return {
    ...reading,
    since,
    knownSplits: readListSplits(splits),
    requestsBefore: session.counts.requests,
    drainSignal,
    finishing,
    fail: () => failing.abort(),
  }
}

const isThrottled = (error: SyncError | null) =>
  error !== null && (error.limit !== undefined || error.code === 'rate_limited')
