import { createHmac, randomUUID } from 'node:crypto'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { LambdaFunctionURLResult, SQSEvent } from 'aws-lambda'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Delivered, openEventSource } from '../../src/local/event-source.ts'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'
import { apiVersion } from '../../src/providers/stripe/connection.ts'
import { eventBridge } from '../live/sample-events.ts'
import { setup } from '../support/setup.ts'
import { buildBundle } from './bundle.ts'
import { openLambda } from './lambda.ts'

/*
 * The bundles of live events, run as Lambda runs them: the function of the events queue behind its trigger, and the receiver
 * behind its URL.
 */

const secret = 'whsec_configured'
const withoutWarning = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

async function open(name: 'events' | 'receiver', env: Readonly<Record<string, string>>) {
  const lambda = await openLambda({ root, handler: `${name}.handler`, env: { ...env, ...withoutWarning } })
  onTestFinished(() => lambda.close())
  return lambda
}

/** An account of a tenant that a bus and an endpoint lead to, and the events queue. */
async function openLive() {
  const parts = await setup({
    sandbox: { customers: 3 },
    exempt: {
      calls: ['database'],
      because: 'It lists the events that come back, and one whose commit fails does so too.',
    },
  })
  const events = await openQueue({ maxReceiveCount: 150 })
  onTestFinished(() => events.close())
  const tenantId = randomUUID()
  await parts.query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', 'acct_sandbox')`, [
    tenantId,
  ])
  for (const route of ['ed_61Test live', 'stripe/k7Qw live'])
    await parts.query(
      `insert into event_routes (provider, route, tenant_id, account) values ('stripe', $2, $1, 'acct_sandbox')`,
      [tenantId, route],
    )
  const customers = parts.sandbox.expected('customers') as readonly { readonly id: string }[]
  return {
    ...parts,
    tenantId,
    events,
    customers,
    queueSettings: {
      Queue__EventsUrl: events.url,
      Queue__EventsDeadLetterUrl: events.deadLetterUrl,
      Queue__Endpoint: events.endpoint,
      Queue__Region: events.region,
      Stripe__WebhookSecret: secret,
    },
    names: () => parts.query(`select id, name from customers where tenant_id = $1 order by name`, [tenantId]),
  }
}

const updated = (customer: object | undefined, name: string) => ({
  id: `evt_${randomUUID()}`,
  object: 'event',
  type: 'customer.updated',
  api_version: apiVersion,
  created: Math.floor(Date.now() / 1_000) - 5,
  livemode: true,
  data: { object: { ...customer, name } },
})

const signed = (body: string, key = secret) => {
  const t = Math.floor(Date.now() / 1_000)
  return `t=${t},v1=${createHmac('sha256', key).update(`${t}.${body}`).digest('hex')}`
}

/** As the HTTP API puts a webhook onto the queue: infra/live-events/http-api.yml. */
async function sendAsHttpApi({ client, url }: LocalQueue, body: string, signature: string): Promise<void> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue })
  const MessageAttributes = { 'stripe-signature': text(signature), endpoint: text('stripe/k7Qw') }
  await client.send(
    new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageGroupId: 'k7Qw', MessageAttributes }),
  )
}

/** Delivers what is on the queue to the function, until it has seen so many messages. */
async function deliver(events: LocalQueue, invoke: Awaited<ReturnType<typeof open>>['invoke'], count: number) {
  const deliveries: Delivered[] = []
  await new Promise<void>((resolve, reject) => {
    const source = openEventSource({
      client: events.client,
      queueUrl: events.url,
      queueArn: events.arn,
      region: events.region,
      invoke,
      batchSize: 10,
      batchWindowMs: 500,
      concurrency: 1,
      timeoutMs: 60_000,
      waitSeconds: 0.2,
      onInvocation(delivered) {
        deliveries.push(delivered)
        if (deliveries.reduce((sum, { event }) => sum + event.Records.length, 0) >= count) resolve()
      },
      onError: reject,
    })
    onTestFinished(() => source.close())
  })
  return {
    failed: deliveries.flatMap(({ failed }) => failed),
    kinds: new Set(deliveries.map(({ invocation }) => invocation.kind)),
  }
}

test('a batch changes rows, and only the event that must wait comes back', async () => {
  const { environment, queueSettings, events, customers, names } = await openLive()
  const lambda = await open('events', { ...environment, ...queueSettings })
  const [first, second, third] = customers
  await events.send(JSON.stringify(eventBridge(updated(first, 'A of EventBridge'))))
  const waiting = await events.send(
    JSON.stringify(eventBridge(updated(second, 'of nobody'), 'aws.partner/stripe.com/ed_61Nobody')),
  )
  await events.send('no event')
  const webhook = JSON.stringify(updated(second, 'B of the HTTP API, Zoë'))
  await sendAsHttpApi(events, webhook, signed(webhook))
  const forged = JSON.stringify(updated(third, 'forged'))
  await sendAsHttpApi(events, forged, signed(forged, 'whsec_stranger'))
  expect(await deliver(events, lambda.invoke, 5)).toEqual({ failed: [waiting], kinds: new Set(['response']) })
  expect(await names()).toEqual([
    { id: first?.id, name: 'A of EventBridge' },
    { id: second?.id, name: 'B of the HTTP API, Zoë' },
  ])
  expect(await events.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 })
  const letters = await events.deadLetters()
  expect(letters.map(({ attributes }) => attributes.code).toSorted()).toEqual(['event_unreadable', 'forged'])
  expect(JSON.stringify(letters) + lambda.logs()).not.toMatch(/whsec|forged@|Zoë/)
  expect(lambda.logs()).toContain('"billing_sync.events.forged":1')
})

