import { type HttpAnswer, json, proxyAnswer } from '../server/answer.ts'
import type { Failure } from './failure.ts'
import { internalError, Refusal, tooManyRequests, unauthorized, unavailableShop } from './refusal.ts'

export const objectAnswer = (value: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status: 200,
  headers: { ...json, ...headers },
  body: JSON.stringify(value),
})

/** Any error that is not a refusal is a mistake in the sandbox itself. */
export function refusalAnswer(error: unknown): HttpAnswer {
  const refusal = error instanceof Refusal ? error : internalError(`The sandbox itself failed: ${String(error)}`)
  return { status: refusal.status, headers: { ...json, ...refusal.headers }, body: JSON.stringify(refusal.body) }
}

/** The answer of a failure that replaces the real answer; undefined for the other failures. */
export function failureAnswer(failure: Failure): HttpAnswer | undefined {
  switch (failure.kind) {
    case 'error':
      return refusalAnswer(new Refusal(failure.status, failure.body ?? { errors: 'Refused' }, failure.headers))
    case 'key-revoked':
    case 'token-expired':
      return refusalAnswer(unauthorized())
    case 'frozen':
    case 'forbidden':
    case 'locked':
    case 'security-rejection':
      return refusalAnswer(unavailableShop(failure.kind))
    case 'rate-limited':
      return refusalAnswer(tooManyRequests(failure.retryAfter))
    case 'graphql-error':
      return objectAnswer({ errors: [errorOf(failure)] })
    case 'not-a-list':
      return objectAnswer({ foo: 1 })
    case 'no-data':
      return objectAnswer({ data: null })
    case 'html':
    case 'empty-body':
    case 'redirect':
      return proxyAnswer(failure)
    case 'field-failed':
    case 'field-protected':
    case 'error-beside-data':
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

export const errorOf = ({ code, message = code }: { readonly code: string; readonly message?: string }) => ({
  message,
  extensions: { code },
})
