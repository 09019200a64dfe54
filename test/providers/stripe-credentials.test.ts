import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { stripe } from '../../src/providers/stripe/index.ts'
import { expectNoSecret } from '../contracts/exercise-provider.ts'
import { key, listening, never, settings, setup, tenantId } from './stripe-account.ts'

describe('an accessToken', () => {
  const connected = (accessToken: string | undefined, apiKey: string | undefined = key) =>
    stripe(settings({ apiKey })).connect({ tenantId, accessToken })

  const forms: readonly (readonly [
    string | undefined,
    string | undefined,
    { authorization: string; account: string | undefined; perSecond: number },
  ])[] = [
    ['sk_live_tenant', key, { authorization: 'Bearer sk_live_tenant', account: undefined, perSecond: 100 }],
    ['rk_live_tenant', undefined, { authorization: 'Bearer rk_live_tenant', account: undefined, perSecond: 100 }],
    ['sk_test_tenant', key, { authorization: 'Bearer sk_test_tenant', account: undefined, perSecond: 25 }],
    ['rk_test_a_live_one', key, { authorization: 'Bearer rk_test_a_live_one', account: undefined, perSecond: 25 }],
    ['rkcs_test_tenant', key, { authorization: 'Bearer rkcs_test_tenant', account: undefined, perSecond: 25 }],
    ['acct_1Connected', key, { authorization: `Bearer ${key}`, account: 'acct_1Connected', perSecond: 100 }],
    [
      'acct_1Connected',
      'sk_test_platform',
      { authorization: 'Bearer sk_test_platform', account: 'acct_1Connected', perSecond: 25 },
    ],
    [undefined, key, { authorization: `Bearer ${key}`, account: undefined, perSecond: 100 }],
  ]
  for (const [accessToken, apiKey, expected] of forms)
    it(`${accessToken ?? 'that is absent'} with ${apiKey ? 'a' : 'no'} configured key reads as ${JSON.stringify(expected)}`, async () => {
      const seen: IncomingHttpHeaders[] = []
      const server = await listening((request, response) => {
        seen.push(request.headers)
        response.end('{"object":"list","data":[],"has_more":false}')
      })
      const { account, list } = await setup({}, { apiBase: server.url, apiKey }, accessToken)
      await list()
      expect({
        authorization: seen[0]?.authorization,
        account: seen[0]?.['stripe-account'],
        perSecond: account.perSecond,
      }).toEqual(expected)
    })

  const bad: readonly (readonly [string | undefined, string | undefined, string])[] = [
    ['pk_live_abc', key, 'publishable_key'],
    ['pk_test_abc', undefined, 'publishable_key'],
    ['whsec_abc', key, 'bad_credentials'],
    ['', key, 'bad_credentials'],
    ['sk_live_abc\r\nX-Evil: 1', key, 'bad_credentials'],
    ['sk_live_abc\n', key, 'bad_credentials'],
    ['acct_../../x', key, 'bad_credentials'],
    ['acct_1', undefined, 'no_credentials'],
    [undefined, undefined, 'no_credentials'],
    [undefined, '', 'no_credentials'],
    [undefined, 'pk_live_platform', 'publishable_key'],
    ['acct_1', 'not a key', 'bad_credentials'],
  ]
  for (const [accessToken, apiKey, code] of bad)
    it(`${JSON.stringify(accessToken)} with the configured key ${JSON.stringify(apiKey)} is refused as ${code}`, () => {
      let error: unknown
      try {
        stripe(settings({ apiKey })).connect({ tenantId, accessToken })
      } catch (thrown) {
        error = thrown
      }
      expect(error).toMatchObject({ name: 'SyncError', verdict: 'reject', code })
      expectNoSecret(
        error,
        [accessToken, apiKey].filter((candidate) => candidate !== undefined),
      )
    })

  it('has the limits of the configuration if they are set', () => {
    const account = stripe(settings({ perSecond: 7, endpointPerSecond: 3 })).connect({
      tenantId,
      accessToken: undefined,
    })
    expect([account.perSecond, account.sources[0]?.perSecond]).toEqual([7, 3])
    expect(connected('sk_live_x').sources[0]?.perSecond).toBe(25)
  })
})

describe('the beginning of an account', () => {
  it('is the creation time that Stripe reports', async () => {
    const { account, sandbox } = await setup()
    const { account: id, since } = await account.identify(never)
    expect(id).toBe('acct_sandbox')
    expect(since).toBeLessThanOrEqual(Math.min(...sandbox.expected('customers').map(({ created }) => Number(created))))
    expect(sandbox.requests.map(({ path }) => path)).toEqual(['/v1/account'])
  })

  it('is the beginning of Stripe if the key may not read the account', async () => {
    const { account } = await setup({ restrictedAccount: true }, {}, 'rk_live_tenant')
    expect((await account.identify(never)).since).toBe(Date.UTC(2011, 0, 1) / 1_000)
  })

  it('is the beginning of Stripe if the answer has no creation time', async () => {
    const server = await listening((_, response) => response.end('{"object":"account","id":"acct_1"}'))
    const { account } = await setup({}, { apiBase: server.url })
    expect((await account.identify(never)).since).toBe(Date.UTC(2011, 0, 1) / 1_000)
  })

  it('is an error if the key is refused', async () => {
    const { account, sandbox } = await setup()
    sandbox.fail({ kind: 'key-revoked' })
    await expect(account.identify(never)).rejects.toMatchObject({ verdict: 'reject', code: 'key_not_accepted' })
  })
})
