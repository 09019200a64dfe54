import { describe, expect, it } from 'vitest'
import type { Failure, Sandbox } from '../../../src/sandbox/square/index.ts'
import { always, setup } from './support.ts'

const path = '/v2/payments'

async function list(sandbox: Sandbox, query = `?${always}&limit=10`) {
  const response = await fetch(`${sandbox.url}${path}${query}`, { headers: { authorization: 'Bearer EAAAsandbox' } })
  const text = await response.text()
  const body = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, body }
}

describe('a failure', () => {
  type Case = { readonly failure: Failure; readonly check: (sandbox: Sandbox) => Promise<void> }
  /** The failures of delivery are the same for every vendor; the tests of Stripe's sandbox are about them. */
  type OwnKind = Exclude<
    Failure['kind'],
    'truncated' | 'slow-headers' | 'slow-body' | 'hang' | 'reset' | 'gzip' | 'huge' | 'redirect'
  >
  const answersWith = (status: number, code: string) => async (sandbox: Sandbox) => {
    const reply = await list(sandbox)
    expect([reply.status, reply.body.errors[0].code]).toEqual([status, code])
  }

  const cases: Record<OwnKind, Case> = {
    error: {
      failure: { kind: 'error', status: 503, error: { code: 'SERVICE_UNAVAILABLE' }, headers: { 'Retry-After': '2' } },
      async check(sandbox) {
        const { status, headers, body } = await list(sandbox)
        expect([status, headers.get('retry-after')]).toEqual([503, '2'])
        expect(body.errors).toMatchObject([{ category: 'API_ERROR', code: 'SERVICE_UNAVAILABLE' }])
      },
    },
    'key-revoked': { failure: { kind: 'key-revoked' }, check: answersWith(401, 'ACCESS_TOKEN_REVOKED') },
    'token-expired': { failure: { kind: 'token-expired' }, check: answersWith(401, 'ACCESS_TOKEN_EXPIRED') },
    'missing-scope': {
      failure: { kind: 'missing-scope' },
      async check(sandbox) {
        const { status, body } = await list(sandbox)
        expect([status, body.errors[0].code]).toEqual([403, 'INSUFFICIENT_SCOPES'])
        expect(body.errors[0].detail).toContain('PAYMENTS_READ')
      },
    },
    'no-such-cursor': { failure: { kind: 'no-such-cursor' }, check: answersWith(400, 'INVALID_CURSOR') },
    'rate-limited': {
      failure: { kind: 'rate-limited', retryAfter: 3 },
      async check(sandbox) {
        const { status, headers, body } = await list(sandbox)
        expect([status, headers.get('retry-after'), body.errors[0].code]).toEqual([429, '3', 'RATE_LIMITED'])
        expect(sandbox.stats().rateLimited).toBe(1)
      },
    },
    'error-in-200': { failure: { kind: 'error-in-200' }, check: answersWith(200, 'INTERNAL_SERVER_ERROR') },
    'not-a-list': {
      failure: { kind: 'not-a-list' },
      check: async (sandbox) => expect(await list(sandbox)).toMatchObject({ status: 200, body: { foo: 1 } }),
    },
    html: {
      failure: { kind: 'html' },
      check: async (sandbox) => expect((await list(sandbox)).text).toMatch(/^<html>/),
    },
    'empty-body': {
      failure: { kind: 'empty-body' },
      check: async (sandbox) => expect(await list(sandbox)).toMatchObject({ status: 200, text: '' }),
    },
    'empty-more': {
      failure: { kind: 'empty-more', times: 1 } as Failure,
      async check(sandbox) {
        const { body } = await list(sandbox)
        expect(Object.keys(body)).toEqual(['cursor'])
        const next = await list(sandbox, `?${always}&limit=10&cursor=${body.cursor}`)
        expect(next.body.payments).toEqual((await list(sandbox)).body.payments)
      },
    },
    'same-page': {
      failure: { kind: 'same-page' },
      async check(sandbox) {
        const { body } = await list(sandbox)
        const next = await list(sandbox, `?${always}&limit=10&cursor=${body.cursor}`)
        expect(next.body).toEqual(body)
      },
    },
    items: {
      failure: { kind: 'items', items: (objects) => [...objects, objects[0]] },
      async check(sandbox) {
        const { payments } = (await list(sandbox)).body
        expect([payments.length, payments[10]]).toEqual([11, payments[0]])
      },
    },
  }

  it.each(Object.entries(cases))(
    'of kind %s reaches the client, until its rule is removed',
    async (_, { failure, check }) => {
      const sandbox = await setup()
      const stop = sandbox.fail({ ...failure, path: new RegExp(`^${path}`) })
      await check(sandbox)
      stop()
      expect((await list(sandbox)).body.payments).toHaveLength(10)
    },
  )

  it('can put any JSON in place of the items', async () => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'items', items: () => '[{"id":1e400}]', path })
    expect((await list(sandbox)).text).toMatch(/^\{"payments":\[\{"id":1e400\}\],"cursor":"/)
    sandbox.fail({ kind: 'items', items: () => '[]', path: '/v2/locations' })
    const headers = { authorization: 'Bearer EAAAsandbox' }
    expect(await (await fetch(`${sandbox.url}/v2/locations`, { headers })).text()).toBe('{"locations":[]}')
  })
})
