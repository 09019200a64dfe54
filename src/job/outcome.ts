import type { SyncError } from '../errors.ts'

/** How one delivery of a job ended. */
export type Outcome =
  /** The checkpoint is empty. */
  | { readonly kind: 'completed' }
  /** Out of time, progress saved. */
  | { readonly kind: 'paused' }
  /** The job had ended before this delivery. */
  | { readonly kind: 'finished' }
  /** Another worker holds the lease of this job or of this tenant's account. */
  | { readonly kind: 'busy'; readonly waitSeconds: number }
  /**
   * `final`: the row says `failed`; otherwise `retrying`, after `waitSeconds`. `stored`: the row counts the attempt.
   * `outage`: an outage of the database, in which nothing counts.
   */
  | {
      readonly kind: 'failed'
      readonly error: SyncError
      readonly final: boolean
      readonly waitSeconds: number
      readonly stored?: true
      readonly outage?: boolean
    }
  /** There is no job to blame. */
  | { readonly kind: 'unreadable'; readonly error: SyncError }

/** What happens to the message. Delays are whole seconds from 0, and may be longer than a transport can wait. */
export type Disposition =
  | { readonly kind: 'acknowledge' }
  /** Send the job again, then acknowledge; redeliver if the send fails. */
  | { readonly kind: 'send-again'; readonly delaySeconds: number }
  /** Give the message back to its queue for a while. */
  | { readonly kind: 'redeliver'; readonly delaySeconds: number }
  /** Copy it to the dead-letter queue with the reason, then acknowledge; redeliver if the copy fails. */
  | { readonly kind: 'dead-letter'; readonly code: string; readonly reason: string }

/** `receiveCount`: how often the queue has delivered this message, 1 the first time. */
export function disposition(outcome: Outcome, receiveCount: number): Disposition {
  switch (outcome.kind) {
    case 'completed':
    case 'finished':
      return { kind: 'acknowledge' }
    case 'paused':
      return { kind: 'send-again', delaySeconds: 0 }
    case 'busy':
      return { kind: 'send-again', delaySeconds: wholeSeconds(outcome.waitSeconds) }
    case 'failed':
      return afterFailure(outcome, receiveCount)
    case 'unreadable':
      return { kind: 'dead-letter', code: outcome.error.code, reason: outcome.error.message }
  }
}

/**
 * A row that counts its attempts, or an outage of the database, makes the queue's own count harmful: the queue would give
 * the message up by a limit of its own. So from its second receive on such a job is sent again, as a message that counts
 * from 1.
 */
function afterFailure({ final, stored, outage, waitSeconds }: Failed, receiveCount: number): Disposition {
  if (final) return { kind: 'acknowledge' }
  const delaySeconds = wholeSeconds(waitSeconds)
  return (stored || outage) && receiveCount > 1
    ? { kind: 'send-again', delaySeconds }
    : { kind: 'redeliver', delaySeconds }
}

type Failed = Extract<Outcome, { kind: 'failed' }>

const wholeSeconds = (seconds: number) => Math.max(0, Math.ceil(seconds))
