import Stripe from 'stripe'
import type { ErrorCode } from '../../error-codes/error-codes.ts'
import { type LimitHit, SyncError } from '../../errors.ts'
import { redactSecrets } from '../../log/redact.ts'
import { keyRefused } from '../../provider/contract.ts'
import { unusable } from './connection.ts'

/** The limits by their Stripe-Rate-Limited-Reason; docs.stripe.com/rate-limits. */
const limits: ReadonlyMap<string, LimitHit> = new Map([
  ['global-rate', { scope: 'account', of: 'rate' }],
  ['endpoint-rate', { scope: 'endpoint', of: 'rate' }],
  ['global-concurrency', { scope: 'account', of: 'concurrency' }],
  ['endpoint-concurrency', { scope: 'endpoint', of: 'concurrency' }],
  ['resource-specific', { scope: 'endpoint', of: 'rate' }],
])

/**
 * Reads the SDK's errors by type, status and code, never by message; messages may echo the key and are not passed on.
 */
export function failure(error: unknown): SyncError {
  if (error instanceof SyncError) return error
  // The worker's own error inside the SDK's: the host was refused.
  if (error instanceof Stripe.errors.StripeConnectionError && error.detail instanceof SyncError) return error.detail
  if (!(error instanceof Stripe.errors.StripeError)) return unusable('cannot be read')
  const headers: Readonly<Record<string, string | undefined>> = error.headers ?? {}
  const [code, param, request, cause] = [error.code, error.param, error.requestId, causeCode(error.detail)].map(named)
  const where = [error.statusCode, code, param && `parameter ${param}`, request, cause].filter(Boolean).join(', ')
  const retry = (code: ErrorCode, what: string, limit?: LimitHit) => {
    const retryAfter = retryAfterMs(headers)
    return new SyncError('retry', code, `stripe: ${what} (${where || error.type})`, {
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(limit ? { limit } : {}),
    })
  }
  const reject = (code: ErrorCode, what: string) => new SyncError('reject', code, `stripe: ${what} (${where})`)

  const skip = (code: ErrorCode, what: string) => new SyncError('skip', code, `stripe: ${what} (${where})`)

  if (error.code === 'resource_missing' && error.param === 'starting_after')
    return new SyncError('retry', 'cursor_gone', `stripe: the object a page was to follow is gone (${where})`, {
      cursorGone: true,
    })
  if (error.code === 'account_invalid')
    return reject('account_invalid', 'the key has no access to the account; it may have been revoked')
  switch (error.statusCode) {
    case 401:
      return reject(keyRefused, 'the key is not accepted')
    case 403:
      return skip('permission_denied', 'the key may not read this')
    case 404:
      return skip('not_found', 'the object does not exist')
    case 409:
      return retry('provider_busy', 'the object is locked')
    case 429:
      return retry('rate_limited', 'too many requests', limitHit(headers['stripe-rate-limited-reason']))
  }
  if (headers['stripe-should-retry'] === 'true') return retry('provider_busy', 'Stripe asked for a retry')
  if (error instanceof Stripe.errors.StripeConnectionError)
    return retry('provider_unreachable', 'the connection ended before a complete answer')
  // The SDK sets no status for an answer that is not JSON.
  if (error.statusCode === undefined || error.statusCode >= 500 || error.statusCode < 400)
    return retry('provider_unavailable', 'Stripe failed')
  // «Your account is not set up to use …» has neither a code nor a parameter.
  if (error.statusCode === 400 && !error.code && !error.param)
    return skip('not_available', 'the account does not have this feature')
  return reject('provider_refused', 'Stripe refused the request')
}

/** The system's code of a broken connection: `ENOTFOUND`, `ECONNRESET`. */
function causeCode(detail: unknown): unknown {
  return detail instanceof Error && 'code' in detail ? detail.code : undefined
}

/** A name from the answer; undefined if it does not look like a name. The answer may contain anything, even the key. */
function named(text: unknown): string | undefined {
  return typeof text === 'string' && /^[\w.[\]-]{1,100}$/.test(text) && redactSecrets(text) === text ? text : undefined
}

/** Without a reason no limit was hit, but a lock, for example. An unknown reason counts as the endpoint's rate. */
function limitHit(reason: string | undefined): LimitHit | undefined {
  return reason === undefined ? undefined : (limits.get(reason) ?? { scope: 'endpoint', of: 'rate' })
}

/** Retry-After in milliseconds. The header has seconds, or a date that is compared with the answer's date. */
function retryAfterMs(headers: Readonly<Record<string, string | undefined>>): number | undefined {
  const retryAfter = headers['retry-after']
  if (retryAfter === undefined) return undefined
  const ms = /^\s*-?\d+(\.\d+)?\s*$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.parse(headers.date ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
