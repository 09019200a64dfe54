import { describe, expect, it } from 'vitest'
import type { FailureRule } from '../../../src/sandbox/paypal/index.ts'
import { checkRequests } from '../../specs/paypal.ts'
import { ask, day, now, searchPath, setup, tokenOf } from './support.ts'

const plans = '/v1/billing/plans'
const recent = searchPath({ from: now - 20 * day, to: now })

describe('a failure', () => {
  const refused: [FailureRule, number, string | undefined][] = [
    [{ kind: 'token-expired' }, 401, 'INVALID_TOKEN'],
    [{ kind: 'token-unknown' }, 401, undefined],
    [{ kind: 'not-authorized' }, 403, 'NOT_AUTHORIZED'],
    [{ kind: 'not-found' }, 404, 'RESOURCE_NOT_FOUND'],
    [{ kind: 'data-not-available' }, 400, 'INVALID_REQUEST'],
    [{ kind: 'result-set-too-large', total: 12_000 }, 400, 'RESULTSET_TOO_LARGE'],
    [{ kind: 'rate-limited' }, 429, 'RATE_LIMIT_REACHED'],
    [{ kind: 'error', status: 500 }, 500, 'INTERNAL_SERVER_ERROR'],
    [{ kind: 'error', status: 503 }, 503, 'SERVICE_UNAVAILABLE'],
  ]
  it.each(refused)('%o is answered in the form of PayPal', async (rule, status, name) => {
    const sandbox = await setup()
    sandbox.fail({ ...rule, path: /reporting/, times: 1 })
    const mine = await ask(sandbox, recent)
    expect([mine.status, mine.name]).toEqual([status, name])
    expect((await ask(sandbox, recent)).status).toBe(200)
  })

  it('names itself in the body and the header, and the answer has a date', async () => {
    const sandbox = await setup()
    const reply = await ask(sandbox, `${plans}/P-UNKNOWN`)
    expect([reply.status, reply.name, reply.issue]).toEqual([404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID'])
    expect(reply.headers.get('paypal-debug-id')).toBe(reply.body.debug_id)
    expect(reply.headers.get('date')).toBe(new Date(now * 1_000).toUTCString())
    expect((await ask(sandbox, plans)).headers.get('paypal-debug-id')).toMatch(/^f[0-9a-f]{11}$/)
    expect((await fetch(`${sandbox.url}/v1/payments/payouts`, { headers: await bearer(sandbox) })).status).toBe(404)
  })

  it('can be an error within a 200, no list at all, or what a proxy says', async () => {
    const sandbox = await setup()
    const bodyOf = async (rule: FailureRule) => {
      sandbox.fail({ ...rule, times: 1 })
      const response = await fetch(sandbox.url + plans, { headers: await bearer(sandbox) })
      return [response.status, await response.text()] as const
    }
    await tokenOf(sandbox)
    const [status, error] = await bodyOf({ kind: 'error-in-200' })
    expect([status, JSON.parse(error).name]).toEqual([200, 'INTERNAL_SERVER_ERROR'])
    expect(await bodyOf({ kind: 'not-a-list' })).toEqual([200, '{"foo":1}'])
    expect((await bodyOf({ kind: 'html' }))[0]).toBe(502)
    expect(await bodyOf({ kind: 'empty-body' })).toEqual([200, ''])
  })

  it('can cut an answer, or a page: the items that it shows and the page it is', async () => {
    const sandbox = await setup()
    await tokenOf(sandbox)
    sandbox.fail({ kind: 'truncated', times: 1 })
    const cut = fetch(sandbox.url + plans, { headers: await bearer(sandbox) }).then((response) => response.text())
    await expect(cut).rejects.toThrow()
    const whole = (await ask(sandbox, `${recent}&page_size=5`)).body
    sandbox.fail({ kind: 'same-page', path: /page=2/, times: 1 })
    expect((await ask(sandbox, `${recent}&page_size=5&page=2`)).body.transaction_details).toEqual(
      whole.transaction_details,
    )
    sandbox.fail({ kind: 'empty-more', times: 1 })
    const empty = (await ask(sandbox, `${recent}&page_size=5`)).body
    expect([empty.transaction_details, empty.total_items]).toEqual([[], whole.total_items])
    sandbox.fail({ kind: 'items', items: (objects) => [...objects.slice(1), { transaction_info: 'broken' }], times: 1 })
    const response = await fetch(`${sandbox.url}${recent}&page_size=5`, { headers: await bearer(sandbox) })
    expect(JSON.parse(await response.text()).transaction_details).toEqual([
      ...whole.transaction_details.slice(1),
      { transaction_info: 'broken' },
    ])
  })
})

describe('the limit of an app', () => {
  it('refuses the request over so many a second, whatever its path, and may say how long to wait', async () => {
    const sandbox = await setup({ limits: { accountPerSecond: 0.001, accountBurst: 3 } })
    await tokenOf(sandbox)
    const replies = [await ask(sandbox, plans), await ask(sandbox, recent), await ask(sandbox, plans)]
    // The token was a request too.
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429])
    expect([replies[2]!.name, replies[2]!.headers.get('retry-after')]).toEqual(['RATE_LIMIT_REACHED', null])
    expect(sandbox.stats().rateLimited).toBe(1)
    const patient = await setup({ limits: { accountPerSecond: 0.001, accountBurst: 1 }, retryAfter: 30 })
    await tokenOf(patient)
    expect((await ask(patient, plans)).headers.get('retry-after')).toBe('30')
  })

  it('bans an app that was refused too often, for five minutes of the provider', async () => {
    const sandbox = await setup({ limits: { concurrency: 1 }, ban: { after: 2, seconds: 300 } })
    const headers = await bearer(sandbox)
    let resolve = () => {}
    const arrived = new Promise<void>((arrive) => {
      resolve = arrive
    })
    const stop = sandbox.onRequest(() => resolve())
    sandbox.fail({ kind: 'hang', times: 1 })
    const leaving = new AbortController()
    const hanging = fetch(sandbox.url + plans, { headers, signal: leaving.signal }).catch(() => 'left')
    await arrived
    stop()
    expect((await ask(sandbox, plans)).status).toBe(429)
    expect((await ask(sandbox, plans)).status).toBe(429)
    leaving.abort()
    expect(await hanging).toBe('left')
    expect((await ask(sandbox, plans)).status).toBe(429)
    sandbox.advance(299)
    expect((await ask(sandbox, plans)).status).toBe(429)
    sandbox.advance(1)
    expect((await ask(sandbox, plans)).status).toBe(200)
  })

  it('is there by default', async () => {
    const sandbox = await setup({ limits: 'paypal' })
    await tokenOf(sandbox)
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask(sandbox, plans)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 429]))
  })
})

