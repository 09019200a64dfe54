import { expect, test } from 'vitest'
import { rawOf } from '../../src/json/item.ts'
import { type Incoming, unwrap } from '../../src/live/envelopes.ts'
import { putIntoEnvelope } from '../../src/live/received.ts'
import { toMessage } from '../../src/queue/lambda.ts'
import { fromSqs } from '../../src/queue/sqs-message.ts'
import { cloudEvent, eventBridge, shopifyOrder, snapshot, sns } from './sample-events.ts'

const open = (body: unknown, attributes: Readonly<Record<string, string>> = {}) =>
  unwrap({ body: typeof body === 'string' ? body : JSON.stringify(body), attributes })

function readable(incoming: Incoming) {
  if (incoming.kind === 'unreadable') throw incoming.error
  const { kind, provider, arrived, event } = incoming
  return { kind, provider, arrived, id: (event.value() as { id: unknown }).id }
}

const stripe = { kind: 'trusted', provider: 'stripe', id: 'evt_1TestSnapshot' }

test('each envelope gives the event and where it comes from', () => {
  const fromBus = { ...stripe, arrived: { via: 'eventbridge', from: 'ed_61Test', headers: {} } }
  expect(readable(open(eventBridge(snapshot)))).toEqual(fromBus)
  expect(readable(open({ ...eventBridge(snapshot), 'replay-name': 'gap' }))).toEqual(fromBus)
  expect(readable(open(sns(eventBridge(snapshot))))).toEqual(fromBus)
  expect(readable(open(cloudEvent(snapshot)))).toEqual({
    ...stripe,
    arrived: { via: 'eventgrid', from: 'ed_61Test', headers: {} },
  })
  expect(readable(open(eventBridge(shopifyOrder, 'aws.partner/shopify.com/1234567/billing')))).toMatchObject({
    kind: 'trusted',
    provider: 'shopify',
    arrived: {
      via: 'eventbridge',
      from: '1234567/billing',
      headers: { 'x-shopify-topic': 'orders/updated', 'x-shopify-shop-domain': 'test.myshopify.com' },
    },
  })
  const received = { provider: 'paypal', from: 'k7Qw', headers: { 'paypal-auth-algo': 'x' }, body: '{"id":"WH-1"}' }
  expect(readable(open(putIntoEnvelope(received)))).toEqual({
    kind: 'trusted',
    provider: 'paypal',
    arrived: { via: 'webhook', from: 'k7Qw', headers: { 'paypal-auth-algo': 'x' } },
    id: 'WH-1',
  })
})

test('a webhook is its bytes and the headers among the attributes of the message', () => {
  const body = '{ "id": "evt_1TestSnapshot",\n "name": "Zoë 😀 \\u00e9" }'
  const incoming = open(body, { endpoint: 'stripe/k7Qw', 'Stripe-Signature': 't=1,v1=x' })
  expect(readable(incoming)).toEqual({
    ...stripe,
    kind: 'signed',
    arrived: { via: 'webhook', from: 'k7Qw', headers: { endpoint: 'stripe/k7Qw', 'stripe-signature': 't=1,v1=x' } },
  })
  expect(incoming).toMatchObject({ body: Buffer.from(body) })
})

test('a message whose attribute `endpoint` is no text is not taken for an envelope', () => {
  // A header that is put into JSON unescaped could give the attribute another type, and the body may look like an envelope.
  const binary = { dataType: 'Binary', binaryValue: 'eA==' } as const
  const body = JSON.stringify(eventBridge(snapshot))
  const message = toMessage({ messageId: 'm', body, messageAttributes: { endpoint: binary } } as never)
  expect(message && unwrap(message)).toMatchObject({ kind: 'unreadable', error: { code: 'event_unreadable' } })
  const received = { MessageId: 'm', Body: body, MessageAttributes: { endpoint: { DataType: 'Binary' } } }
  expect(unwrap(fromSqs(received, 'events'))).toMatchObject({ kind: 'unreadable', error: { code: 'event_unreadable' } })
})

