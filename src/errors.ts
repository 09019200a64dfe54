import type { ErrorCode } from './error-codes/error-codes.ts'

/**
 * What the worker does about an error, decided where the error is understood and nowhere else.
 *
 * - `retry`: may work later; the message is redelivered after back-off, until `Worker.MaxRetries`.
 * - `reject`: will never work as asked. `scope` says what is given up. Without a smaller scope the job is `failed` and the
 *   message acknowledged.
 * - `unreadable`: there is no job to blame; the message is copied to the dead-letter queue.
 * - `busy`: another job of the account is running; the message is sent again once its lease may be over.
 * - `fenced`: another worker holds the job now; nothing of this delivery may be written.
 */
export type Verdict = 'retry' | 'reject' | 'unreadable' | 'busy' | 'fenced'

/** From the smallest to the largest. */
const scopes = ['object', 'page', 'resource', 'account', 'provider'] as const

/**
 * What a provider's error concerns. Only the scope decides how much a refusal gives up.
 *
 * - `object`: one object; it is stored in `sync_rejects` and the others go on.
 * - `page`: the page as it was requested; it is requested again in another way: without a cursor, or smaller.
 * - `resource`: the whole list; it is skipped if nothing of it has been read, and read again later otherwise.
 * - `account`: everything that the key reads.
 * - `provider`: every account.
 */
export type Scope = (typeof scopes)[number]

/** Which ceiling a provider said was hit, so that the limiter lowers the right one. */
export interface LimitHit {
  readonly scope: 'account' | 'endpoint'
  readonly kind: 'rate' | 'concurrency'
}

interface Details {
  readonly cause?: unknown
  /** Milliseconds the other side asked us to wait. Clamped by whoever waits. */
  readonly retryAfter?: number
  readonly limit?: LimitHit
  /** Absent for an error that no call to a provider had. */
  readonly scope?: Scope
}

/** The code of a failure that means: the answer was more than is read of one; fewer items may fit. */
export const answerTooLarge = 'answer_too_large'

/** The code of a refusal of a window that has more items than the API gives. The core reads it in halves. */
export const windowTooLarge = 'window_too_large'

/** The code of a list that has changed between two of its pages, so that these may lack items. */
export const listChanged = 'list_changed'

/** The one error of this code base. `code` is stable and for machines, `message` is `subject: what happened`. */
export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly verdict: Verdict
  readonly code: ErrorCode
  readonly retryAfter: number | undefined
  readonly limit: LimitHit | undefined
  readonly scope: Scope | null

  constructor(verdict: Verdict, code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause })
    this.verdict = verdict
    this.code = code
    this.retryAfter = details.retryAfter
    this.limit = details.limit
    this.scope = details.scope ?? null
  }
}

/** The same error, whose wait has so many milliseconds left. */
export function withRetryAfter(error: SyncError, retryAfter: number): SyncError {
  const { verdict, code, message, cause, limit, scope } = error
  const details = { cause, retryAfter, ...(limit && { limit }), ...(scope && { scope }) }
  return new SyncError(verdict, code, message, details)
}

/** Whether a provider has refused a call in a way that concerns no more than `most`. */
export function isRefused(error: unknown, most: Scope): error is SyncError {
  if (!(error instanceof SyncError) || error.verdict !== 'reject' || error.scope === null) return false
  return scopes.indexOf(error.scope) <= scopes.indexOf(most)
}

/** The host of a connection that was not made, by the system's error or its causes: `db.internal`, `10.0.0.7:5432`. */
export function unreachedHost(error: unknown, depth = 0): string | undefined {
  // A host with several addresses has an error for each.
  const [first = error] = error instanceof AggregateError ? error.errors : []
  if (!(first instanceof Error) || depth > 5) return undefined
  if ('hostname' in first && typeof first.hostname === 'string') return first.hostname
  if (!('address' in first) || typeof first.address !== 'string') return unreachedHost(first.cause, depth + 1)
  const host = first.address.includes(':') ? `[${first.address}]` : first.address
  return 'port' in first && typeof first.port === 'number' ? `${host}:${first.port}` : host
}

/** Any thrown thing as a SyncError: what nobody understood is a bug, worth another try and a loud code. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error
  const name = error instanceof Error ? error.name : typeof error
  const message = `worker: it failed with an error that it does not expect (${name}). Report a bug with the line of the log, which has its cause.`
  return new SyncError('retry', 'internal', message, { cause: error })
}
