import { describe, expect, test } from 'vitest'
import type { Refusal } from './secret-store.ts'
import { canary, name, secretArn, setup, tenantId } from './secrets-env.ts'

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
    expect(store.requests).toEqual([])
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
    expect(store.requests).toHaveLength(1)
  })

  const contents: Record<string, readonly [content: string, reference: string]> = {
    'that is empty': [' ', secretArn],
    'that is no text': ['binary', secretArn],
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