describe('the traffic', () => {
  it('keeps each request with its body, by operation', async () => {
    const sandbox = await setup()
    await ask(sandbox, '/v2/invoicing/search-invoices', { body: {} })
    await ask(sandbox, `${plans}/P-UNKNOWN`)
    expect(sandbox.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/v1/oauth2/token', 'grant_type=client_credentials'],
      ['POST', '/v2/invoicing/search-invoices', '{}'],
      ['GET', '/v1/billing/plans/P-UNKNOWN', undefined],
    ])
    expect(Object.keys(sandbox.stats().perEndpoint)).toEqual([
      'POST /v1/oauth2/token',
      'POST /v2/invoicing/search-invoices',
      'GET /v1/billing/plans/{id}',
    ])
    expect(sandbox.stats().list).toBe(1)
    expect(checkRequests(sandbox.requests)).toEqual([])
    await fetch(`${sandbox.url}${plans}?limit=1`, { headers: await bearer(sandbox) })
    expect(checkRequests(sandbox.requests)).toHaveLength(1)
  })

  it('names the merchant of an assertion', async () => {
    const sandbox = await setup()
    await ask(sandbox, plans, { headers: { 'paypal-auth-assertion': 'a.b.' } })
    expect(sandbox.requests.at(-1)!.account).toBe('a.b.')
  })
})

const bearer = async (sandbox: Parameters<typeof tokenOf>[0]) => ({ authorization: `Bearer ${await tokenOf(sandbox)}` })
