import { describe, expect, test } from 'vitest'
import { alarms } from '../../scripts/observability/alarms.ts'
import { isAbsent } from '../../scripts/observability/cloudwatch-alarms.ts'
import { settingsSchema } from '../../src/config/schema.ts'
import { eventBatch, eventIntakeOptions } from '../../src/queue/intake-options.ts'
import { problemsOf } from './cloudformation.ts'
import { permissionsOf, propertiesOf, service } from './live-events-setup.ts'
import { arnOf } from './roles.ts'

const variablesOf = (id: string) =>
  (propertiesOf(id).Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables
const secret = (name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:billing-sync/${name}`,
})

test('the template holds nothing that CloudFormation would refuse', () => {
  expect(problemsOf(service.template())).toEqual([])
})

describe('the events queue', () => {
  const twoWeeks = 14 * 24 * 3600

  test('keeps events for two weeks, encrypted, and so does its dead-letter queue', () => {
    expect(propertiesOf('EventsQueue')).toEqual({
      QueueName: 'billing-sync-prod-events',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: twoWeeks,
      VisibilityTimeout: 360,
      RedrivePolicy: { deadLetterTargetArn: arnOf('EventsDeadLetterQueue'), maxReceiveCount: 150 },
    })
    expect(propertiesOf('EventsDeadLetterQueue')).toEqual({
      QueueName: 'billing-sync-prod-events-dead-letters',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: twoWeeks,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [{ 'Fn::Sub': expect.stringMatching(/:billing-sync-prod-events$/) }],
      },
    })
  })

  test('hides a batch for six times as long as an invocation may take', () => {
    expect(propertiesOf('EventsQueue').VisibilityTimeout).toBe(6 * Number(propertiesOf('EventsLambdaFunction').Timeout))
  })

  test('delivers an event as often as a container does before it gives it up', () => {
    const Queue = { EventsUrl: 'https://sqs.eu-central-1.amazonaws.com/123456789012/events' }
    const { maxReceives } = eventIntakeOptions({ Queue, database: undefined }) ?? { maxReceives: Number.NaN }
    const { maxReceiveCount } = propertiesOf('EventsQueue').RedrivePolicy as { maxReceiveCount: number }
    expect(maxReceiveCount).toBe(maxReceives)
  })

  test('goes with the stack, so that live events can be switched on again', () => {
    for (const id of [
      'EventsQueue',
      'EventsDeadLetterQueue',
      'EventsLogGroup',
      'ReceiverLogGroup',
      'WebhookApiLogGroup',
    ])
      expect(service.resource(id)).toMatchObject({ DeletionPolicy: 'Delete' })
  })

  test.each(['EventsQueue', 'EventsDeadLetterQueue'])(
    'takes what comes over TLS, and from EventBridge what the rules send (%s)',
    (queue) => {
      expect(propertiesOf(`${queue}Policy`)).toEqual({
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
            {
              Sid: 'FromTheRules',
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: arnOf(queue),
              Condition: {
                ArnEquals: { 'aws:SourceArn': [arnOf('StripeEd61ABCRule'), arnOf('Shopify1234LiveEventsRule')] },
              },
            },
          ],
        },
      })
    },
  )
})

describe('the function of events', () => {
  test('is what the events were written for, with the settings of the worker and its queue', () => {
    expect(propertiesOf('EventsLambdaFunction')).toMatchObject({
      Handler: 'dist/events.handler',
      Runtime: 'nodejs24.x',
      MemorySize: 1024,
      Timeout: 60,
      Role: arnOf('EventsRole'),
    })
    expect(variablesOf('EventsLambdaFunction')).toEqual({
      ...variablesOf('SyncLambdaFunction'),
      Queue__EventsUrl: { Ref: 'EventsQueue' },
      Queue__EventsDeadLetterUrl: { Ref: 'EventsDeadLetterQueue' },
      // Only Stripe's webhooks come unchecked, through the HTTP API.
      Stripe__WebhookSecret: secret('prod#Stripe__WebhookSecret'),
    })
  })

  test('takes a batch of what comes within a second, and answers which events failed', () => {
    expect(propertiesOf('EventsEventSourceMappingSQSEventsQueue')).toEqual({
      BatchSize: eventBatch,
      MaximumBatchingWindowInSeconds: 1,
      Enabled: true,
      EventSourceArn: arnOf('EventsQueue'),
      FunctionName: arnOf('EventsLambdaFunction'),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    })
  })

  test('may work its queues and read secrets, and has no way to the queue of jobs', () => {
    expect(permissionsOf('EventsRole')).toEqual([
      [
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
        arnOf('EventsQueue'),
      ],
      ['sqs:SendMessage', arnOf('EventsDeadLetterQueue')],
      ['secretsmanager:GetSecretValue', secret('prod-??????')],
      // Only if there is such a key.
      ['kms:Decrypt', ''],
      ['secretsmanager:GetSecretValue', secret('prod/tenants/*')],
      ['ssm:GetParameter', { 'Fn::Sub': expect.stringMatching(/:parameter\/billing-sync\/prod\/tenants\/\*$/) }],
      [['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('EventsLogGroup')],
    ])
  })
})

describe('the receiver', () => {
  test('is a function with a URL that anybody may call, and only by its URL', () => {
    expect(propertiesOf('ReceiverLambdaFunction')).toMatchObject({
      Handler: 'dist/receiver.handler',
      Timeout: 15,
      ReservedConcurrentExecutions: 10,
      Role: arnOf('ReceiverRole'),
    })
    expect(propertiesOf('ReceiverLambdaFunctionUrl')).toEqual({
      AuthType: 'NONE',
      TargetFunctionArn: arnOf('ReceiverLambdaFunction'),
    })
    const permissions = Object.values(service.template().Resources).filter(
      ({ Type, Properties }) => Type === 'AWS::Lambda::Permission' && Properties?.Principal === '*',
    )
    const FunctionName = arnOf('ReceiverLambdaFunction')
    // New URLs need both: docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    expect(permissions.map(({ Properties }) => Properties)).toEqual([
      { FunctionName, Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' },
      { FunctionName, Action: 'lambda:InvokeFunction', Principal: '*', InvokedViaFunctionUrl: true },
    ])
  })

  test('has no key of a provider, no queue of jobs, and a secret of its own', () => {
    expect(variablesOf('ReceiverLambdaFunction')).toEqual({
      NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=2',
      MALLOC_MMAP_THRESHOLD_: '131072',
      Telemetry__Namespace: 'billing-sync/prod',
      Secrets__Prefix: 'billing-sync/prod/tenants/{tenantId}/',
      Queue__EventsUrl: { Ref: 'EventsQueue' },
      ConnectionStrings__DefaultConnection: secret('prod/receiver#ConnectionStrings__DefaultConnection'),
      Stripe__WebhookSecret: secret('prod/receiver#Stripe__WebhookSecret'),
      Shopify__WebhookSecret: secret('prod/receiver#Shopify__WebhookSecret'),
    })
  })

  test('may send events and read what proves a signature', () => {
    expect(permissionsOf('ReceiverRole')).toEqual([
      ['sqs:SendMessage', arnOf('EventsQueue')],
      ['secretsmanager:GetSecretValue', secret('prod/receiver-??????')],
      ['kms:Decrypt', ''],
      ['secretsmanager:GetSecretValue', secret('prod/tenants/*/webhooks/*')],
      ['ssm:GetParameter', { 'Fn::Sub': expect.stringMatching(/\/prod\/tenants\/\*\/webhooks\/\*$/) }],
      [['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('ReceiverLogGroup')],
    ])
  })
})

test('the stack has every alarm, and its dashboard shows live events', () => {
  const packaged = Object.entries(service.template().Resources).filter(
    ([, { Type }]) => Type === 'AWS::CloudWatch::Alarm',
  )
  const listed = alarms.filter(({ cloudWatch }) => !isAbsent(cloudWatch)).map(({ name }) => name)
  expect(packaged.map(([id]) => id).toSorted()).toEqual(listed.toSorted())
  const { DashboardBody } = propertiesOf('SyncDashboard') as { DashboardBody: { 'Fn::Sub': string } }
  const { widgets } = JSON.parse(DashboardBody['Fn::Sub']) as { widgets: { properties: { title: string } }[] }
  expect(widgets.map(({ properties }) => properties.title)).toEqual(
    expect.arrayContaining(['Messages', 'Live events by outcome', 'Webhooks by answer']),
  )
})

test('the functions are given only settings that the worker has', () => {
  const settings = Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
    Object.keys(shape).map((name) => `${section}__${name}`),
  )
  for (const id of ['EventsLambdaFunction', 'ReceiverLambdaFunction'])
    expect(settings).toEqual(
      expect.arrayContaining(Object.keys(variablesOf(id)).filter((name) => /^[A-Z][a-zA-Z]+__/.test(name))),
    )
})
