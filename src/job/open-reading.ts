import { setMaxListeners } from 'node:events'
import type { SyncError } from '../errors.ts'
import type { Account } from '../provider/contract.ts'
import { type RateLimited, rateLimited } from '../sync/rate-limited.ts'
import { recognise } from './account.ts'
import { refuseWrongDate } from './clock-check.ts'
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
  /** Checks the answers from before the account was known. @throws SyncError `provider_clock` */
  checkDates(): void
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
  let earliest: Date | null = null
  const reading = rateLimited(account, names, {
    clock,
    waiting: drainSignal,
    finishing,
    latest: session.databaseNow,
    answered: ({ endpoint, error, ms }) =>
      watch?.answered({ endpoint, code: error?.code ?? null, throttled: isThrottled(error), ms }),
    refuse(answeredAt) {
      if (earliest === null || answeredAt < earliest) earliest = answeredAt
      refuseWrongDate(answeredAt, knownClocks(session), session.request.providerName)
    },
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
    checkDates() {
      if (earliest) refuseWrongDate(earliest, knownClocks(session), session.request.providerName)
    },
  }
}

/** A forced job overwrites whatever is stored, whenever it was. */
function knownClocks({ databaseNow, counts, job, request }: Session) {
  const seen = job.accounts.find(({ account }) => account === counts.account)?.seen ?? null
  return {
    databaseNow: databaseNow(),
    earlier: seen === null || request.additionalData.forceRefresh ? null : seen * 1_000,
  }
}

const isThrottled = (error: SyncError | null) =>
  error !== null && (error.limit !== undefined || error.code === 'rate_limited')
