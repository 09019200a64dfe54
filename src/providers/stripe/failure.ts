import Stripe from 'stripe'
import type { ErrorCode } from '../../error-codes/error-codes.ts'
import { type LimitHit, SyncError } from '../../errors.ts'
import { redactSecrets } from '../../log/redact.ts'
import { keyRefused } from '../../provider/contract.ts'

/** What a Stripe-Rate-Limited-Reason says; docs.stripe.com/rate-limits. */
const limits: ReadonlyMap<string, LimitHit> = new Map([
  ['global-rate', { scope: 'account', of: 'rate' }],
  ['endpoint-rate', { scope: 'endpoint', of: 'rate' }],
  ['global-concurrency', { scope: 'account', of: 'concurrency' }],
  ['endpoint-concurrency', { scope: 'endpoint', of: 'concurrency' }],
  ['resource-specific', { scope: 'endpoint', of: 'rate' }],
])

/** Reads the SDK's errors by type, status and code, never by message; messages may echo the key and are not passed on. */
export function failure(error: unknown): SyncError {
  if (error instanceof SyncError) return error
  // Ours, in the SDK's wrapping: the host was refused.
  if (error instanceof Stripe.errors.StripeConnectionError && error.detail instanceof SyncError) return error.detail
  if (!(error instanceof Stripe.errors.StripeError))
    return new SyncError('retry', 'provider_response', 'stripe: the answer cannot be read')
  const headers: Readonly<Record<string, string | undefined>> = error.headers ?? {}
  const [code, param, request] = [error.code, error.param, error.requestId].map(named)
  const where = [error.statusCode, code, param && `parameter ${param}`, request].filter(Boolean).join(', ')
  const retry = (code: ErrorCode, what: string, limit?: LimitHit) => {
    const retryAfter = waitAsked(headers)
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
      return skip('not_found', 'there is no such thing')
    case 409:
      return retry('provider_busy', 'the object is locked')
    case 429:
      return retry('rate_limited', 'too many requests', limitHit(headers['stripe-rate-limited-reason']))
  }
  if (headers['stripe-should-retry'] === 'true') return retry('provider_busy', 'asks to try again')
  if (error instanceof Stripe.errors.StripeConnectionError) return retry('provider_unreachable', 'no complete answer')
  // The SDK gives an answer that is not JSON no status at all.
  if (error.statusCode === undefined || error.statusCode >= 500 || error.statusCode < 400)
    return retry('provider_unavailable', 'fails')
  // «Your account is not set up to use …» has neither a code nor a parameter.
  if (error.statusCode === 400 && !error.code && !error.param)
    return skip('not_available', 'the account does not have this')
  return reject('provider_refused', 'refuses the request')
}

/** A name the answer gives, where it is one: whoever answers can put anything there, the key too. */
function named(text: unknown): string | undefined {
  return typeof text === 'string' && /^[\w.[\]-]{1,100}$/.test(text) && redactSecrets(text) === text ? text : undefined
}

/** Without a reason it is no limiter (a lock, say); with one that is new, at least this endpoint is to slow down. */
function limitHit(reason: string | undefined): LimitHit | undefined {
  return reason === undefined ? undefined : (limits.get(reason) ?? { scope: 'endpoint', of: 'rate' })
}

/** Retry-After as milliseconds: seconds, or a date measured against the answer's own. */
function waitAsked(headers: Readonly<Record<string, string | undefined>>): number | undefined {
  const asked = headers['retry-after']
  if (asked === undefined) return undefined
  const ms = /^\s*-?\d+(\.\d+)?\s*$/.test(asked)
    ? Number(asked) * 1_000
    : Date.parse(asked) - Date.parse(headers.date ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
