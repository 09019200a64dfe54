import { type HttpAnswer, json, proxyAnswer } from '../server/answer.ts'
import type { Failure } from './failure.ts'
import type { Fields } from './paypal-object.ts'
import {
  dataNotAvailable,
  expiredToken,
  internalError,
  notAuthorized,
  notFound,
  ownFailure,
  Refusal,
  rateLimited,
  resultSetTooLarge,
  serviceUnavailable,
  unknownToken,
} from './refusal.ts'

export const objectAnswer = (value: unknown): HttpAnswer => ({
  status: 200,
  headers: json,
  body: JSON.stringify(value),
})

/** The answer of an error, with the debug id in the body and in the header. Any other error is the sandbox's own. */
export function refusalAnswer(error: unknown, debugId: string): HttpAnswer {
  const { status, body, headers } = error instanceof Refusal ? error : ownFailure(error)
  // Errors of OAuth have a form of their own, without a debug id.
  const identified = body.error === undefined ? { ...body, debug_id: debugId } : body
  return { status, headers: { ...json, 'Paypal-Debug-Id': debugId, ...headers }, body: JSON.stringify(identified) }
}

/** The answer of a failure that replaces the real answer, or the refusal to throw; undefined for other failures. */
export function failureAnswer(failure: Failure): HttpAnswer | Refusal | undefined {
  switch (failure.kind) {
    case 'error': {
      const { status, error, headers } = failure
      const usual = status >= 500 ? (status === 503 ? serviceUnavailable() : internalError()) : notFound()
      return new Refusal(status, { ...usual.body, ...error }, headers)
    }
    case 'token-expired':
      return expiredToken()
    case 'token-unknown':
      return unknownToken()
    case 'not-authorized':
      return notAuthorized()
    case 'not-found':
      return notFound()
    case 'data-not-available':
      return dataNotAvailable()
    case 'result-set-too-large':
      return resultSetTooLarge(failure.total ?? 12_345, 10_000)
    case 'rate-limited':
      return rateLimited(failure.retryAfter)
    case 'error-in-200':
      return objectAnswer({ ...internalError().body, debug_id: 'f00000000' })
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

/** A page of a list: the items in a field of the answer, or other items if a failure says so. */
export function pageAnswer(
  failure: Failure | undefined,
  field: string,
  objects: readonly Fields[],
  rest: Fields,
): HttpAnswer {
  if (failure?.kind === 'empty-more') return objectAnswer({ [field]: [], ...rest })
  if (failure?.kind !== 'items') return objectAnswer({ [field]: objects, ...rest })
  const items = failure.items(structuredClone(objects))
  if (typeof items !== 'string') return objectAnswer({ [field]: items, ...rest })
  const answer = objectAnswer(rest)
  const tail = String(answer.body).slice(1)
  return { ...answer, body: `{"${field}":${items}${tail === '}' ? '' : ','}${tail}` }
}
