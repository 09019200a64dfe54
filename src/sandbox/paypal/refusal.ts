import type { Fields } from './paypal-object.ts'

/** An error that PayPal answers with. Thrown where it is noticed; the server answers with it and a debug id. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly body: Fields
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: Fields, headers: Readonly<Record<string, string>> = {}) {
    super(String(body.name ?? body.error))
    this.status = status
    this.body = body
    this.headers = headers
  }
}

interface Detail {
  readonly issue: string
  readonly field?: string
  readonly value?: string
  readonly location?: 'body' | 'path' | 'query'
  readonly description?: string
}

const refusal = (status: number, name: string, message: string, details: readonly Detail[] = [], more: Fields = {}) =>
  new Refusal(status, { name, message, details, links: [], ...more })

const malformed = 'Request is not well-formed, syntactically incorrect, or violates schema.'

export const badRequest = (detail: Detail) => refusal(400, 'INVALID_REQUEST', malformed, [detail])

export const missingParameter = (field: string, location: 'body' | 'query' = 'query') =>
  badRequest({
    field,
    location,
    issue: 'MISSING_REQUIRED_PARAMETER',
    description: 'A required field is missing.',
  })

/** For a start outside of the three years, and for one in the hours that Transaction Search does not have yet. */
export const dataNotAvailable = (status: 400 | 404 = 400) =>
  refusal(status, 'INVALID_REQUEST', 'Data for the given start date is not available.')

export const resultSetTooLarge = (total: number, maximum: number) =>
  refusal(
    400,
    'RESULTSET_TOO_LARGE',
    'Result set size is greater than the maximum limit. Change the filter criteria and try again.',
    [],
    { total_items: total, maximum_items: maximum },
  )

export const invalidClient = () =>
  new Refusal(401, { error: 'invalid_client', error_description: 'Client Authentication failed' })

export const unsupportedGrant = () =>
  new Refusal(400, { error: 'unsupported_grant_type', error_description: 'Grant Type is NULL' })

/** Without a token at all. */
export const unauthorized = () =>
  refusal(
    401,
    'AUTHENTICATION_FAILURE',
    'Authentication failed due to missing authorization header, or invalid authentication credentials.',
  )

/** With a token that has expired. */
export const expiredToken = () => refusal(401, 'INVALID_TOKEN', 'Invalid access token.')

/** With a token that PayPal does not know (any more), in the form of OAuth. */
export const unknownToken = () =>
  new Refusal(401, {
    error: 'invalid_token',
    error_description: 'The token passed in was not found in the system',
  })

export const notAuthorized = () =>
  refusal(403, 'NOT_AUTHORIZED', 'Authorization failed due to insufficient permissions.', [
    {
      issue: 'PERMISSION_DENIED',
      description: 'You do not have permission to access or perform operations on this resource.',
    },
  ])

export const notFound = (location?: 'path') =>
  refusal(404, 'RESOURCE_NOT_FOUND', 'The specified resource does not exist.', [
    {
      issue: 'INVALID_RESOURCE_ID',
      ...(location ? { location } : {}),
      description: 'Specified resource ID does not exist. Please check the resource ID and try again.',
    },
  ])

export const rateLimited = (retryAfter?: number) =>
  new Refusal(
    429,
    { name: 'RATE_LIMIT_REACHED', message: 'Too many requests. Blocked due to rate limiting.', details: [], links: [] },
    retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  )

export const internalError = () => new Refusal(500, { name: 'INTERNAL_SERVER_ERROR', message: internal, links: [] })
const internal = 'An internal server error occurred.'

export const serviceUnavailable = () =>
  new Refusal(503, { name: 'SERVICE_UNAVAILABLE', message: 'Service Unavailable.', links: [] })

/** What the specification has and the sandbox has not: a client must not take the answer for a filtered list. */
export const notImplemented = (field: string) =>
  new Refusal(501, { name: 'NOT_IMPLEMENTED', message: `The sandbox does not know what \`${field}\` does.` })

/** A mistake in the sandbox itself. */
export const ownFailure = (error: unknown) =>
  new Refusal(500, { name: 'INTERNAL_SERVER_ERROR', message: `The sandbox itself failed: ${String(error)}` })
