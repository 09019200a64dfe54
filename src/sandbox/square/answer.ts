import { type HttpAnswer, json, proxyAnswer } from '../server/answer.ts'
import type { Failure } from './failure.ts'
import { insufficientScopes, internalError, invalidCursor, Refusal, rateLimited, unauthorized } from './refusal.ts'

export const objectAnswer = (value: unknown): HttpAnswer => ({
  status: 200,
  headers: json,
  body: JSON.stringify(value),
})

/** Any error that is not a refusal is a mistake in the sandbox itself. */
export function refusalAnswer(error: unknown): HttpAnswer {
  const refusal = error instanceof Refusal ? error : internalError(`The sandbox itself failed: ${String(error)}`)
  return {
    status: refusal.status,
    headers: { ...json, ...refusal.headers },
    body: JSON.stringify({ errors: refusal.errors }),
  }
}

/** The answer of a failure that replaces the real answer; undefined for the other failures. */
export function failureAnswer(failure: Failure, scope: string): HttpAnswer | undefined {
  switch (failure.kind) {
    case 'error': {
      const { status, error, headers } = failure
      const category = status >= 500 ? 'API_ERROR' : 'INVALID_REQUEST_ERROR'
      const code = status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST'
      const detail = 'The request was refused by the sandbox.'
      return refusalAnswer(new Refusal(status, { category, code, detail, ...error }, headers))
    }
    case 'key-revoked':
      return refusalAnswer(unauthorized('ACCESS_TOKEN_REVOKED'))
    case 'token-expired':
      return refusalAnswer(unauthorized('ACCESS_TOKEN_EXPIRED'))
    case 'missing-scope':
      return refusalAnswer(insufficientScopes(scope))
    case 'no-such-cursor':
      return refusalAnswer(invalidCursor())
    case 'rate-limited':
      return refusalAnswer(rateLimited(failure.retryAfter))
    case 'error-in-200':
      return objectAnswer({ errors: internalError().errors })
    case 'not-a-list':
      return objectAnswer({ foo: 1 })
    case 'html':
    case 'empty-body':
    case 'redirect':
      return proxyAnswer(failure)
    case 'empty-more':
    case 'same-page':
    case 'items':
    case 'truncated':
    case 'slow-headers':
    case 'slow-body':
    case 'hang':
    case 'reset':
    case 'gzip':
    case 'huge':
      return undefined
  }
}
