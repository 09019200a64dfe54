import { describe, expect, it, test } from 'vitest'
import { createSecrets } from '../../src/secrets/secrets.ts'
import type { FetchSecret } from '../../src/secrets/store.ts'
import { openSecretStore, type Refusal } from './secret-store.ts'

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const name = `billing-sync/${tenantId}/stripe`
const secretArn = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbC123`
const parameterArn = `arn:aws:ssm:us-east-2:123456789012:parameter/${name}`
const canary = 'rk_live_canary5Fh2'

const prefix = 'billing-sync/{tenantId}/'

/** Secrets over the real SDK and a store on this machine, with a clock that stands until it is moved. */
async function setup(kept: Readonly<Record<string, string>> = {}, over: { prefix?: string } = {}) {
  const store = await openSecretStore(kept)
  let now = 0
  const secrets = createSecrets(
    { prefix, endpoint: store.endpoint, region: 'eu-central-1', ...over },
    { now: () => now },
  )
  return {
    store,
    secrets,
    open: (accessToken: string | undefined) => secrets.open({ tenantId, accessToken }),
    renew: (accessToken: string, refused: string) => secrets.renew({ tenantId, accessToken }, refused),
    refusal: (accessToken: string) => secrets.open({ tenantId, accessToken }).catch((error: unknown) => error),
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('a token that is no reference', () => {
  test.each([undefined, canary, 'sk_test_1', 'acct_1ABC', 'arnold', 'ssmtp://x', 'x arn:aws:ssm'])(
    '%s is used as it is, and no store is asked',
    async (token) => {
      const { open, renew, store } = await setup()
      expect(await open(token)).toBe(token)
      if (token) expect(await renew(token, token)).toBe(token)
      expect(store.asked).toEqual([])
    },
  )
})

describe('a reference is read from', () => {
  const manager = 'secretsmanager.GetSecretValue'
  const parameters = 'AmazonSSM.GetParameter'
  const places: Record<string, readonly [reference: string, asked: object]> = {
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
  test.each(Object.entries(places))('%s', async (_, [reference, asked]) => {
    const { store, open } = await setup({ [(asked as { id: string }).id]: ` ${canary}\n` })
    expect(await open(reference)).toBe(canary)
    expect(store.asked).toEqual([asked])
  })

  test.each([
    [secretArn, secretArn],
    [`ssm:/${name}`, `/${name}`],
    [parameterArn, parameterArn],
  ])('%s#FIELD where it is a JSON object', async (reference, id) => {
    const { open } = await setup({ [id]: JSON.stringify({ 'api-key': canary, other: 'x' }) })
    expect(await open(`${reference}#api-key`)).toBe(canary)
  })
})

