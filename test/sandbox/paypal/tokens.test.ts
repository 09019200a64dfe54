import { describe, expect, it } from 'vitest'
import { allScopes, sandboxApp, withoutReporting } from '../../../src/sandbox/paypal/index.ts'
import { ask, day, mint, now, search, searchPath, setup, sorted, tokenOf } from './support.ts'

const recent = searchPath({ from: now - day, to: now })

/** An unsigned assertion of a platform about a merchant. */
function assertion(payer_id: string, iss: string = sandboxApp.id, alg = 'none'): Readonly<Record<string, string>> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return { 'paypal-auth-assertion': `${part({ alg })}.${part({ iss, payer_id })}.` }
}

describe('a token', () => {
  it('is made for an app and its secret, and says what it may do and for how long', async () => {
    const sandbox = await setup()
    const { status, body } = await mint(sandbox)
    expect([status, Object.keys(body)]).toEqual([
      200,
      ['scope', 'access_token', 'token_type', 'app_id', 'expires_in', 'nonce'],
    ])
    expect([body.token_type, body.expires_in, body.scope.split(' ')]).toEqual(['Bearer', 32_400, [...allScopes]])
    const other = (await mint(sandbox)).body
    expect(other.access_token).not.toBe(body.access_token)
    for (const token of [body.access_token, other.access_token])
      expect((await ask(sandbox, recent, { token })).status).toBe(200)
    expect(sandbox.tokensMinted()).toBe(2)
  })

  it('is not made for a wrong secret, an unknown app or another grant', async () => {
    const sandbox = await setup()
    const wrong = { error: 'invalid_client', error_description: 'Client Authentication failed' }
    expect(await mint(sandbox, 'wrong')).toEqual({ status: 401, body: wrong })
    expect(await mint(await setup({ clients: { other: sandboxApp.secret } }))).toEqual({ status: 401, body: wrong })
    const grant = await mint(sandbox, sandboxApp.secret, 'grant_type=password')
    expect([grant.status, grant.body.error]).toEqual([400, 'unsupported_grant_type'])
  })

  it('expires by the clock of the provider, in the middle of a list', async () => {
    const sandbox = await setup({ tokenLifetime: 60 })
    const token = await tokenOf(sandbox)
    sandbox.advance(59)
    expect((await ask(sandbox, recent, { token })).status).toBe(200)
    sandbox.advance(1)
    const reply = await ask(sandbox, `${recent}&page=2`, { token })
    expect([reply.status, reply.name]).toEqual([401, 'INVALID_TOKEN'])
    expect((await ask(sandbox, recent, { token: (await mint(sandbox)).body.access_token })).status).toBe(200)
  })

  it('is refused where it is missing, unknown, expired or revoked, each in a form of its own', async () => {
    const sandbox = await setup()
    const none = await fetch(`${sandbox.url}/v1/billing/plans`)
    expect([none.status, JSON.parse(await none.text()).name]).toEqual([401, 'AUTHENTICATION_FAILURE'])
    const unknown = await ask(sandbox, '/v1/billing/plans', { token: 'made-up' })
    expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_token'])
    const token = await tokenOf(sandbox)
    sandbox.expireTokens()
    expect((await ask(sandbox, '/v1/billing/plans', { token })).name).toBe('INVALID_TOKEN')
    sandbox.revokeTokens()
    expect((await ask(sandbox, '/v1/billing/plans', { token })).body.error).toBe('invalid_token')
    const authorization = `Basic ${Buffer.from(`${sandboxApp.id}:${sandboxApp.secret}`).toString('base64')}`
    const secret = await ask(sandbox, '/v1/billing/plans', { headers: { authorization } })
    expect([secret.status, secret.name]).toEqual([401, 'AUTHENTICATION_FAILURE'])
  })
})

describe('an app without Transaction Search', () => {
  it('may read all but the reports', async () => {
    const sandbox = await setup({ transactionSearch: false })
    expect((await mint(sandbox)).body.scope.split(' ')).toEqual([...withoutReporting])
    for (const path of [recent, '/v1/reporting/balances']) {
      const reply = await ask(sandbox, path)
      expect([reply.status, reply.name]).toEqual([403, 'NOT_AUTHORIZED'])
    }
    expect((await ask(sandbox, '/v1/billing/plans')).status).toBe(200)
  })

  it('gets it for new tokens only', async () => {
    const sandbox = await setup({ transactionSearch: false })
    const token = await tokenOf(sandbox)
    sandbox.grant(allScopes)
    expect((await ask(sandbox, recent, { token })).status).toBe(403)
    expect((await ask(sandbox, recent, { token: (await mint(sandbox)).body.access_token })).status).toBe(200)
  })
})

describe('a platform', () => {
  it('reads the data of the merchant that its assertion names, and else its own', async () => {
    const merchants = ['PLATF2RM22222', 'SELLER3333333']
    const sandbox = await setup({ merchants, transactions: 200 })
    const answer = await ask(sandbox, recent)
    expect([answer.body.account_number, sandbox.merchant]).toEqual(['PLATF2RM22222', 'PLATF2RM22222'])
    const seller = await ask(sandbox, recent, { headers: assertion('SELLER3333333') })
    expect(seller.body.account_number).toBe('SELLER3333333')
    const { object } = sandbox
      .accessTo('SELLER3333333')
      .insert('transactions', {}, { at: now - 8 * 3_600, listedFrom: now })
    const path = searchPath({ from: now - day, to: now, more: '&page_size=500' })
    const sold = (await ask(sandbox, path, { headers: assertion('SELLER3333333') })).body.transaction_details
    expect(sold).toContainEqual(object)
    expect(await search(sandbox, now - day, now)).not.toContainEqual(object)
    expect(sorted(sandbox.accessTo('SELLER3333333').expected('plans'))).not.toEqual(sorted(sandbox.expected('plans')))
  })

  it('is refused with an assertion of another app, of an unknown merchant or with a signature', async () => {
    const sandbox = await setup({ merchants: ['PLATF2RM22222', 'SELLER3333333'] })
    const status = async (headers: Readonly<Record<string, string>>) => (await ask(sandbox, recent, { headers })).status
    expect(await status(assertion('UNKN2WN222222'))).toBe(403)
    expect(await status(assertion('SELLER3333333', 'other-app'))).toBe(401)
    expect(await status(assertion('SELLER3333333', sandboxApp.id, 'HS256'))).toBe(401)
    expect(await status({ 'paypal-auth-assertion': 'made-up' })).toBe(401)
  })
})
