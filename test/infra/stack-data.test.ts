import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../src/config/schema.ts'
import { arnOf, type Role, statementsIn } from './roles.ts'
import { service } from './stack-setup.ts'

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
