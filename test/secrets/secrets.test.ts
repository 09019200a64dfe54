import { describe, expect, it, test } from 'vitest'
import { createSecrets } from '../../src/secrets/secrets.ts'
import type { FetchSecret } from '../../src/secrets/store.ts'
import type { Refusal } from './secret-store.ts'
import { canary, name, parameterArn, prefix, secretArn, setup, tenantId } from './secrets-env.ts'

describe('a token that is no reference', () => {
  test.each([undefined, canary, 'sk_test_1', 'acct_1ABC', 'arnold', 'ssmtp://x', 'x arn:aws:ssm'])(
    '%s is used as it is, and no store is asked',
    async (token) => {
      const { open, renew, store } = await setup()
      expect(await open(token)).toBe(token)
      if (token) expect(await renew(token, token)).toBe(token)
      expect(store.requests).toEqual([])
    },
  )
})

describe('a reference is read from', () => {
  const manager = 'secretsmanager.GetSecretValue'
  const parameters = 'AmazonSSM.GetParameter'
  const places: Record<string, readonly [reference: string, request: object]> = {
    'Secrets Manager, in the region of its ARN': [
      secretArn,
      { target: manager, id: secretArn, signedFor: 'eu-west-1/secretsmanager' },
    ],
    'Parameter Store, by its path, in the region of the worker': [
      `ssm:/${name}`,
      { target: parameters, id: `/${name}`, signedFor: 'eu-central-1/ssm' },
    ],
    'Parameter Store, by its ARN': [parameterArn, { target: parameters, id: parameterArn, signedFor: 'us-east-2/ssm' }],
  }
  test.each(Object.entries(places))('%s', async (_, [reference, request]) => {
    const { store, open } = await setup({ [(request as { id: string }).id]: ` ${canary}\n` })
    expect(await open(reference)).toBe(canary)
    expect(store.requests).toEqual([request])
  })

  test.each([
    [secretArn, secretArn],
    [`ssm:/${name}`, `/${name}`],
    [parameterArn, parameterArn],
  ])('%s#FIELD where it is a JSON object', async (reference, id) => {
    const { open } = await setup({ [id]: JSON.stringify({ 'api-key': canary, other: 'x' }) })
    expect(await open(`${reference}#api-key`)).toBe(canary)
  })

  test('the whole of a JSON object, for a provider that takes several values', async () => {
    const object = JSON.stringify({ site: 'acme', apiKey: canary })
    const { open } = await setup({ [secretArn]: object })
    expect(await open(secretArn)).toBe(object)
  })
})

describe('a store that is away makes the job try again later', () => {
  const answers: Record<string, Refusal> = {
    throttles: { error: 'ThrottlingException', message: 'Rate exceeded' },
    'throttles parameters': { error: 'TooManyUpdates' },
    fails: { error: 'InternalServiceError', status: 500 },
    'is unavailable': { error: 'ServiceUnavailable', status: 503 },
    'does not know our role for the moment': { error: 'ExpiredTokenException' },
    'hangs up': { error: 'reset' },
  }
  test.each(Object.entries(answers))('%s', async (_, answer) => {
    const { refusal, open, store } = await setup({ [secretArn]: canary })
    const recover = store.refuse(answer)
    const error = await refusal(secretArn)
    expect(error).toMatchObject({
      verdict: 'retry',
      code: 'secret_unavailable',
      message: expect.stringContaining(secretArn),
    })
    recover()
    expect(await open(secretArn)).toBe(canary)
  })

  it('after the SDK has tried again', async () => {
    const { open, store } = await setup({ [secretArn]: canary })
    store.refuse({ error: 'ThrottlingException' }, 2)
    expect(await open(secretArn)).toBe(canary)
    expect(store.requests).toHaveLength(3)
  })

  it('and says so if no server listens', async () => {
    const secrets = createSecrets({ prefix, endpoint: 'http://127.0.0.1:9', region: 'eu-central-1' }, { now: () => 0 })
    await expect(secrets.open({ tenantId, accessToken: secretArn })).rejects.toMatchObject({
      verdict: 'retry',
      code: 'secret_unavailable',
    })
  })
})

describe('a secret is cached', () => {
  it('for five minutes', async () => {
    const { open, store, pass } = await setup({ [secretArn]: 'rk_live_one' })
    expect(await open(secretArn)).toBe('rk_live_one')
    store.put(secretArn, 'rk_live_two')
    pass(299_999)
    expect(await open(secretArn)).toBe('rk_live_one')
    expect(store.requests).toHaveLength(1)
    pass(1)
    expect(await open(secretArn)).toBe('rk_live_two')
    expect(store.requests).toHaveLength(2)
  })

  it('until the provider refuses it', async () => {
    const { open, renew, store } = await setup({ [secretArn]: 'rk_live_one' })
    await open(secretArn)
    store.put(secretArn, 'rk_live_two')
    expect(await renew(secretArn, 'rk_live_one')).toBe('rk_live_two')
    // A second job whose key is refused finds what the first one found.
    expect(await renew(secretArn, 'rk_live_one')).toBe('rk_live_two')
    expect(await open(secretArn)).toBe('rk_live_two')
    expect(store.requests).toHaveLength(2)
    // Refused as well: the store is asked, and has nothing else.
    expect(await renew(secretArn, 'rk_live_two')).toBe('rk_live_two')
    expect(store.requests).toHaveLength(3)
  })

  it('and fetched once for all jobs that wait for it', async () => {
    const { open, store } = await setup({ [secretArn]: canary })
    expect(await Promise.all(Array.from({ length: 20 }, () => open(secretArn)))).toEqual(Array(20).fill(canary))
    expect(store.requests).toHaveLength(1)
  })

  it('for a thousand secrets at most', async () => {
    let fetched = 0
    const fetch: FetchSecret = async () => `rk_live_${fetched++}`
    const secrets = createSecrets({ prefix, endpoint: undefined, region: undefined }, { now: () => 0 }, fetch)
    const open = (n: number) => secrets.open({ tenantId, accessToken: `ssm:/${name}/${n}` })
    for (let n = 0; n <= 1_000; n++) await open(n)
    await open(1)
    expect(fetched).toBe(1_001)
    await open(0)
    expect(fetched).toBe(1_002)
  })

  it('not if its fetch failed', async () => {
    const { refusal, open, store } = await setup()
    await refusal(secretArn)
    store.put(secretArn, canary)
    expect(await open(secretArn)).toBe(canary)
  })
})

it('all tenants share a prefix without {tenantId}', async () => {
  const { open } = await setup({ '/shared/stripe': canary }, { prefix: '/shared/' })
  expect(await open('ssm:/shared/stripe')).toBe(canary)
})
