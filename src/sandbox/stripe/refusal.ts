import type { ExceededLimit } from '../server/limits.ts'

/** The `error` object of a Stripe answer. */
export interface ErrorBody {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly param?: string
  readonly doc_url?: string
}

/** The values of the header `Stripe-Rate-Limited-Reason`. */
export type LimitReason = ExceededLimit | 'resource-specific'

/** An error that Stripe answers with. Thrown where it is noticed; the server answers with it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly body: ErrorBody
  /** Besides the headers of every answer. An empty header removes one of those. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: Omit<ErrorBody, 'type'> & { type?: string }, headers: Record<string, string> = {}) {
    super(body.message)
    this.status = status
    this.body = {
      type: status >= 500 ? 'api_error' : 'invalid_request_error',
      ...(body.code ? { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` } : {}),
      ...body,
    }
    this.headers = headers
  }
}

export const badParameter = (param: string, message: string, code?: string) =>
  new Refusal(400, { message, param, ...(code ? { code } : {}) })

export const unknownParameter = (param: string) =>
  badParameter(param, `Received unknown parameter: ${param}`, 'parameter_unknown')

export const missingParameter = (param: string) =>
  badParameter(param, `Missing required param: ${param}.`, 'parameter_missing')

export const missing = (status: 400 | 404, object: string, id: string, param: string) =>
  new Refusal(status, { code: 'resource_missing', message: `No such ${object}: '${id}'`, param })

export const unknownUrl = (method: string, path: string) =>
  new Refusal(404, {
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  })

export const rateLimited = (reason: LimitReason, retryAfter?: number) =>
  new Refusal(
    429,
    {
      code: 'rate_limit',
      message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    },
    { 'Stripe-Rate-Limited-Reason': reason, ...retryAfterHeader(retryAfter) },
  )

/** A 429 that no limiter sent: it has no reason and, as Stripe documents, no request id. */
export const lockTimeout = (retryAfter?: number) =>
  new Refusal(
    429,
    {
      code: 'lock_timeout',
      message:
        'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.',
    },
    { 'Stripe-Should-Retry': 'true', 'Request-Id': '', ...retryAfterHeader(retryAfter) },
  )

export const invalidKey = (key: string) =>
  new Refusal(
    401,
    { message: `Invalid API Key provided: ${masked(key)}` },
    { 'WWW-Authenticate': 'Basic realm="Stripe"' },
  )

export const accountInvalid = (key: string, account: string) =>
  new Refusal(403, {
    code: 'account_invalid',
    message: `The provided key '${masked(key)}' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
  })

export const missingScope = (key: string, permission: string) =>
  new Refusal(403, {
    message: `The provided key '${masked(key)}' does not have the required permissions for this endpoint on account 'acct_sandbox'. Having the 'rak_${permission}_read' permission would allow this request to continue.`,
  })

export const noSuchCursor = () => badParameter('starting_after', "No such object: 'obj_deleted'")

export const notEnabled = (code?: string) =>
  new Refusal(400, {
    ...(code ? { code } : {}),
    message:
      'Your account is not set up to use Issuing. Please visit https://dashboard.stripe.com/issuing/overview to get started.',
  })

/** A key as Stripe echoes it: its kind and its last four characters. */
function masked(key: string): string {
  const kind = key.match(/^[a-z]+_(live|test)_/)?.[0] ?? ''
  const rest = key.slice(kind.length)
  return kind + '*'.repeat(Math.max(rest.length - 4, 4)) + rest.slice(-4)
}

const retryAfterHeader = (seconds?: number) => (seconds === undefined ? {} : { 'Retry-After': String(seconds) })
