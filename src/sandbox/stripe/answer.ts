import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'
import { accountInvalid, invalidKey, lockTimeout, missingScope, notEnabled, Refusal, rateLimited } from './refusal.ts'

/** What is said to a request, before it goes over the wire. An empty header takes away one that every answer has. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export function found(value: unknown): Answer {
  return { status: 200, headers: json, body: JSON.stringify(value) }
}

export function refused({ status, headers, body }: Refusal): Answer {
  return { status, headers: { ...json, ...headers }, body: JSON.stringify({ error: body }) }
}

/** A page as Stripe lays it out; `data` is JSON. */
export function listed(path: string, data: string | Buffer, hasMore: boolean): Answer {
  const tail = `,"has_more":${hasMore},"url":${JSON.stringify(path)}}`
  const parts = ['{"object":"list","data":', data, tail].map((part) => Buffer.from(part))
  return { status: 200, headers: json, body: Buffer.concat(parts) }
}

/** The answer that stands in for the real one, for the failures that replace it. */
export function replaced(failure: Failure, caller: Caller, subject: string): Answer | undefined {
  switch (failure.kind) {
    case 'error': {
      const message = failure.status >= 500 ? 'An unknown error occurred' : 'The request was refused by the sandbox'
      return refused(new Refusal(failure.status, { message, ...failure.error }, failure.headers))
    }
    case 'key-revoked':
      return refused(invalidKey(caller.key))
    case 'account-invalid':
      return refused(accountInvalid(caller.key, caller.account ?? 'acct_sandbox'))
    case 'missing-scope':
      return refused(missingScope(caller.key, subject))
    case 'not-enabled':
      return refused(notEnabled())
    case 'rate-limited':
      return refused(rateLimited(failure.reason, failure.retryAfter))
    case 'lock-timeout':
      return refused(lockTimeout(failure.retryAfter))
    case 'html':
      return {
        status: failure.status ?? 502,
        headers: { 'Content-Type': 'text/html', 'Request-Id': '' },
        body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
      }
    case 'empty-body':
      return { status: failure.status ?? 200, headers: json, body: '' }
    case 'error-in-200':
      return found({ error: { type: 'api_error', message: 'An unknown error occurred' } })
    case 'not-a-list':
      return found({ foo: 1 })
    case 'redirect':
      return { status: failure.status ?? 302, headers: { Location: failure.to }, body: '' }
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

const json = { 'Content-Type': 'application/json' }