test('an event of a subscription has its MRR computed by a file that the function loads for it', async () => {
  const { environment, queueSettings, events, query, sandbox, tenantId } = await openLive()
  // The items of a subscription may be a list that is fetched.
  const lambda = await open('events', { ...environment, ...queueSettings, Stripe__ApiKeyTenant: tenantId })
  const [subscription] = sandbox.expected('subscriptions') as readonly { readonly id: string }[]
  const event = { ...updated(subscription, 'ignored'), type: 'customer.subscription.updated' }
  await events.send(JSON.stringify(eventBridge({ ...event, data: { object: subscription } })))
  expect(await deliver(events, lambda.invoke, 1)).toEqual({ failed: [], kinds: new Set(['response']) })
  expect(await query('select id from subscriptions')).toEqual([{ id: subscription?.id }])
  expect(lambda.logs()).not.toContain('mrr_not_computed')
})

test('a message of another queue fails the invocation, and is not taken for an event', async () => {
  const { environment, queueSettings } = await openLive()
  const lambda = await open('events', { ...environment, ...queueSettings })
  const record = {
    messageId: 'm',
    body: '{}',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:1:jobs',
  }
  const invocation = await lambda.invoke({ Records: [record] } as unknown as SQSEvent, 10_000)
  expect(invocation).toMatchObject({ kind: 'error', message: expect.stringContaining('of the queue "jobs"') })
})

test.each(['events', 'receiver'] as const)(
  '%s without a database says what is missing, and counts it',
  async (name) => {
    const events = await openQueue()
    onTestFinished(() => events.close())
    const lambda = await open(name, { Queue__EventsUrl: events.url, Telemetry__Namespace: 'billing-sync/test' })
    const record = { messageId: 'a', body: '{}' }
    const event = name === 'events' ? { Records: [record] } : call({ body: '{}' })
    const invocation = await lambda.invoke(event as unknown as SQSEvent, 10_000)
    const answers = { events: { batchItemFailures: [{ itemIdentifier: 'a' }] }, receiver: { statusCode: 503 } }
    expect(invocation).toMatchObject({ kind: 'response', payload: answers[name] })
    expect(lambda.logs()).toContain('ConnectionStrings.DefaultConnection is not set')
    expect(lambda.logs()).toMatch(/"Namespace":"billing-sync\/test".*"billing_sync\.cannot_work":1/)
  },
)

interface Call {
  readonly body: string
  readonly path?: string
  readonly method?: string
  readonly signature?: string
  readonly isBase64?: boolean
}

/** What a function URL invokes its function with: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
const call = ({ body, path = '/events/stripe/k7Qw', method = 'POST', signature, isBase64 = false }: Call) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: {
    'content-type': 'application/json; charset=utf-8',
    host: 'abc.lambda-url.eu-central-1.on.aws',
    ...(signature !== undefined && { 'stripe-signature': signature }),
  },
  requestContext: { http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'Stripe/1.0' } },
  body: isBase64 ? Buffer.from(body).toString('base64') : body,
  isBase64Encoded: isBase64,
})

test('the receiver answers by the signature, and what it queues changes rows', async () => {
  const { environment, queueSettings, events, customers, names } = await openLive()
  const { ConnectionStrings__DefaultConnection: connection = '' } = environment
  const { Queue__EventsDeadLetterUrl: _, ...settings } = queueSettings
  // It has no key of a provider, and no queue of jobs.
  const receiver = await open('receiver', { ...settings, ConnectionStrings__DefaultConnection: connection })
  const answer = async (given: Call) => {
    const invocation = await receiver.invoke(call(given) as unknown as SQSEvent, 15_000)
    if (invocation.kind !== 'response') throw new Error(`the receiver ended with ${invocation.kind}`)
    const payload = invocation.payload as Exclude<LambdaFunctionURLResult, string>
    return payload.statusCode
  }
  const [first, second, third] = customers
  const plain = JSON.stringify(updated(first, 'A'))
  const encoded = JSON.stringify(updated(second, 'B, Zoë'))
  const forged = JSON.stringify(updated(third, 'forged'))
  expect(await answer({ body: plain, signature: signed(plain) })).toBe(200)
  expect(await answer({ body: encoded, signature: signed(encoded), isBase64: true })).toBe(200)
  expect(await answer({ body: forged, signature: signed(forged, 'whsec_stranger') })).toBe(401)
  expect(await answer({ body: forged })).toBe(401)
  expect(await answer({ body: forged, signature: signed(forged), path: '/events/nobody/k7Qw' })).toBe(404)
  expect(await answer({ body: forged, signature: signed(forged), path: '/' })).toBe(404)
  expect(await answer({ body: '', method: 'GET' })).toBe(405)
  expect(receiver.logs()).not.toMatch(/whsec|Zoë/)

  const lambda = await open('events', { ...environment, ...queueSettings })
  expect(await deliver(events, lambda.invoke, 2)).toEqual({ failed: [], kinds: new Set(['response']) })
  expect(await names()).toEqual([
    { id: first?.id, name: 'A' },
    { id: second?.id, name: 'B, Zoë' },
  ])
  expect(await events.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})
