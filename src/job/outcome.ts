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
  /** `final`: the row says `failed`; otherwise `retrying`, after `waitSeconds`. `stored`: the row counts the attempt. */
  | {
      readonly kind: 'failed'
      readonly error: SyncError
      readonly final: boolean
      readonly waitSeconds: number
      readonly stored?: true
    }
  /** There is no job to blame. */
  | { readonly kind: 'unreadable'; readonly error: SyncError }

/** What happens to the message. */
export type Disposition =
  | { readonly kind: 'acknowledge' }
  /** Send the job again, then acknowledge; redeliver when the send fails. */
  | { readonly kind: 'send-again'; readonly delaySeconds: number }
  /** Hide the message for a while and return it as failed. */
  | { readonly kind: 'redeliver'; readonly delaySeconds: number }
  /** Copy it to the dead-letter queue with the reason, then acknowledge; redeliver when the copy fails. */
  | { readonly kind: 'bury'; readonly code: string; readonly reason: string }

/** SQS delays a message by 15 minutes at most. */
const longestDelay = 900

export function disposition(outcome: Outcome): Disposition {
  switch (outcome.kind) {
    case 'completed':
    case 'finished':
      return { kind: 'acknowledge' }
    case 'paused':
      return { kind: 'send-again', delaySeconds: 0 }
    case 'busy':
      return { kind: 'send-again', delaySeconds: bounded(outcome.waitSeconds) }
    case 'failed':
      return outcome.final ? { kind: 'acknowledge' } : { kind: 'redeliver', delaySeconds: bounded(outcome.waitSeconds) }
    case 'unreadable':
      return { kind: 'bury', code: outcome.error.code, reason: outcome.error.message }
  }
}

const bounded = (seconds: number) => Math.min(longestDelay, Math.max(0, Math.ceil(seconds)))
