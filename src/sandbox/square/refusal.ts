/** One of the errors in an answer. */
export interface SquareError {
  readonly category: string
  readonly code: string
  readonly detail: string
  /** The field of the request that is wrong: `query.filter.created_at.start_at`. */
  readonly field?: string
}

/** An error that Square answers with. Thrown where it is noticed; the server answers with it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly errors: readonly SquareError[]
  /** Besides the headers of every answer. An empty header removes one of those. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, error: SquareError, headers: Record<string, string> = {}) {
    super(error.detail)
    this.status = status
    this.errors = [error]
    this.headers = headers
  }
}

export const badRequest = (code: string, detail: string, field?: string) =>
  new Refusal(400, { category: 'INVALID_REQUEST_ERROR', code, detail, ...(field ? { field } : {}) })

export const missingField = (field: string) =>
  badRequest('MISSING_REQUIRED_PARAMETER', `Missing required parameter \`${field}\`.`, field)

export const invalidCursor = () => badRequest('INVALID_CURSOR', 'The cursor is invalid or has expired.', 'cursor')

export const notFound = (what: string, id: string) =>
  new Refusal(404, {
    category: 'INVALID_REQUEST_ERROR',
    code: 'NOT_FOUND',
    detail: `${what} with ID \`${id}\` not found.`,
  })

export const unknownResource = () =>
  new Refusal(404, { category: 'INVALID_REQUEST_ERROR', code: 'NOT_FOUND', detail: 'Resource not found.' })

/** What the specification has and the sandbox has not: a client must not take the answer for a filtered list. */
export const notImplemented = (field: string) =>
  new Refusal(501, {
    category: 'API_ERROR',
    code: 'NOT_IMPLEMENTED',
    detail: `The sandbox does not know what \`${field}\` does.`,
    field,
  })

export const unauthorized = (code = 'UNAUTHORIZED') =>
  new Refusal(401, { category: 'AUTHENTICATION_ERROR', code, detail: unauthorizedDetails[code] ?? 'Not authorized.' })

const unauthorizedDetails: Readonly<Record<string, string>> = {
  UNAUTHORIZED: 'This request could not be authorized.',
  ACCESS_TOKEN_EXPIRED: 'The provided access token is expired.',
  ACCESS_TOKEN_REVOKED: 'The provided access token is revoked.',
}

export const insufficientScopes = (scope: string) =>
  new Refusal(403, {
    category: 'AUTHENTICATION_ERROR',
    code: 'INSUFFICIENT_SCOPES',
    detail: `The merchant has not given your application sufficient permissions to do that. The merchant must authorize your application for the following scopes: ${scope}`,
  })

export const rateLimited = (retryAfter?: number) =>
  new Refusal(
    429,
    {
      category: 'RATE_LIMIT_ERROR',
      code: 'RATE_LIMITED',
      detail: 'Application is rate limited, please try again in a few minutes.',
    },
    retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  )

export const internalError = (detail = 'An internal error has occurred.') =>
  new Refusal(500, { category: 'API_ERROR', code: 'INTERNAL_SERVER_ERROR', detail })
