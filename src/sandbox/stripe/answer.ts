import { type HttpAnswer, json, proxyAnswer } from '../server/answer.ts'
import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'
import {
  accountInvalid,
  invalidKey,
  lockTimeout,
  missingScope,
  noSuchCursor,
  notEnabled,
  Refusal,
  rateLimited,
} from './refusal.ts'

export function objectAnswer(value: unknown): HttpAnswer {
  return { status: 200, headers: json, body: JSON.stringify(value) }
}

/** A page as Stripe lays it out. `data` is JSON. */
export function listAnswer(path: string, data: string | Buffer, hasMore: boolean): HttpAnswer {
  const tail = `,"has_more":${hasMore},"url":${JSON.stringify(path)}}`
  const parts = ['{"object":"list","data":', data, tail].map((part) => Buffer.from(part))
  return { status: 200, headers: json, body: Buffer.concat(parts) }
}

/** Any error that is not a refusal is a mistake in the sandbox itself. */
export function refusalAnswer(error: unknown): HttpAnswer {
  const refusal =
    error instanceof Refusal ? error : new Refusal(500, { message: `The sandbox itself failed: ${String(error)}` })
  return {
    status: refusal.status,
    headers: { ...json, ...refusal.headers },
    body: JSON.stringify({ error: refusal.body }),
  }
}

/** The answer of a failure that replaces the real answer; undefined for the other failures. */
export function failureAnswer(failure: Failure, caller: Caller, permission: string): HttpAnswer | undefined {
  switch (failure.kind) {
    case 'error': {
      const message = failure.status >= 500 ? 'An unknown error occurred' : 'The request was refused by the sandbox'
      return refusalAnswer(new Refusal(failure.status, { message, ...failure.error }, failure.headers))
    }
    case 'key-revoked':
      return refusalAnswer(invalidKey(caller.key))
    case 'account-invalid':
      return refusalAnswer(accountInvalid(caller.key, caller.account ?? 'acct_sandbox'))
    case 'missing-scope':
      return refusalAnswer(missingScope(caller.key, permission))
    case 'not-enabled':
      return refusalAnswer(notEnabled(failure.code))
    case 'no-such-cursor':
      return refusalAnswer(noSuchCursor())
    case 'rate-limited':
      return refusalAnswer(rateLimited(failure.reason, failure.retryAfter))
    case 'lock-timeout':
      return refusalAnswer(lockTimeout(failure.retryAfter))
    case 'error-in-200':
      return objectAnswer({ error: { type: 'api_error', message: 'An unknown error occurred' } })
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
