import { describe, expect, it } from 'vitest'
import type { LimitReason, Sandbox } from '../../src/sandbox/stripe/index.ts'
import { ask, sdk, setup } from './support.ts'

const list = (sandbox: Sandbox) => ask(sandbox, '/v1/customers')

describe('a failure', () => {
  const reasons: Record<LimitReason, true> = {
    'global-rate': true,
    'endpoint-rate': true,
    'global-concurrency': true,
    'endpoint-concurrency': true,
    'resource-specific': true,
  }
  it.each(Object.keys(reasons) as LimitReason[])(
    'can be a 429 with the reason %s and no Retry-After',
    async (reason) => {
      const sandbox = await setup()
      sandbox.fail({ kind: 'rate-limited', reason })
      const { status, headers } = await list(sandbox)
      expect([status, headers.get('stripe-rate-limited-reason'), headers.has('retry-after')]).toEqual([
        429,
        reason,
        false,
      ])
    },
  )

  it('can end half a body without an error of the connection', async () => {
    const sandbox = await setup({ customers: 1 })
    sandbox.fail({ kind: 'truncated', close: 'clean' })
    const response = await fetch(`${sandbox.url}/v1/customers`, { headers: { authorization: 'Bearer sk_test_a' } })
    const text = await response.text()
    expect(response.ok).toBe(true)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  it.each([
    { rule: { after: 2, times: 2 }, statuses: [200, 200, 500, 500, 200, 200] },
    { rule: { times: 1 }, statuses: [500, 200, 200, 200, 200, 200] },
    { rule: { path: /limit=1(&|$)/ }, statuses: [200, 500, 200, 500, 200, 500] },
    { rule: { path: /\/products/ }, statuses: [200, 200, 200, 200, 200, 200] },
  ])('affects the requests that its rule selects: $rule', async ({ rule, statuses }) => {
    const sandbox = await setup()
    sandbox.fail({ ...rule, kind: 'error', status: 500 })
    const actual: number[] = []
    for (let turn = 0; turn < 6; turn++)
      actual.push((await ask(sandbox, `/v1/customers?limit=${turn % 2 ? 1 : 2}`)).status)
    expect(actual).toEqual(statuses)
  })

  it('affects the share of requests that its probability says, the same requests for the same seed', async () => {
    const failed = async (seed: number) => {
      const sandbox = await setup({ seed })
      sandbox.fail({ kind: 'error', status: 500, probability: 0.3 })
      const statuses: number[] = []
      for (let turn = 0; turn < 100; turn++) statuses.push((await list(sandbox)).status)
      return statuses.map((status) => (status === 500 ? 'x' : '.')).join('')
    }
    const [first, same, other] = [await failed(1), await failed(1), await failed(2)]
    expect(same).toBe(first)
    expect(other).not.toBe(first)
    expect(first.split('x').length - 1).toBeGreaterThan(15)
    expect(first.split('x').length - 1).toBeLessThan(45)
  })

  it('comes from the first rule that applies, one failure a request', async () => {
    const sandbox = await setup()
    sandbox.fail({ kind: 'error', status: 500, times: 1 })
    sandbox.fail({ kind: 'error', status: 503, times: 1 })
    expect([(await list(sandbox)).status, (await list(sandbox)).status, (await list(sandbox)).status]).toEqual([
      500, 503, 200,
    ])
  })

  it('can revoke a key after two pages of a run', async () => {
    const sandbox = await setup({ customers: 250 })
    sandbox.fail({ kind: 'key-revoked', path: '/v1/customers', after: 2 })
    const read = sdk(sandbox).customers.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 })
    await expect(read).rejects.toMatchObject({ type: 'StripeAuthenticationError' })
    expect(sandbox.requests.map(({ status }) => status)).toEqual([200, 200, 401])
  })

  it('can reset a connection that was kept alive', async () => {
    const sandbox = await setup()
    const stripe = sdk(sandbox)
    await stripe.customers.list()
    sandbox.fail({ kind: 'reset' })
    await expect(stripe.customers.list()).rejects.toMatchObject({ type: 'StripeConnectionError' })
  })
})
