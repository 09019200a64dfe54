import { setMaxListeners } from 'node:events'
import type { Account } from '../provider/contract.ts'
import { type RateLimited, rateLimited } from '../sync/rate-limited.ts'
import { describeAccount, type JobAccount, recognise, refuseOther } from './account.ts'
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
          session.logWait()
        },
      }
    },
  })
  return { ...reading, requestsBefore: session.counts.requests, drainSignal, finishing, fail: () => failing.abort() }
}

/** Which account is read. For an unknown key the provider is asked, beside the first pages. */
export function identifyAccount(
  reading: OpenReading,
  connection: Account,
  { job }: Session,
  begunWith: string | null,
): Promise<JobAccount> {
  const known =
    begunWith === null || job.accounts.some(({ account }) => account === begunWith)
      ? job.accounts
      : [...job.accounts, { account: begunWith, credential: null }]
  const recognised = recognise(connection, known)
  const jobAccount = (
    recognised === null
      ? reading.identify(reading.finishing).then(({ account }) => account)
      : Promise.resolve(recognised)
  ).then((id) => {
    const account = describeAccount({ id, connection, known })
    refuseOther(begunWith, account)
    return account
  })
  // Its readers meet the error; this keeps Node from calling it unhandled before.
  jobAccount.catch(() => {})
  return jobAccount
}
