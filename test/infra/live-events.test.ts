import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { alarms } from '../../scripts/observability/alarms.ts'
import { isAbsent } from '../../scripts/observability/cloudwatch-alarms.ts'
import { settingsSchema } from '../../src/config/schema.ts'
import { eventBatch, eventIntakeOptions } from '../../src/queue/intake-options.ts'
import { problemsOf } from './cloudformation.ts'
import { packageTemplate, usePackagedService } from './packaged-service.ts'
import { arnOf, type Role, statementsIn } from './roles.ts'

const stripe = 'aws.partner/stripe.com/ed_61ABC'
const shopify = 'aws.partner/shopify.com/1234/live-events'
const service = usePackagedService([
  `eventSources=receiver, http-api, ${stripe},${shopify}`,
  'webhookSecrets=stripe,shopify',
])

const propertiesOf = (id: string) => service.resource(id).Properties
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

describe('EventBridge', () => {
  test.each([
    ['StripeEd61ABC', stripe],
    ['Shopify1234LiveEvents', shopify],
  ])('has a bus of the partner, and a rule that sends all of it to the queue (%s)', (id, source) => {
    expect(propertiesOf(`${id}Bus`)).toEqual({ Name: source, EventSourceName: source })
    expect(propertiesOf(`${id}Rule`)).toEqual({
      Description: expect.any(String),
      EventBusName: { Ref: `${id}Bus` },
      EventPattern: { source: [source] },
      State: 'ENABLED',
      Targets: [
        {
          Id: 'events-queue',
          Arn: arnOf('EventsQueue'),
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: arnOf('EventsDeadLetterQueue') },
        },
      ],
    })
  })
})

describe('the HTTP API', () => {
  test('puts a webhook of Stripe onto the queue as it is, with its signature and its endpoint beside it', () => {
    const { RequestParameters, ...rest } = propertiesOf('StripeWebhookIntegration')
    expect(rest).toMatchObject({ IntegrationSubtype: 'SQS-SendMessage', CredentialsArn: arnOf('WebhookApiRole') })
    const { MessageAttributes, ...others } = RequestParameters as Readonly<Record<string, string>>
    expect(others).toEqual({
      QueueUrl: { Ref: 'EventsQueue' },
      MessageBody: '$request.body',
      MessageGroupId: '$request.path.name',
    })
    expect(JSON.parse(MessageAttributes ?? '')).toEqual({
      'stripe-signature': { DataType: 'String', StringValue: `\${request.header.stripe-signature}` },
      endpoint: { DataType: 'String', StringValue: `stripe/\${request.path.name}` },
    })
    expect(propertiesOf('StripeWebhookRoute')).toMatchObject({ RouteKey: 'POST /events/stripe/{name}' })
  })

  test('may send to the events queue and do nothing else', () => {
    expect(permissionsOf('WebhookApiRole')).toEqual([['sqs:SendMessage', arnOf('EventsQueue')]])
  })
})

function permissionsOf(role: string) {
  const { Policies } = propertiesOf(role) as unknown as Role
  const statements = statementsIn(Policies)
  expect(statements.every(({ Effect }) => Effect === 'Allow')).toBe(true)
  return statements.map(({ Action, Resource }) => [Action, Resource])
}

test('each role allows the calls that its function makes through the SDK, and those that Lambda makes for it', () => {
  const actionsOf = (path: string, service: (command: string) => string) =>
    [...readFileSync(path, 'utf8').matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => `${service(name)}:${name}`)
  const queue = actionsOf('src/queue/sqs.ts', () => 'sqs')
  const stores = actionsOf('src/secrets/aws.ts', (name) => (name === 'GetParameter' ? 'ssm' : 'secretsmanager'))
  const always = [...stores, 'kms:Decrypt', 'logs:CreateLogStream', 'logs:PutLogEvents']
  // docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  const ofTrigger = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
  const allowed = (role: string) =>
    [...new Set(permissionsOf(role).flatMap(([action]) => action as string[]))].toSorted()
  expect(queue).toContain('sqs:ChangeMessageVisibility')
  expect(allowed('EventsRole')).toEqual([...new Set([...queue, ...ofTrigger, ...always])].toSorted())
  // It only ever sends.
  expect(allowed('ReceiverRole')).toEqual([...new Set(['sqs:SendMessage', ...always])].toSorted())
})

describe('parameters', () => {
  test.each([
    [['eventSources=stripe'], /eventSources has "stripe"\. Give receiver, http-api, or the name of a partner/],
    [['eventSources=receiver', 'webhookSecrets=paypal'], /webhookSecrets has "paypal"\. Give some of stripe, square/],
    [['eventSources=receiver', 'eventWindowSeconds=0'], /eventBatchSize is 100 and eventWindowSeconds is 0\./],
    [['eventSources=receiver', 'eventConcurrency=1'], /eventConcurrency is "1"\. Give a whole number from 2 to 1000/],
  ])('that cannot work are refused with what to give: %s', async (params, sentence) => {
    await expect(packageTemplate(...params)).rejects.toThrow(sentence)
  })

  test('may be lists, and each source brings its own parts alone', async () => {
    const parts = createRequire(import.meta.url)('../../infra/live-events/parts.cjs')
    const given = {
      'param:eventBatchSize': 10,
      'param:eventWindowSeconds': 0,
      'param:eventConcurrency': 2,
      'param:receiverConcurrency': 1,
      'param:environment': { Stripe__ApiKey: 'a key', Log__Level: 'debug' },
    }
    const partsOf = async (eventSources: readonly string[], webhookSecrets: readonly string[] = []) => {
      const all = { ...given, 'param:eventSources': eventSources, 'param:webhookSecrets': webhookSecrets }
      const { environment, ...rest } = await parts({ resolveVariable: async (name: keyof typeof all) => all[name] })
      return { names: Object.keys(rest), variables: environment }
    }
    const always = ['batch', 'workers', 'receivers', 'events', 'queue', 'alarms', 'dashboard', 'buses']
    expect((await partsOf([])).names).toEqual([])
    expect((await partsOf([stripe])).names).toEqual(always)
    expect((await partsOf(['http-api'])).names).toEqual([...always, 'api'])
    const { names, variables } = await partsOf(['receiver'], ['stripe', 'square'])
    expect(names).toEqual([...always, 'receiver', 'receiverParts', 'receiverAlarms'])
    // Without the HTTP API the receiver alone checks signatures, and it never has a key.
    const settingsOf = (environment: object) =>
      Object.keys(environment).filter((name) => /^(?:Stripe|Square|Log)__/.test(name))
    expect(settingsOf(variables.events)).toEqual(['Stripe__ApiKey', 'Log__Level'])
    expect(settingsOf(variables.receiver)).toEqual(['Log__Level', 'Stripe__WebhookSecret', 'Square__WebhookSecret'])
  })

  test('one way alone is enough, and without a window a batch has ten events', async () => {
    await packageTemplate(`eventSources=${stripe}`, 'eventBatchSize=10', 'eventWindowSeconds=0')
    await packageTemplate('eventSources=http-api')
  })
})
