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
  /** A call failed for good: nothing else need be waited for. */
  fail(): void
}

/** The account's sources behind its limits, until the deadline or the first failure. */
export function openReading(
  account: Account,
  names: readonly string[],
  session: Session,
  { clock }: JobDeps,
): OpenReading {
  const { deadline, log } = session
  const failing = new AbortController()
  const drainSignal = AbortSignal.any([deadline.drainSignal, failing.signal])
  const finishing = AbortSignal.any([deadline.abortSignal, failing.signal])
  setMaxListeners(0, drainSignal, finishing)
  const reading = rateLimited(account, names, {
    clock,
    waiting: drainSignal,
    finishing,
    refuse: (observedAt) => refuseAhead(observedAt, session.databaseNow(), session.request.providerName),
    onWait: ({ endpoint, error, ms }) =>
      log.info('waiting before another try', {
        event: 'request_retrying',
        resource: endpoint,
        code: error.code,
        waitMs: Math.round(ms),
      }),
  })
  return { ...reading, requestsBefore: session.requests, drainSignal, finishing, fail: () => failing.abort() }
}

/** The account being read. A key that is not known yet is asked about, beside the first pages. */
export function whichAccount(reading: OpenReading, connection: Account, { job }: Session): Promise<JobAccount> {
  const known = job.accounts
  const recognised = recognise(connection, known)
  const who = (
    recognised === null
      ? reading.identify(reading.finishing).then(({ account }) => account)
      : Promise.resolve(recognised)
  ).then((id) => {
    const account = describeAccount({ id, connection, known })
    refuseOther(job.account, account)
    return account
  })
  // Whoever awaits it meets the error; until then it is no unhandled one.
  who.catch(() => {})
  return who
}
