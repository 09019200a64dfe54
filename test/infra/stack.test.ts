import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../src/config/schema.ts'
import { problemsOf } from './cloudformation.ts'
import { arnOf, type Role } from './roles.ts'
import { service } from './stack-setup.ts'
import { namesInZip } from './zip.ts'

test('the template holds nothing that CloudFormation would refuse', () => {
  expect(problemsOf(service.template())).toEqual([])
})

test('the checker of templates finds what it is for', () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { VisiblityTimeout: 900 } }
  const mapping = { Type: 'AWS::Lambda::EventSourceMapping', Properties: { ScalingConfig: { MaxConcurrency: 2 } } }
  const fn = {
    Type: 'AWS::Lambda::Function',
    Properties: { Code: {}, Role: { 'Fn::GetAtt': ['Role', 'Id'] }, RecursiveLoop: 'Never', Timeout: '900' },
  }
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: { a: { Ref: 'Fn' } }, Path: { Ref: 'X' } },
  }

  expect(
    problemsOf({ Resources: { Queue: queue, Mapping: mapping, Fn: fn, Role: role, Odd: { Type: 'AWS::Odd' } } }),
  ).toEqual([
    'Queue: unknown property VisiblityTimeout',
    'Mapping: FunctionName is missing',
    'Mapping.ScalingConfig: unknown property MaxConcurrency',
    'Fn.RecursiveLoop: unknown value Never',
    'Fn.Timeout: expected a number',
    'Fn: Role has no attribute Id',
    'Fn: refers to itself, by way of Role',
    'Role: refers to X, which is not there',
    'Role: refers to itself, by way of Fn',
    'Odd: unknown type AWS::Odd',
  ])
})

describe('the function', () => {
  test('is what the worker was written for', () => {
    expect(service.resource('SyncLambdaFunction')).toMatchObject({
      Type: 'AWS::Lambda::Function',
      Properties: {
        Handler: 'dist/handler.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: 1024,
        Timeout: 900,
        RecursiveLoop: 'Allow',
        Role: arnOf('SyncRole'),
      },
    })
  })

  test('knows its queues, and holds references to its secrets instead of the secrets', () => {
    const arn = `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:billing-sync/prod`
    const secret = (name: string) => ({ 'Fn::Sub': `${arn}#${name}` })

    expect(service.resource('SyncLambdaFunction').Properties.Environment).toEqual({
      Variables: {
        NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=2',
        MALLOC_MMAP_THRESHOLD_: '131072',
        Telemetry__Namespace: 'billing-sync/prod',
        Queue__Url: { Ref: 'SyncQueue' },
        Queue__DeadLetterUrl: { Ref: 'SyncDeadLetterQueue' },
        Worker__TimeoutMinutes: '0',
        Secrets__Prefix: 'billing-sync/prod/tenants/{tenantId}/',
        ConnectionStrings__DefaultConnection: secret('ConnectionStrings__DefaultConnection'),
        Stripe__ApiKey: secret('Stripe__ApiKey'),
      },
    })
  })

  test('is given only settings the worker has', () => {
    const { Variables } = service.resource('SyncLambdaFunction').Properties.Environment as {
      Variables: Record<string, unknown>
    }
    const settings = Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
      Object.keys(shape).map((name) => `${section}__${name}`),
    )

    expect(settings).toEqual(expect.arrayContaining(Object.keys(Variables).filter((name) => name.includes('__'))))
  })

  test('takes one message at a time and answers which ones failed', () => {
    expect(service.resource('SyncEventSourceMappingSQSSyncQueue')).toMatchObject({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 1,
        Enabled: true,
        EventSourceArn: arnOf('SyncQueue'),
        FunctionName: arnOf('SyncLambdaFunction'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      },
    })
  })

  test('logs for thirty days', () => {
    expect(service.resource('SyncLogGroup').Properties).toEqual({
      LogGroupName: '/aws/lambda/billing-sync-prod-sync',
      RetentionInDays: 30,
    })
  })
})

describe('the tick', () => {
  test('is a small function of its own, with the role and the settings of the worker', () => {
    const { Environment } = service.resource('SyncLambdaFunction').Properties
    expect(service.resource('TickLambdaFunction')).toMatchObject({
      Type: 'AWS::Lambda::Function',
      Properties: { Handler: 'dist/tick.handler', Timeout: 60, Role: arnOf('SyncRole'), Environment },
    })
  })

  test('is invoked by a rule each minute, and not again if it fails', () => {
    const rules = Object.values(service.template().Resources).filter(({ Type }) => Type === 'AWS::Events::Rule')
    expect(rules).toMatchObject([
      {
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          State: 'ENABLED',
          Targets: [{ Arn: arnOf('TickLambdaFunction') }],
        },
      },
    ])
    const invocations = Object.values(service.template().Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::EventInvokeConfig',
    )
    expect(invocations).toMatchObject([{ Properties: { MaximumRetryAttempts: 0 } }])
  })
})

test('a key of your own encrypts the environment and may be used by the role, if the parameter names one', () => {
  const { Conditions } = service.template()
  expect(Conditions).toEqual({ HasKmsKey: { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] } })
  const only = (given: unknown) => ({ 'Fn::If': ['HasKmsKey', given, { Ref: 'AWS::NoValue' }] })
  expect(service.resource('SyncLambdaFunction').Properties.KmsKeyArn).toEqual(only(''))
  const [policy] = service.resource('SyncRole').Properties.Policies as Role['Policies']
  expect(policy?.PolicyDocument.Statement).toContainEqual(only(expect.objectContaining({ Action: 'kms:Decrypt' })))
})

test('nothing of live events is in the stack unless their sources are named', () => {
  const { Resources } = service.template()
  expect(Object.keys(Resources).filter((id) => /^(?:Events|Receiver|Webhook|Stripe|Shopify|Forged)/.test(id))).toEqual(
    [],
  )
  expect(service.text()).not.toMatch(/billing-sync-prod-(?:events|receiver|webhooks)|Live events/)
})

describe('the package', () => {
  test('holds each function and what it loads, and nothing else', async () => {
    const names = namesInZip(await service.zip())

    const entries = ['handler', 'tick', 'events', 'receiver']
    const loaded = await Promise.all(
      entries.map(async (entry) =>
        [...(await service.bundle(entry)).matchAll(/require\(["']\.\/([\w-]+)\.cjs["']\)/g)].map(([, name]) => name),
      ),
    )
    const worker = [...new Set([...entries, ...loaded.flat()])].flatMap((name) => [
      `dist/${name}.cjs`,
      `dist/${name}.cjs.map`,
    ])
    expect(names.sort()).toEqual([...worker, 'dist/certificates/rds.pem'].sort())
    const [handler, tick, events, receiver] = loaded
    expect(handler).toEqual(
      expect.arrayContaining(['sqs', 'aws-secrets', 'square', 'shopify', 'paypal', 'custom-providers']),
    )
    expect(events).toEqual(expect.arrayContaining(['sqs', 'aws-secrets', 'square', 'shopify', 'paypal']))
    for (const names of [tick, receiver]) expect(names).toEqual(expect.arrayContaining(['sqs', 'aws-secrets']))
  })

  test('takes no secret from the machine that made it', () => {
    expect(service.text()).not.toContain('canary')
  })
})
