import Stripe from 'stripe'
import type { ErrorCode } from '../../error-codes/error-codes.ts'
import { type LimitHit, SyncError } from '../../errors.ts'
import { redactSecrets } from '../../log/redact.ts'
import { keyRefused } from '../../provider/contract.ts'
import type { StripeConnection } from './connection.ts'
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
export function failure(error: unknown, { keyName, id }: Pick<StripeConnection, 'keyName' | 'id'>): SyncError {
  if (error instanceof SyncError) return error
  // The worker's own error inside the SDK's: the host was refused.
  if (error instanceof Stripe.errors.StripeConnectionError && error.detail instanceof SyncError) return error.detail
  if (!(error instanceof Stripe.errors.StripeError)) return unusable('cannot be read')
  const headers: Readonly<Record<string, string | undefined>> = error.headers ?? {}
  const [code, param, request, cause] = [error.code, error.param, error.requestId, causeCode(error.detail)].map(named)
  const where = [error.statusCode, code, param && `parameter ${param}`, request, cause].filter(Boolean).join(', ')
  const sentence = (what: string, advice?: string) =>
    `stripe: ${what} (${where || error.type})${advice ? `. ${advice}` : ''}`
  const retry = (code: ErrorCode, what: string, { advice, limit }: RetryDetails = {}) => {
    const retryAfter = retryAfterMs(headers)
    return new SyncError('retry', code, sentence(what, advice), {
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(limit ? { limit } : {}),
    })
  }
  const reject = (code: ErrorCode, what: string, advice: string) =>
    new SyncError('reject', code, sentence(what, advice))
  const skip = (code: ErrorCode, what: string, advice?: string) => new SyncError('skip', code, sentence(what, advice))

  if (error.code === 'resource_missing' && error.param === 'starting_after')
    return new SyncError('retry', 'cursor_gone', `stripe: the object a page was to follow is gone (${where})`, {
      cursorGone: true,
    })
  if (error.code === 'account_invalid')
    return reject(
      'account_invalid',
      `${keyName} has no access to the account${id ? ` ${id}` : ''}, which may have revoked it`,
      'Let the account connect again, then send a new jobId.',
    )
  switch (error.statusCode) {
    case 401:
      return reject(keyRefused, `${keyName} is not accepted`, 'Put a valid key there, then send a new jobId.')
    case 403:
      return skip('permission_denied', `${keyName} may not read this`, 'Give the key the permission to read it.')
    case 404:
      return skip('not_found', 'the object does not exist')
    case 409:
      return retry('provider_busy', 'the object is locked')
    case 429:
      return retry('rate_limited', 'too many requests', {
        advice: 'If it goes on, lower Stripe.RequestsPerSecond.',
        ...limitHit(headers['stripe-rate-limited-reason']),
      })
  }
  if (headers['stripe-should-retry'] === 'true') return retry('provider_busy', 'Stripe asked for a retry')
  if (error instanceof Stripe.errors.StripeConnectionError)
    return retry('provider_unreachable', 'the connection ended before a complete answer', {
      advice: 'If it goes on, check the network of the worker.',
    })
  // The SDK sets no status for an answer that is not JSON.
  if (error.statusCode === undefined)
    return retry('provider_unavailable', 'Stripe failed with an answer that is not JSON', { advice: ifStripeStaysDown })
  if (error.statusCode >= 500 || error.statusCode < 400)
    return retry('provider_unavailable', 'Stripe failed', { advice: ifStripeStaysDown })
  // «Your account is not set up to use …» has neither a code nor a parameter.
  if (error.statusCode === 400 && !error.code && !error.param)
    return skip('not_available', 'the account does not have this feature')
  return reject('provider_refused', 'Stripe refused the request', 'Report a bug with these codes.')
}

interface RetryDetails {
  readonly advice?: string
  readonly limit?: LimitHit
}

const ifStripeStaysDown = 'If it goes on, look at status.stripe.com.'

/** The system's code of a broken connection: `ENOTFOUND`, `ECONNRESET`. StripeHttp hides it in a cause from the SDK. */
function causeCode(detail: unknown): unknown {
  const cause = detail instanceof Error ? (detail.cause ?? detail) : undefined
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}

/** A name from the answer; undefined if it does not look like a name. The answer may contain anything, even the key. */
function named(text: unknown): string | undefined {
  return typeof text === 'string' && /^[\w.[\]-]{1,100}$/.test(text) && redactSecrets(text) === text ? text : undefined
}

/** Without a reason no limit was hit, but a lock, for example. An unknown reason counts as the endpoint's rate. */
function limitHit(reason: string | undefined): { readonly limit?: LimitHit } {
  return reason === undefined ? {} : { limit: limits.get(reason) ?? { scope: 'endpoint', of: 'rate' } }
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
