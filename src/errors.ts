import type { ErrorCode } from './error-codes/error-codes.ts'

/**
 * What the worker does about an error, decided where the error is understood and nowhere else.
 *
 * - `retry`: may work later; the message is redelivered after back-off, until `Worker.MaxRetries`.
 * - `reject`: will never work as asked; the job is `failed`, the message acknowledged.
 * - `skip`: this resource cannot be read with this key or account; the others go on and the result names it.
 * - `unreadable`: there is no job to blame; the message is copied to the dead-letter queue.
 * - `fenced`: another worker holds the job now; nothing of this delivery may be written.
 */
export type Verdict = 'retry' | 'reject' | 'skip' | 'unreadable' | 'fenced'

/** Which ceiling a provider said was hit, so that the limiter lowers the right one. */
export interface LimitHit {
  readonly scope: 'account' | 'endpoint'
  readonly of: 'rate' | 'concurrency'
}

interface Details {
  readonly cause?: unknown
  /** Milliseconds the other side asked us to wait. Clamped by whoever waits. */
  readonly retryAfter?: number
  readonly limit?: LimitHit
  /** The cursor of a list call points at something that is gone: read the slice again from its last safe bound. */
  readonly cursorGone?: boolean
}

/** The code of a failure that means: the answer was more than is read of one; fewer items may fit. */
export const answerTooLarge = 'answer_too_large'

/** The one error of this code base. `code` is stable and for machines, `message` is `subject: what happened`. */
export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly verdict: Verdict
  readonly code: ErrorCode
  readonly retryAfter: number | undefined
  readonly limit: LimitHit | undefined
  readonly cursorGone: boolean

  constructor(verdict: Verdict, code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause })
    this.verdict = verdict
    this.code = code
    this.retryAfter = details.retryAfter
    this.limit = details.limit
    this.cursorGone = details.cursorGone ?? false
  }
}

/** Any thrown thing as a SyncError: what nobody understood is a bug, worth another try and a loud code. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error
  return new SyncError('retry', 'internal', 'worker: unexpected error', { cause: error })
}
