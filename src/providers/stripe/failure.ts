import Stripe from 'stripe'
import type { ErrorCode } from '../../error-codes/error-codes.ts'
import { type LimitHit, type Scope, SyncError } from '../../errors.ts'
import { causeCode, unanswered } from '../../http/exchange.ts'
import { retryAfterMs } from '../../http/retry-after.ts'
import { redactSecrets } from '../../log/redact.ts'
import { keyRefused } from '../../provider/contract.ts'
import { isProviderFault, refusalOf } from '../../provider/failures.ts'
import { joinSentences } from '../../provider/sentences.ts'
import type { StripeConnection } from './connection.ts'
import { unusable } from './connection.ts'
import { missingPermissions } from './permissions.ts'

/** The limits by their Stripe-Rate-Limited-Reason; docs.stripe.com/rate-limits. */
const limits: ReadonlyMap<string, LimitHit> = new Map([
  ['global-rate', { scope: 'account', kind: 'rate' }],
  ['endpoint-rate', { scope: 'endpoint', kind: 'rate' }],
  ['global-concurrency', { scope: 'account', kind: 'concurrency' }],
  ['endpoint-concurrency', { scope: 'endpoint', kind: 'concurrency' }],
  ['resource-specific', { scope: 'endpoint', kind: 'rate' }],
])

/**
 * Reads the SDK's errors by type, status, code and parameter, never by message. The provider's own sentence is repeated
 * for people, without what looks secret.
 */
export function failure(error: unknown, connection: Pick<StripeConnection, 'keyName' | 'id' | 'quote'>): SyncError {
  if (error instanceof SyncError) return error
  // The worker's own error inside the SDK's: the host was refused.
  if (error instanceof Stripe.errors.StripeConnectionError && error.detail instanceof SyncError) return error.detail
  if (!(error instanceof Stripe.errors.StripeError)) return unusable('cannot be read')
  const headers: Readonly<Record<string, string | undefined>> = error.headers ?? {}
  const where = placeOf(error)
  const retry = (code: ErrorCode, what: string, { advice, limit, scope = 'provider' }: RetryDetails = {}) => {
    const retryAfter = retryAfterMs(headers)
    return new SyncError('retry', code, joinSentences([`stripe: ${what} (${where})`, advice]), {
      scope,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(limit ? { limit } : {}),
    })
  }
  if (error.statusCode === 401 || error.code === 'account_invalid') return keyFailure(error, connection)
  if (error.statusCode === 409)
    return retry('provider_busy', 'the object is locked', {
      advice: 'If it goes on, look for another program that works on it.',
      scope: 'object',
    })
  if (error.statusCode === 429)
    return retry('rate_limited', 'too many requests', {
      advice: 'If it goes on, lower Stripe.RequestsPerSecond.',
      ...limitHit(headers['stripe-rate-limited-reason']),
    })
  if (headers['stripe-should-retry'] === 'true')
    return retry('provider_busy', 'Stripe asked for a retry', { advice: ifStripeStaysDown })
  if (error instanceof Stripe.errors.StripeConnectionError)
    return retry('provider_unreachable', unanswered(error.detail), {
      advice: 'If it goes on, check the network of the worker.',
    })
  // The SDK sets no status for an answer that is not JSON.
  if (error.statusCode === undefined)
    return retry('provider_unavailable', 'Stripe failed with an answer that is not JSON', { advice: ifStripeStaysDown })
  if (isProviderFault(error.statusCode))
    return retry('provider_unavailable', 'Stripe failed', { advice: ifStripeStaysDown })
  return refusal(error, connection)
}

/** A refusal of the key, and so of everything. The sentence is left out, because it repeats the key. */
function keyFailure(error: StripeError, { keyName, id }: Pick<StripeConnection, 'keyName' | 'id'>): SyncError {
  const reject = (code: ErrorCode, what: string, advice: string) =>
    new SyncError('reject', code, `stripe: ${what} (${placeOf(error)}). ${advice}`, { scope: 'account' })
  return error.statusCode === 401
    ? reject(keyRefused, `${keyName} is not accepted`, 'Put a valid key there, then send a new jobId.')
    : reject(
        'account_invalid',
        `${keyName} has no access to the account${id ? ` ${id}` : ''}, which may have revoked it`,
        'Let the account connect again, then send a new jobId.',
      )
}

/** A refusal of one request. The core knows what the request was about, and gives up no more than that. */
function refusal(error: StripeError, { keyName, quote }: Pick<StripeConnection, 'keyName' | 'quote'>): SyncError {
  const refused = { place: placeOf(error), sentence: quote(error.message) }
  const refuse = refusalOf({ name: 'stripe', title: 'Stripe' }, refused)
  const { statusCode: status, code, param } = error
  // With or without the code `resource_missing`.
  if (param === 'starting_after' && (status === 400 || status === 404))
    return refuse(
      'page',
      'cursor_gone',
      'the object that a page follows was deleted',
      'The worker reads that part again.',
    )
  if (code === 'resource_missing' || code === 'not_found')
    return refuse('object', 'not_found', 'the object does not exist', 'If it should, check the account of the key.')
  if (status === 403) {
    const names = missingPermissions(error.message)
    const advice = `Give the key the permission ${names.length > 0 ? names.join(', ') : 'to read it'}.`
    return refuse('resource', 'permission_denied', `${keyName} may not read this`, advice)
  }
  if (status === 404)
    return refuse('resource', 'not_found', 'the address does not exist', `Check Stripe.ApiBase, or ${leaveOutAdvice}`)
  // «Your account is not set up to use …» mostly has neither a code nor a parameter.
  if (status === 400 && !code && !param)
    return refuse(
      'resource',
      'not_available',
      'Stripe refused the request',
      `Set the account up for it, or ${leaveOutAdvice}`,
    )
  const advice = `Look it up at docs.stripe.com/error-codes, or ${leaveOutAdvice}`
  return refuse('resource', 'provider_refused', 'Stripe refused the request', advice)
}

type StripeError = InstanceType<typeof Stripe.errors.StripeError>

/** Status, code, parameter and request id, for the documentation and the support of Stripe. */
function placeOf(error: StripeError): string {
  const [code, param, request, cause] = [error.code, error.param, error.requestId, causeCode(error.detail)].map(named)
  const parts = [error.statusCode, code, param && `parameter ${param}`, request, cause].filter(Boolean)
  return parts.join(', ') || error.type
}

interface RetryDetails {
  readonly advice?: string
  readonly limit?: LimitHit
  readonly scope?: Scope
}

const leaveOutAdvice = 'leave the resource out of additionalData.resources.'

const ifStripeStaysDown = 'If it goes on, look at status.stripe.com.'

/** A name from the answer; undefined if it does not look like a name. The answer may contain anything, even the key. */
function named(text: unknown): string | undefined {
  return typeof text === 'string' && /^[\w.[\]-]{1,100}$/.test(text) && redactSecrets(text) === text ? text : undefined
}

/** Without a reason no limit was hit, but a lock, for example. An unknown reason counts as the endpoint's rate. */
function limitHit(reason: string | undefined): Pick<RetryDetails, 'limit' | 'scope'> {
  if (reason === undefined) return { scope: 'object' }
  const limit = limits.get(reason) ?? { scope: 'endpoint', kind: 'rate' }
  return { limit, scope: limit.scope === 'account' ? 'account' : 'resource' }
}
