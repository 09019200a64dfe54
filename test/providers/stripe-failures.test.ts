import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type Scope, SyncError } from '../../src/errors.ts'
import type { Failure } from '../../src/sandbox/stripe/index.ts'
import { expectNoSecret } from '../contracts/exercise-provider.ts'
import { key, listening, now, setup } from './stripe-account.ts'

interface Expected {
  readonly verdict: string
  readonly code: string
  readonly scope?: Scope
  readonly limit?: unknown
  readonly retryAfter?: number
}

describe('an answer that is not a page becomes one SyncError, after one request', () => {
  const unavailable = { verdict: 'retry', code: 'provider_unavailable' }
  const unreadable = { verdict: 'retry', code: 'provider_response' } as const
  const unreachable = { verdict: 'retry', code: 'provider_unreachable' }
  const limited = { verdict: 'retry', code: 'rate_limited', scope: 'object' } as const
  const refused = { verdict: 'reject', code: 'provider_refused', scope: 'resource' } as const
  const table: Readonly<Record<string, readonly [Failure, Expected]>> = {
    'a key that is not accepted': [
      { kind: 'key-revoked' },
      { verdict: 'reject', code: 'key_not_accepted', scope: 'account' },
    ],
    'an account that was disconnected': [
      { kind: 'account-invalid' },
      { verdict: 'reject', code: 'account_invalid', scope: 'account' },
    ],
    'the same as 400': [
      { kind: 'error', status: 400, error: { code: 'account_invalid' } },
      { verdict: 'reject', code: 'account_invalid', scope: 'account' },
    ],
    'a key without the permission': [
      { kind: 'missing-scope' },
      { verdict: 'reject', code: 'permission_denied', scope: 'resource' },
    ],
    'a feature that is not there': [
      { kind: 'not-enabled' },
      { verdict: 'reject', code: 'not_available', scope: 'resource' },
    ],
    'an unknown parameter': [
      { kind: 'error', status: 400, error: { code: 'parameter_unknown', param: 'created' } },
      refused,
    ],
    'an unknown path': [
      { kind: 'error', status: 404 },
      { verdict: 'reject', code: 'not_found', scope: 'resource' },
    ],
    'an object that does not exist': [
      { kind: 'error', status: 400, error: { code: 'resource_missing', param: 'subscription' } },
      { verdict: 'reject', code: 'not_found', scope: 'object' },
    ],
    'a cursor of an object that does not exist': [
      { kind: 'error', status: 404, error: { code: 'resource_missing', param: 'starting_after' } },
      { verdict: 'reject', code: 'cursor_gone', scope: 'page' },
    ],
    'the same without a code': [{ kind: 'no-such-cursor' }, { verdict: 'reject', code: 'cursor_gone', scope: 'page' }],
    'a feature that is not there, with a code': [{ kind: 'not-enabled', code: 'issuing_not_enabled' }, refused],
    'a payment that is required': [{ kind: 'error', status: 402 }, refused],
    'a request that was waited for in vain': [
      { kind: 'error', status: 408 },
      { verdict: 'retry', code: 'provider_unavailable', scope: 'provider' },
    ],
    'a conflict': [
      { kind: 'error', status: 409 },
      { verdict: 'retry', code: 'provider_busy', scope: 'object' },
    ],
    'a lock': [{ kind: 'lock-timeout' }, limited],
    'a lock with a wait': [
      { kind: 'lock-timeout', retryAfter: 3 },
      { ...limited, retryAfter: 3_000 },
    ],
    'the rate of the account': [
      { kind: 'rate-limited', reason: 'global-rate' },
      { ...limited, scope: 'account', limit: { scope: 'account', kind: 'rate' } },
    ],
    'the rate of the endpoint': [
      { kind: 'rate-limited', reason: 'endpoint-rate' },
      { ...limited, scope: 'resource', limit: { scope: 'endpoint', kind: 'rate' } },
    ],
    'the concurrency of the account': [
      { kind: 'rate-limited', reason: 'global-concurrency' },
      { ...limited, scope: 'account', limit: { scope: 'account', kind: 'concurrency' } },
    ],
    'the concurrency of the endpoint': [
      { kind: 'rate-limited', reason: 'endpoint-concurrency' },
      { ...limited, scope: 'resource', limit: { scope: 'endpoint', kind: 'concurrency' } },
    ],
    'the limit of a resource': [
      { kind: 'rate-limited', reason: 'resource-specific', retryAfter: 7 },
      { ...limited, scope: 'resource', limit: { scope: 'endpoint', kind: 'rate' }, retryAfter: 7_000 },
    ],
    'a limit with an unknown reason': [
      { kind: 'error', status: 429, headers: { 'Stripe-Rate-Limited-Reason': 'constructor' } },
      { ...limited, scope: 'resource', limit: { scope: 'endpoint', kind: 'rate' } },
    ],
    'a wait in the past': [
      { kind: 'error', status: 503, headers: { 'Retry-After': '-5' } },
      { ...unavailable, retryAfter: 0 },
    ],
    'a wait until a moment': [
      { kind: 'error', status: 503, headers: { 'Retry-After': new Date((now + 30) * 1_000).toUTCString() } },
      { ...unavailable, retryAfter: 30_000 },
    ],
    'a wait that is no time': [{ kind: 'error', status: 503, headers: { 'Retry-After': 'soon' } }, unavailable],
    'an error that says to try again': [
      { kind: 'error', status: 400, headers: { 'Stripe-Should-Retry': 'true' } },
      { verdict: 'retry', code: 'provider_busy' },
    ],
    '500 as JSON': [{ kind: 'error', status: 500 }, unavailable],
    '503 as JSON': [{ kind: 'error', status: 503 }, unavailable],
    '502 as HTML': [{ kind: 'html' }, unavailable],
    '404 as HTML': [{ kind: 'html', status: 404 }, unavailable],
    nothing: [{ kind: 'empty-body' }, unreadable],
    '503 and nothing': [{ kind: 'empty-body', status: 503 }, unavailable],
    'a body that is cut': [{ kind: 'truncated', close: 'clean' }, unreadable],
    'a connection that ends in the body': [{ kind: 'truncated', close: 'early' }, unreachable],
    'a connection that is reset': [{ kind: 'reset' }, unreachable],
    'an error with status 200': [{ kind: 'error-in-200' }, unreadable],
    'no list': [{ kind: 'not-a-list' }, unreadable],
    'data that is no array': [{ kind: 'items', items: () => '{"id":"cus_1"}' }, unreadable],
    'data that is no JSON': [{ kind: 'items', items: () => '[{]' }, unreadable],
    'a redirect': [{ kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' }, unreachable],
    'more than 32 MiB': [
      { kind: 'huge', bytes: 33 * 1024 * 1024 },
      { verdict: 'reject', code: 'answer_too_large', scope: 'page' },
    ],
    'headers that never come': [{ kind: 'hang' }, unreachable],
    'headers that come too late': [{ kind: 'slow-headers', ms: 5_000 }, unreachable],
    'a body that drips too long, though never idle': [{ kind: 'slow-body', ms: 5_000 }, unreachable],
  }
  for (const [title, [failure, { verdict, code, scope = 'provider', limit, retryAfter }]] of Object.entries(table))
    it(title, async () => {
      const slow = ['hang', 'slow-headers', 'slow-body'].includes(failure.kind)
      const { sandbox, failing } = await setup({}, slow ? { timeoutMs: 700 } : {})
      sandbox.fail(failure)
      const error = await failing()
      expect(error).toBeInstanceOf(SyncError)
      if (!(error instanceof SyncError)) return
      expect({
        verdict: error.verdict,
        code: error.code,
        limit: error.limit,
        retryAfter: error.retryAfter,
        scope: error.scope,
      }).toEqual({
        verdict,
        code,
        limit,
        retryAfter,
        scope,
      })
      expect(error.message).toMatch(/^stripe: /)
      expectNoSecret(error, [key, key.slice(-4)])
      expect(sandbox.requests).toHaveLength(1)
    })

  it('a list that says that it has more items, but whose page has none', async () => {
    const { sandbox, failing } = await setup()
    sandbox.fail({ kind: 'empty-more' })
    expect(await failing()).toMatchObject({ verdict: 'reject', code: 'provider_contract' })
  })

  it('null', async () => {
    const server = await listening((_, response) => response.end('null'))
    const { failing } = await setup({}, { apiBase: server.url })
    expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_response' })
  })

  it('a page without a Date header', async () => {
    const server = await listening((_, response) => {
      response.sendDate = false
      response.end('{"object":"list","data":[],"has_more":false}')
    })
    const { failing } = await setup({}, { apiBase: server.url })
    expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_response' })
  })

  it('a host that does not answer', async () => {
    const { failing } = await setup({}, { apiBase: 'http://127.0.0.1:9' })
    expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_unreachable' })
  })

  it('a cursor whose object was deleted', async () => {
    const { sandbox, list } = await setup()
    const page = await list()
    sandbox.remove('customers', page.next!)
    const error = await list({ cursor: page.next }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ verdict: 'reject', code: 'cursor_gone', scope: 'page' })
  })
})

describe('a redirect', () => {
  it('is not followed, and the key goes nowhere else', async () => {
    const elsewhere: IncomingHttpHeaders[] = []
    const server = await listening((request, response) => {
      elsewhere.push(request.headers)
      response.end('{}')
    })
    const { sandbox, failing } = await setup()
    for (const status of [301, 302, 303, 307, 308]) {
      const stop = sandbox.fail({ kind: 'redirect', status, to: `${server.url}/v1/customers` })
      expect(await failing()).toMatchObject({ verdict: 'retry', code: 'provider_unreachable' })
      stop()
    }
    expect(elsewhere).toEqual([])
  })
})
