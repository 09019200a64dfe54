import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../src/config/schema.ts'
import { problemsOf } from './cloudformation.ts'
import { usePackagedService } from './packaged-service.ts'
import { arnOf, type Role, statementsIn } from './roles.ts'
import { namesInZip } from './zip.ts'

const service = usePackagedService()

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

describe('the queues', () => {
  const twoWeeks = 14 * 24 * 3600

  test('keep messages for two weeks, encrypted', () => {
    expect(service.resource('SyncQueue').Properties).toEqual({
      QueueName: 'billing-sync-prod',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: twoWeeks,
      VisibilityTimeout: 900,
      RedrivePolicy: { deadLetterTargetArn: arnOf('SyncDeadLetterQueue'), maxReceiveCount: 12 },
    })
    expect(service.resource('SyncDeadLetterQueue').Properties).toEqual({
      QueueName: 'billing-sync-prod-dead-letters',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: twoWeeks,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [{ 'Fn::Sub': expect.stringMatching(/:billing-sync-prod$/) }],
      },
    })
  })

  test('hide a message for as long as an invocation may take, as Lambda demands', () => {
    const { VisibilityTimeout } = service.resource('SyncQueue').Properties
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(Number(service.resource('SyncLambdaFunction').Properties.Timeout))
  })

  test('deliver a message more often than the worker tries a job, with the settings as they come', () => {
    const { MaxRetries } = settingsSchema.shape.Worker.parse({})
    const { maxReceiveCount } = service.resource('SyncQueue').Properties.RedrivePolicy as { maxReceiveCount: number }
    expect(maxReceiveCount).toBeGreaterThan(MaxRetries + 1)
  })

  test.each(['SyncQueue', 'SyncDeadLetterQueue'])('refuse whoever does not come over TLS (%s)', (queue) => {
    expect(service.resource(`${queue}Policy`).Properties).toEqual({
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'OnlyOverTls',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: arnOf(queue),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    })
  })
})

test('queues, logs and the bucket of deployments keep their data when the stack goes, and the bucket is closed', () => {
  const kept = Object.entries(service.template().Resources).filter(([, resource]) => 'DeletionPolicy' in resource)
  const policy = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }
  for (const [, resource] of kept) expect(resource).toMatchObject(policy)
  expect(kept.map(([id]) => id).sort()).toEqual([
    'ServerlessDeploymentBucket',
    'SyncDeadLetterQueue',
    'SyncLogGroup',
    'SyncQueue',
    'TickLogGroup',
  ])
  expect(service.resource('ServerlessDeploymentBucket').Properties).toMatchObject({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    VersioningConfiguration: { Status: 'Enabled' },
  })
  expect(service.resource('ServerlessDeploymentBucketPolicy').Properties).toMatchObject({
    PolicyDocument: { Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': false } } }] },
  })
})

describe('the permissions', () => {
  const here = (service: string) => `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}`
  const secretOfSettings = { 'Fn::Sub': `${here('secretsmanager')}:secret:billing-sync/prod-??????` }
  const secretsOfTenants = { 'Fn::Sub': `${here('secretsmanager')}:secret:billing-sync/prod/tenants/*` }
  const parametersOfTenants = { 'Fn::Sub': `${here('ssm')}:parameter/billing-sync/prod/tenants/*` }

  test('are these and no more', () => {
    const { Policies, ManagedPolicyArns } = service.resource('SyncRole').Properties as unknown as Role
    const allowed = Policies.flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument.Statement))

    expect(ManagedPolicyArns).toEqual([])
    expect(allowed.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ChangeMessageVisibility',
          'sqs:SendMessage',
        ],
        Resource: arnOf('SyncQueue'),
      },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('SyncDeadLetterQueue') },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secretOfSettings },
      // Only if there is such a key.
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '' },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secretsOfTenants },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parametersOfTenants },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [arnOf('SyncLogGroup'), arnOf('TickLogGroup')],
      },
    ])
  })

  test('name every action and every resource: a wildcard stands only for tenants, or where something is denied', () => {
    const statements = statementsIn(service.template())

    expect(statements.length).toBeGreaterThanOrEqual(6)
    const wild = statements.filter(({ Effect, ...rest }) => Effect !== 'Deny' && JSON.stringify(rest).includes('*'))
    expect(wild.map(({ Resource }) => Resource)).toEqual([secretsOfTenants, parametersOfTenants])
  })

  test('belong to one role', () => {
    const roles = Object.entries(service.template().Resources).filter(([, { Type }]) => Type.startsWith('AWS::IAM::'))
    expect(roles.map(([id]) => id)).toEqual(['SyncRole'])
  })
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
