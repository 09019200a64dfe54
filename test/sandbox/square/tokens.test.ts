import { describe, expect, it } from 'vitest'
import { readScopes } from '../../../src/sandbox/square/index.ts'
import { ask, ms, setup } from './support.ts'

const at = (moment: number) => new Date(moment).toISOString()

describe('an access token', () => {
  it('is refused where it is missing, wrong, expired or revoked', async () => {
    const sandbox = await setup({ revokedTokens: ['EAAAone'] })
    sandbox.expireToken('EAAAtwo')
    const codes: Record<string, string> = {
      '': 'UNAUTHORIZED',
      'EAAA-invalid1': 'UNAUTHORIZED',
      'EAAA-revoked1': 'ACCESS_TOKEN_REVOKED',
      EAAAone: 'ACCESS_TOKEN_REVOKED',
      'EAAA-expired1': 'ACCESS_TOKEN_EXPIRED',
      EAAAtwo: 'ACCESS_TOKEN_EXPIRED',
    }
    for (const [token, code] of Object.entries(codes)) {
      const reply = await ask(sandbox, '/v2/locations', { token })
      expect([reply.status, reply.code, reply.body.errors[0].category]).toEqual([401, code, 'AUTHENTICATION_ERROR'])
    }
  })

  it('says what it may do and when it expires, and expires then', async () => {
    const sandbox = await setup({ tokenLifetime: 60 })
    const status = await ask(sandbox, '/oauth2/token/status', { body: {}, isWrong: true })
    expect(status.body).toEqual({
      scopes: [...readScopes],
      expires_at: at(ms + 60_000).replace('.000', ''),
      client_id: 'sq0idp-sandbox',
      merchant_id: sandbox.merchant,
    })
    sandbox.advance(60)
    expect((await ask(sandbox, '/v2/locations')).code).toBe('ACCESS_TOKEN_EXPIRED')
  })

  it('is refused for what its scopes do not hold, and the answer names the scope', async () => {
    const sandbox = await setup({ scopes: ['MERCHANT_PROFILE_READ'] })
    expect((await ask(sandbox, '/v2/merchants/me')).status).toBe(200)
    const reply = await ask(sandbox, '/v2/payments')
    expect([reply.status, reply.code]).toEqual([403, 'INSUFFICIENT_SCOPES'])
    expect(reply.body.errors[0].detail).toContain('PAYMENTS_READ')
  })

  it('names the merchant, whose main location need not be the first', async () => {
    const sandbox = await setup()
    const { merchant } = (await ask(sandbox, '/v2/merchants/me')).body
    expect([merchant.id, merchant.main_location_id]).toEqual([sandbox.merchant, sandbox.locations[0]!.id])
    const { locations } = (await ask(sandbox, '/v2/locations')).body
    expect(locations.map(({ status }: { status: string }) => status).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => 'ACTIVE'),
      'INACTIVE',
    ])
    expect((await ask(sandbox, '/v2/locations/main')).body.location.id).toBe(merchant.main_location_id)
  })
})
