import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { permissionsOf, propertiesOf, shopify, stripe } from './live-events-setup.ts'
import { packageTemplate } from './packaged-service.ts'
import { arnOf } from './roles.ts'

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
