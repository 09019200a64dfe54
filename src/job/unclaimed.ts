import type { FinalStatus } from '../db/schema.ts'
import type { SyncError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Claim } from './claim.ts'
import { retryDelay } from './finish.ts'
import type { Outcome } from './outcome.ts'
import type { Delivery, JobDeps, JobSettings } from './session.ts'

/** The outcome of a delivery whose job was not claimed. */
export function declined(
  claimed: Exclude<Claim, { kind: 'claimed' }>,
  { clock, settings }: JobDeps,
  log: Log,
): Outcome {
  if (claimed.kind === 'busy') {
    const message = 'the job waits: another worker holds the job or its account'
    log.info(message, { event: 'job_busy', outcome: 'busy', waitMs: Math.round(claimed.waitSeconds * 1_000) })
    return { kind: 'busy', waitSeconds: claimed.waitSeconds + clock.random() * scatterSeconds(settings) }
  }
  const { status, code } = claimed
  const message = `the message is acknowledged: its job had ended before as ${status}${code ? ` (${code})` : ''}; ${nextStep[status]}`
  const level = status === 'failed' ? 'warn' : 'info'
  log[level](message, { event: 'job_already_ended', outcome: 'finished', status })
  return { kind: 'finished' }
}

/** Spreads the jobs that wait for one lease, in proportion to its length. */
const scatterSeconds = ({ leaseSeconds }: JobSettings) => Math.min(15, leaseSeconds / 4)

/** How a delivery ends whose job could not be claimed. */
export function unclaimed(
  error: SyncError,
  delivery: Delivery,
  { clock, settings, watch }: JobDeps,
  log: Log,
): Outcome {
  if (error.verdict === 'unreadable') {
    log.error(`the message is refused. ${error.message}`, { event: 'message_refused', code: error.code }, error)
    return { kind: 'unreadable', error }
  }
  watch?.notClaimed()
  log.error(
    `the job could not be claimed and its message is redelivered. ${error.message}`,
    { event: 'job_not_claimed', code: error.code },
    error,
  )
  const { retryDelaySeconds } = settings
  const waitSeconds = retryDelay(delivery.receiveCount - 1, { retryDelaySeconds, random: clock.random })
  // Until somebody mends the database, however long that takes. What Postgres refuses of the message itself is not mended.
  const outage = error.code !== 'internal' && error.code !== 'database_data'
  return { kind: 'failed', error, final: false, waitSeconds, outage }
}

/** What an ended job needs before it is worked on again. */
const nextStep: Readonly<Record<FinalStatus, string>> = {
  failed: 'send a new jobId, or the same jobId with "force_refresh": true',
  completed: 'to read everything again, send a new jobId, or the same jobId with "force_refresh": true',
  cancelled: 'to read on, send a new jobId, or the same jobId with "force_refresh": true',
}
