import { describe, expect, it } from 'vitest'
import type { Failure, Sandbox } from '../../src/sandbox/stripe/index.ts'
import { ask, sdk, setup } from './support.ts'

describe('a failure', () => {
  type Case = { readonly failure: Failure; readonly check: (sandbox: Sandbox) => Promise<void> }
  const list = (sandbox: Sandbox) => ask(sandbox, '/v1/customers')
  const isAborted = (sandbox: Sandbox) => expect(list(sandbox)).rejects.toThrow()
  const answersWith = (status: number, error: object) => async (sandbox: Sandbox) => {
    const reply = await list(sandbox)
    expect([reply.status, reply.body.error]).toEqual([status, expect.objectContaining(error)])
  }

  const cases: Record<Failure['kind'], Case> = {
    error: {
      failure: { kind: 'error', status: 503, headers: { 'Stripe-Should-Retry': 'true' } },
      async check(sandbox) {
        const reply = await list(sandbox)
        expect([reply.status, reply.body.error.type]).toEqual([503, 'api_error'])
        expect(reply.headers.get('stripe-should-retry')).toBe('true')
        await expect(sdk(sandbox).customers.list()).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 503 })
      },
    },
    'key-revoked': {
      failure: { kind: 'key-revoked' },
      check: answersWith(401, { message: 'Invalid API Key provided: sk_test_****dbox' }),
    },
    'account-invalid': { failure: { kind: 'account-invalid' }, check: answersWith(403, { code: 'account_invalid' }) },
    'missing-scope': {
      failure: { kind: 'missing-scope' },
      check: answersWith(403, { message: expect.stringContaining("'rak_customer_read' permission") }),
    },
    'not-enabled': {
      failure: { kind: 'not-enabled' },
      check: answersWith(400, { message: expect.stringContaining('not set up to use Issuing') }),
    },
    'no-such-cursor': {
      failure: { kind: 'no-such-cursor' },
      check: answersWith(400, { param: 'starting_after', message: expect.stringContaining('No such') }),
    },
    'rate-limited': {
      failure: { kind: 'rate-limited', reason: 'resource-specific', retryAfter: 3 },
      async check(sandbox) {
        const { status, headers } = await list(sandbox)
        const named = ['stripe-rate-limited-reason', 'retry-after'].map((name) => headers.get(name))
        expect([status, ...named]).toEqual([429, 'resource-specific', '3'])
        expect(sandbox.stats().rateLimited).toBe(1)
      },
    },
    'lock-timeout': {
      failure: { kind: 'lock-timeout' },
      async check(sandbox) {
        const { status, headers, body } = await list(sandbox)
        expect([status, body.error.code, headers.get('stripe-should-retry')]).toEqual([429, 'lock_timeout', 'true'])
        for (const absent of ['request-id', 'stripe-rate-limited-reason', 'retry-after'])
          expect(headers.has(absent)).toBe(false)
      },
    },
    html: {
      failure: { kind: 'html' },
      async check(sandbox) {
        const { status, headers, text } = await list(sandbox)
        expect([status, headers.get('content-type')]).toEqual([502, 'text/html'])
        expect(text).toMatch(/^<html>/)
        const sdkError = { type: 'StripeAPIError', message: expect.stringContaining('Invalid JSON') }
        await expect(sdk(sandbox).customers.list()).rejects.toMatchObject(sdkError)
      },
    },
    'empty-body': {
      failure: { kind: 'empty-body' },
      check: async (sandbox) => expect(await list(sandbox)).toMatchObject({ status: 200, text: '' }),
    },
    'error-in-200': { failure: { kind: 'error-in-200' }, check: answersWith(200, { type: 'api_error' }) },
    'not-a-list': {
      failure: { kind: 'not-a-list' },
      check: async (sandbox) => expect(await list(sandbox)).toMatchObject({ status: 200, body: { foo: 1 } }),
    },
    redirect: {
      failure: { kind: 'redirect', to: 'http://169.254.169.254/latest' },
      async check(sandbox) {
        const { status, headers } = await ask(sandbox, '/v1/customers', { redirect: 'manual' })
        expect([status, headers.get('location')]).toEqual([302, 'http://169.254.169.254/latest'])
      },
    },
    'empty-more': {
      failure: { kind: 'empty-more' },
      check: async (sandbox) =>
        expect(await list(sandbox)).toMatchObject({ status: 200, body: { data: [], has_more: true } }),
    },
    'same-page': {
      failure: { kind: 'same-page' },
      async check(sandbox) {
        const first = await list(sandbox)
        const next = await ask(sandbox, `/v1/customers?starting_after=${first.ids[9]}`)
        expect(next.body).toEqual(first.body)
        expect(next.body.has_more).toBe(true)
      },
    },
    items: {
      failure: { kind: 'items', items: (objects) => [...objects, objects[0]] },
      async check(sandbox) {
        const { ids } = await list(sandbox)
        expect([ids.length, ids[10]]).toEqual([11, ids[0]])
      },
    },
    truncated: { failure: { kind: 'truncated' }, check: isAborted },
    'slow-headers': {
      failure: { kind: 'slow-headers', ms: 30 },
      async check(sandbox) {
        const started = performance.now()
        expect((await list(sandbox)).ids).toHaveLength(10)
        expect(performance.now() - started).toBeGreaterThanOrEqual(29)
      },
    },
    'slow-body': {
      failure: { kind: 'slow-body', ms: 50 },
      async check(sandbox) {
        const headers = { authorization: 'Bearer sk_test_a' }
        const response = await fetch(`${sandbox.url}/v1/customers`, { headers })
        const [started, chunks] = [performance.now(), [] as Uint8Array[]]
        for await (const chunk of response.body!) chunks.push(chunk)
        expect(JSON.parse(Buffer.concat(chunks).toString()).data).toHaveLength(10)
        expect(performance.now() - started).toBeGreaterThanOrEqual(40)
        expect(chunks.length).toBeGreaterThan(3)
      },
    },
    hang: {
      failure: { kind: 'hang' },
      async check(sandbox) {
        await expect(ask(sandbox, '/v1/customers', { signal: AbortSignal.timeout(400) })).rejects.toThrow('timeout')
        await expect(sdk(sandbox, { timeout: 400 }).customers.list()).rejects.toMatchObject({
          type: 'StripeConnectionError',
        })
        const statuses = sandbox.requests.filter(({ path }) => path === '/v1/customers').map(({ status }) => status)
        expect(statuses).toEqual([0, 0])
      },
    },
    reset: {
      failure: { kind: 'reset' },
      async check(sandbox) {
        const error = await list(sandbox).catch((thrown: Error) => thrown.cause)
        expect(error).toMatchObject({ code: 'ECONNRESET' })
      },
    },
    gzip: {
      failure: { kind: 'gzip' },
      async check(sandbox) {
        const reply = await list(sandbox)
        expect([reply.headers.get('content-encoding'), reply.ids.length]).toEqual(['gzip', 10])
      },
    },
    huge: {
      failure: { kind: 'huge', bytes: 3_000_000 },
      async check(sandbox) {
        const { body, text } = await list(sandbox)
        expect([body.data.length, body.padding.length]).toEqual([10, 3_000_000])
        expect(text.length).toBeGreaterThan(3_000_000)
      },
    },
  }

  it.each(Object.entries(cases))(
    'of kind %s reaches the client, until its rule is removed',
    async (_, { failure, check }) => {
      const sandbox = await setup({ customers: 25 })
      const stop = sandbox.fail({ ...failure, path: '/v1/customers' })
      expect((await ask(sandbox, '/v1/products')).status).toBe(200)
      await check(sandbox)
      stop()
      expect((await list(sandbox)).ids).toHaveLength(10)
    },
  )
})
