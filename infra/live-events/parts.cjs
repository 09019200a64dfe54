// What of live events is deployed: the parts that the parameter eventSources of serverless.yml asks for, and nothing without
// it. docs/live-events.md says what each entry is for. Lists are lists, or texts with commas between.
const sourceNames = /^(?:receiver|http-api|aws\.partner\/(?:stripe|shopify)\.com\/[\w./-]{1,200})$/
const signingProviders = ['stripe', 'square', 'shopify']

module.exports = async ({ resolveVariable }) => {
  const parameter = (name) => resolveVariable(`param:${name}`)
  const sources = listOf(await parameter('eventSources'))
  const unknown = sources.find((source) => !sourceNames.test(source))
  if (unknown !== undefined)
    throw new Error(
      `eventSources has ${JSON.stringify(unknown)}. Give receiver, http-api, or the name of a partner event source, such as aws.partner/stripe.com/ed_61ABC.`,
    )
  if (sources.length === 0) return {}

  const secrets = listOf(await parameter('webhookSecrets'))
  const unsigned = secrets.find((provider) => !signingProviders.includes(provider))
  if (unsigned !== undefined)
    throw new Error(`webhookSecrets has ${JSON.stringify(unsigned)}. Give some of ${signingProviders.join(', ')}.`)
  const size = wholeNumber('eventBatchSize', await parameter('eventBatchSize'), 1, 10_000)
  const seconds = wholeNumber('eventWindowSeconds', await parameter('eventWindowSeconds'), 0, 300)
  if (size > 10 && seconds === 0)
    throw new Error(
      `eventBatchSize is ${size} and eventWindowSeconds is 0. Lambda gathers more than 10 messages in a window only. Give a window of 1, or a size of 10.`,
    )

  const hasReceiver = sources.includes('receiver')
  const hasApi = sources.includes('http-api')
  const environment = await parameter('environment')
  return {
    batch: { size, seconds },
    workers: wholeNumber('eventConcurrency', await parameter('eventConcurrency'), 2, 1_000),
    receivers: wholeNumber('receiverConcurrency', await parameter('receiverConcurrency'), 1, 1_000),
    environment: {
      // The receiver checks what comes through it, so only webhooks of the HTTP API are left to check.
      events: { ...environment, ...eventsQueue, ...signingSecrets(hasApi ? secrets.filter((name) => name === 'stripe') : [], '') },
      receiver: { ...ofReceiver(environment), ...signingSecrets(secrets, '/receiver') },
    },
    events: '${file(infra/live-events/functions.yml):events}',
    queue: '${file(infra/live-events/queue.yml)}',
    alarms: '${file(infra/live-events/alarms.yml)}',
    dashboard: '${file(infra/live-events/dashboard.yml)}',
    buses: busesOf(sources.filter((source) => source.startsWith('aws.partner/'))),
    ...(hasReceiver && {
      receiver: '${file(infra/live-events/functions.yml):receiver}',
      receiverParts: '${file(infra/live-events/receiver.yml)}',
      receiverAlarms: '${file(infra/live-events/receiver-alarms.yml)}',
    }),
    ...(hasApi && { api: '${file(infra/live-events/http-api.yml)}' }),
  }
}

const listOf = (given) =>
  [...new Set((Array.isArray(given) ? given : String(given ?? '').split(',')).map((entry) => String(entry).trim()))].filter(Boolean)

/** A parameter of the command line is a text. */
function wholeNumber(name, given, least, most) {
  const number = String(given).trim() === '' ? Number.NaN : Number(given)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(`${name} is ${JSON.stringify(given)}. Give a whole number from ${least} to ${most}.`)
}

const eventsQueue = {
  Queue__EventsUrl: { Ref: 'EventsQueue' },
  Queue__EventsDeadLetterUrl: { Ref: 'EventsDeadLetterQueue' },
}

const secretOf = (ending, field) => ({
  'Fn::Sub':
    'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${self:service}/${sls:stage}' + `${ending}#${field}`,
})

const settingOf = { stripe: 'Stripe__WebhookSecret', square: 'Square__WebhookSecret', shopify: 'Shopify__WebhookSecret' }
const signingSecrets = (providers, ending) =>
  Object.fromEntries(providers.map((provider) => [settingOf[provider], secretOf(ending, settingOf[provider])]))

/** Strangers reach the receiver, so it gets no key of a provider and a secret of its own. */
function ofReceiver(environment) {
  const harmless = /^(?:NODE_OPTIONS|MALLOC_|Telemetry__Namespace|Secrets__|Log__)/
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => harmless.test(name))),
    Queue__EventsUrl: eventsQueue.Queue__EventsUrl,
    ConnectionStrings__DefaultConnection: secretOf('/receiver', 'ConnectionStrings__DefaultConnection'),
  }
}

/** A bus for each partner event source, with a rule that sends all of it to the events queue. */
function busesOf(sources) {
  if (sources.length === 0) return {}
  const buses = sources.map((source) => {
    const [, host, name] = source.split('/', 2).concat(source.split('/').slice(2).join(' '))
    const words = name.split(/[^a-zA-Z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    return { source, id: `${host === 'stripe.com' ? 'Stripe' : 'Shopify'}${words.join('')}` }
  })
  const resources = buses.flatMap(({ source, id }) => [
    // A bus of a partner has the name of its source, which AWS deletes after seven days without a bus.
    [`${id}Bus`, { Type: 'AWS::Events::EventBus', Properties: { Name: source, EventSourceName: source } }],
    [
      `${id}Rule`,
      {
        Type: 'AWS::Events::Rule',
        Properties: {
          Description: 'Sends the events of a provider to the events queue of billing-sync',
          EventBusName: { Ref: `${id}Bus` },
          EventPattern: { source: [source] },
          State: 'ENABLED',
          Targets: [
            {
              Id: 'events-queue',
              Arn: { 'Fn::GetAtt': ['EventsQueue', 'Arn'] },
              RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
              DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['EventsDeadLetterQueue', 'Arn'] } },
            },
          ],
        },
      },
    ],
  ])
  const rules = buses.map(({ id }) => ({ 'Fn::GetAtt': [`${id}Rule`, 'Arn'] }))
  const policy = (queue) => ({
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'OnlyOverTls',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            Sid: 'FromTheRules',
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { ArnEquals: { 'aws:SourceArn': rules } },
          },
        ],
      },
    },
  })
  return {
    Resources: {
      ...Object.fromEntries(resources),
      // In the place of those in queue.yml: a queue has one policy.
      EventsQueuePolicy: policy('EventsQueue'),
      EventsDeadLetterQueuePolicy: policy('EventsDeadLetterQueue'),
    },
  }
}