test('the event keeps the bytes of its envelope, and with them ids beyond 2^53', () => {
  const body = JSON.stringify(eventBridge({ id: 'x' })).replace('"x"', '820982911946154508')
  const incoming = open(body)
  if (incoming.kind === 'unreadable') throw incoming.error
  expect(rawOf(incoming.event)?.bytes.toString()).toBe('{"id":820982911946154508}')
})

test('no body makes a webhook a trusted event: strangers choose the body, and not the attributes', () => {
  const bodies = [
    eventBridge(snapshot),
    cloudEvent(snapshot),
    sns(eventBridge(snapshot)),
    JSON.parse(putIntoEnvelope({ provider: 'stripe', from: 'k7Qw', headers: {}, body: JSON.stringify(snapshot) })),
  ]
  for (const body of bodies) expect(open(body, { endpoint: 'stripe/k7Qw' })).toMatchObject({ kind: 'signed' })
})

test('what is no event is unreadable, and the reason tells nothing of its payload', () => {
  const job = { jobId: '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03', tenantId: 'secret-value', providerName: 'stripe' }
  const cases: Readonly<Record<string, readonly [unknown, Readonly<Record<string, string>>?]>> = {
    'a job': [job],
    'an event without an envelope': [snapshot],
    'another source': [eventBridge(snapshot, 'com.example.secret-value')],
    'a source that only begins like the partner': [eventBridge(snapshot, 'aws.partner/stripe.com.evil/ed_1')],
    'a notification in a notification': [sns(sns(eventBridge(snapshot)))],
    'no JSON': ['secret-value'],
    'an endpoint of a strange shape': [snapshot, { endpoint: 'stripe/../secret-value' }],
    'an endpoint without a name': [snapshot, { endpoint: 'stripe' }],
    'a webhook that is a list': ['["secret-value"]', { endpoint: 'stripe/k7Qw' }],
  }
  for (const [name, [body, attributes]] of Object.entries(cases)) {
    const incoming = open(body, attributes)
    expect(incoming, name).toMatchObject({ kind: 'unreadable', error: { code: 'event_unreadable' } })
    expect(JSON.stringify(incoming.kind === 'unreadable' && incoming.error.message), name).not.toContain('secret-value')
  }
})

test('a body beyond the limits is not parsed', () => {
  const reason = (body: string) => {
    const incoming = open(body, { endpoint: 'stripe/k7Qw' })
    return incoming.kind === 'unreadable' ? incoming.error.message : null
  }
  const object = (text: string) => `{"x":${text}}`
  expect(reason(object(`"${'a'.repeat(1_048_576)}"`))).toContain('more than 1048576 bytes')
  expect(reason(object(`"${'é'.repeat(524_300)}"`))).toContain('more than 1048576 bytes')
  expect(reason(object(`"${'a'.repeat(1_000_000)}"`))).toBeNull()
  expect(reason(object(`${'['.repeat(63)}${']'.repeat(63)}`))).toBeNull()
  expect(reason(object(`${'['.repeat(64)}${']'.repeat(64)}`))).toContain('deeper than 64')
  expect(reason(object(`"${'['.repeat(500)}\\"${'['.repeat(500)}"`))).toBeNull()
  expect(reason(object(`[${'1,'.repeat(99_990)}1]`))).toBeNull()
  expect(reason(object(`[${'1,'.repeat(100_000)}1]`))).toContain('more than 100000 values')
  expect(reason(object(`[${'[],'.repeat(60_000)}1]`))).toContain('more than 100000 values')
  const received = putIntoEnvelope({ provider: 'stripe', from: 'k7Qw', headers: {}, body: object('['.repeat(100)) })
  expect(open(received)).toMatchObject({
    kind: 'unreadable',
    error: { message: expect.stringContaining('deeper than 64') },
  })
  const inside = JSON.stringify({ Type: 'Notification', Message: '['.repeat(100) })
  expect(open(inside)).toMatchObject({
    kind: 'unreadable',
    error: { message: expect.stringContaining('deeper than 64') },
  })
})
