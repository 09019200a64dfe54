import { describe, expect, it, onTestFinished } from 'vitest'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { createStripeLimiter } from '../../src/sandbox/stripe/rate-limits.ts'
import { createGate } from '../support/gate.ts'
import { ask, sdk, setup } from './support.ts'

describe('the rate limiter', () => {
  const live = { key: 'k', restricted: false, livemode: true, accountKey: 'acct_1 live' }
  const test = { ...live, livemode: false, accountKey: 'acct_1 test' }

  /** Sends requests until the limiter refuses. Returns how many it admitted and the reason of the refusal. */
  function drain(limiter: ReturnType<typeof createStripeLimiter>, caller: typeof live, endpoints: readonly string[]) {
    for (let admitted = 0; ; admitted++) {
      try {
        limiter.enter(caller, endpoints[admitted % endpoints.length]!)()
      } catch (error) {
        return {
          admitted,
          reason: (error as { headers: Record<string, string> }).headers['Stripe-Rate-Limited-Reason'],
        }
      }
    }
  }
  const sixEndpoints = ['a', 'b', 'c', 'd', 'e', 'f']

  it.each([
    { name: 'live, one endpoint', caller: live, endpoints: ['a'], admitted: 25, reason: 'endpoint-rate' },
    { name: 'live, many endpoints', caller: live, endpoints: sixEndpoints, admitted: 100, reason: 'global-rate' },
    { name: 'test, one endpoint', caller: test, endpoints: ['a'], admitted: 25, reason: 'global-rate' },
    { name: 'test, many endpoints', caller: test, endpoints: sixEndpoints, admitted: 25, reason: 'global-rate' },
  ])('admits as many requests as Stripe: $name', ({ caller, endpoints, admitted, reason }) => {
    let ms = 0
    const limiter = createStripeLimiter('stripe', () => ms)
    expect(drain(limiter, caller, endpoints)).toEqual({ admitted, reason })
    ms += 200
    expect(drain(limiter, caller, endpoints)).toEqual({ admitted: admitted / 5, reason })
    ms += 3_600_000
    expect(drain(limiter, caller, endpoints)).toEqual({ admitted, reason })
  })

  it('counts each account and mode by itself', () => {
    const limiter = createStripeLimiter('stripe', () => 0)
    const callers = [live, test, { ...live, accountKey: 'acct_2 live' }]
    expect(callers.map((caller) => drain(limiter, caller, sixEndpoints).admitted)).toEqual([100, 25, 100])
  })

  it.each([
    { limits: { concurrency: 2 }, reason: 'global-concurrency' },
    { limits: { endpointConcurrency: 2 }, reason: 'endpoint-concurrency' },
  ])('refuses a third request while two are open: $reason', ({ limits, reason }) => {
    const limiter = createStripeLimiter(limits, () => 0)
    const leave = limiter.enter(live, 'a')
    limiter.enter(live, 'a')
    expect(() => limiter.enter(live, 'a')).toThrowError(
      expect.objectContaining({ status: 429, headers: { 'Stripe-Rate-Limited-Reason': reason } }),
    )
    leave()
    expect(() => limiter.enter(live, 'a')).not.toThrow()
  })

  it("refuses over HTTP with the reason, by Stripe's limits or by limits that are set", async () => {
    const byDefault = await openSandbox({ customers: 0 })
    onTestFinished(byDefault.close)
    const replies = await Promise.all(Array.from({ length: 90 }, () => ask(byDefault, '/v1/customers')))
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(5)
    expect(refused[0]!.headers.get('stripe-rate-limited-reason')).toBe('global-rate')
    expect(refused[0]!.body.error).toMatchObject({ type: 'invalid_request_error', code: 'rate_limit' })
    expect(byDefault.stats()).toMatchObject({ requests: 90, list: 90, rateLimited: refused.length })

    const slow = await setup({ limits: { endpointPerSecond: 1 } })
    await ask(slow, '/v1/customers')
    const second = await ask(slow, '/v1/customers')
    expect([second.status, second.headers.get('stripe-rate-limited-reason')]).toEqual([429, 'endpoint-rate'])
    expect((await ask(slow, '/v1/products')).status).toBe(200)
    await expect(sdk(slow).customers.list()).rejects.toMatchObject({ name: 'Error', type: 'StripeRateLimitError' })
  })

  it('refuses over HTTP the requests beyond the concurrency limit', async () => {
    const sandbox = await setup({ limits: { concurrency: 2 }, latencyMs: 50 })
    const together = createGate()
    let arrived = 0
    sandbox.onRequest(() => {
      if (++arrived === 5) together.open()
      return together.passed
    })
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask(sandbox, '/v1/customers')))
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.map(({ headers }) => headers.get('stripe-rate-limited-reason'))).toEqual(
      Array(3).fill('global-concurrency'),
    )
    expect(sandbox.stats().peakConcurrency).toBeGreaterThanOrEqual(2)
  })

  it('admits a request as soon as the client has read the previous answer', async () => {
    const sandbox = await setup({ customers: 100, limits: { concurrency: 1 } })
    for (let turn = 0; turn < 50; turn++) expect((await ask(sandbox, '/v1/customers?limit=100')).status).toBe(200)
    expect(sandbox.stats().peakConcurrency).toBe(1)
  })
})