describe('a reference is refused for good', () => {
  const bad = 'bad_secret_reference'
  const foreign = 'secret_not_allowed'
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:'
  const other = '11111111-2222-4333-8444-555555555555'
  const table: Record<string, readonly [reference: string, code: string]> = {
    'of another service': ['arn:aws:s3:::bucket/key', bad],
    'without a name': [arn, bad],
    'with a host for a region': [`arn:aws:secretsmanager:evil.example/:123456789012:secret:${name}`, bad],
    'with a host behind the region': [
      `arn:aws:secretsmanager:eu-west-1.evil.example#:123456789012:secret:${name}`,
      bad,
    ],
    'with a short account': [`arn:aws:secretsmanager:eu-west-1:1:secret:${name}`, bad],
    'that is a parameter of Secrets Manager': [`arn:aws:secretsmanager:eu-west-1:123456789012:parameter/${name}`, bad],
    'in capitals': [`ARN:AWS:SECRETSMANAGER:eu-west-1:123456789012:secret:${name}`, bad],
    'with two fields': [`${secretArn}#a#b`, bad],
    'with a field by colon': [`${secretArn}:password`, bad],
    'with an empty field': [`${secretArn}#`, bad],
    'with a space': [`${secretArn} x`, bad],
    'with a line end inside': [`ssm:/${name}\nx`, bad],
    'without a slash': [`ssm:${name}`, bad],
    'with a second protocol': [`ssm://${name}@evil.example`, bad],
    'that is too long': [`ssm:/${name}${'x'.repeat(2_048)}`, bad],
    'that holds a key': [`arn:${canary}`, bad],
    'of another tenant': [`${arn}billing-sync/${other}/stripe`, foreign],
    'of another tenant, as a parameter': [`ssm:/billing-sync/${other}/stripe`, foreign],
    'of another tenant, by two dots': [`ssm:/billing-sync/${other}/../${tenantId}/stripe`, foreign],
    'of the worker itself': [`${arn}billing-sync/prod-AbC123`, foreign],
    'of a tenant whose id only begins alike': [`${arn}billing-sync/${tenantId}0/stripe`, foreign],
    'of somebody else': [`${arn}rds!db-1`, foreign],
    'with slashes before its name': [`ssm:///x/billing-sync/${tenantId}/stripe`, foreign],
  }
  test.each(Object.entries(table))('%s, without a call to a store', async (_, [reference, code]) => {
    const { refusal, store } = await setup()
    const error = await refusal(reference)
    expect(error).toMatchObject({ name: 'SyncError', verdict: 'reject', code })
    expect(JSON.stringify([String(error), error])).not.toContain('canary')
    if (code === foreign) expect(String(error)).toContain(reference)
    expect(store.asked).toEqual([])
  })

  const answers: Record<string, readonly [Refusal, code: string]> = {
    'may not be read': [
      { error: 'AccessDeniedException', message: `User: arn:aws:sts::1:assumed-role/x is not authorized, ${canary}` },
      'secret_denied',
    ],
    'is encrypted with a key that may not be used': [{ error: 'DecryptionFailure' }, 'secret_unusable'],
    'is marked for deletion': [{ error: 'InvalidRequestException' }, 'secret_unusable'],
    'is not there': [{ error: 'ResourceNotFoundException' }, 'secret_not_found'],
    'is no parameter that is there': [{ error: 'ParameterNotFound' }, 'secret_not_found'],
  }
  test.each(Object.entries(answers))('that %s, after one call', async (_, [answer, code]) => {
    const { refusal, store } = await setup()
    store.refuse(answer)
    const error = await refusal(secretArn)
    expect(error).toMatchObject({ verdict: 'reject', code, message: expect.stringContaining(secretArn) })
    expect(JSON.stringify([String(error), error, String((error as Error).cause)])).not.toMatch(/canary|assumed-role/)
    expect(store.asked).toHaveLength(1)
  })

  const contents: Record<string, readonly [content: string, reference: string]> = {
    'that is empty': [' ', secretArn],
    'that is no text': ['binary', secretArn],
    'that is a JSON object without a field named': [`{"apiKey":"${canary}"}`, secretArn],
    'without the field named': [`{"apiKey":"${canary}"}`, `${secretArn}#token`],
    'whose field every object has': [`{"apiKey":"${canary}"}`, `${secretArn}#constructor`],
    'whose field is a number': ['{"apiKey":5}', `${secretArn}#apiKey`],
    'that is no JSON, with a field named': [canary, `${secretArn}#apiKey`],
    'that names another secret': [`arn:aws:secretsmanager:eu-west-1:123456789012:secret:other`, secretArn],
  }
  test.each(Object.entries(contents))('%s', async (_, [content, reference]) => {
    const { refusal } = await setup({ [secretArn]: content })
    const error = await refusal(reference)
    expect(error).toMatchObject({
      verdict: 'reject',
      code: 'secret_unusable',
      message: expect.stringContaining(secretArn),
    })
    expect(JSON.stringify([String(error), error])).not.toContain('canary')
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
    expect(store.asked).toHaveLength(3)
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
    expect(store.asked).toHaveLength(1)
    pass(1)
    expect(await open(secretArn)).toBe('rk_live_two')
    expect(store.asked).toHaveLength(2)
  })

  it('until the provider refuses it', async () => {
    const { open, renew, store } = await setup({ [secretArn]: 'rk_live_one' })
    await open(secretArn)
    store.put(secretArn, 'rk_live_two')
    expect(await renew(secretArn, 'rk_live_one')).toBe('rk_live_two')
    // A second job whose key is refused finds what the first one found.
    expect(await renew(secretArn, 'rk_live_one')).toBe('rk_live_two')
    expect(await open(secretArn)).toBe('rk_live_two')
    expect(store.asked).toHaveLength(2)
    // Refused as well: the store is asked, and has nothing else.
    expect(await renew(secretArn, 'rk_live_two')).toBe('rk_live_two')
    expect(store.asked).toHaveLength(3)
  })

  it('and fetched once for all jobs that wait for it', async () => {
    const { open, store } = await setup({ [secretArn]: canary })
    expect(await Promise.all(Array.from({ length: 20 }, () => open(secretArn)))).toEqual(Array(20).fill(canary))
    expect(store.asked).toHaveLength(1)
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
