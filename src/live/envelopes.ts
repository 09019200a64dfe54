import { SyncError } from '../errors.ts'
import { Item } from '../json/item.ts'
import { RawJson } from '../json/raw-json.ts'
import { fields, isObject } from '../json/value.ts'
import type { Arrived } from '../provider/live.ts'
import type { Message } from '../queue/message.ts'
import { excessOf } from './limits.ts'
import { openReceived } from './received.ts'

/** A message of the events queue, taken out of the envelope that it came in. */
export type Incoming =
  | (Origin & { readonly kind: 'trusted' })
  /** A webhook that came onto the queue as it was sent: the signature must prove it. */
  | (Origin & { readonly kind: 'signed'; readonly body: Buffer })
  | { readonly kind: 'unreadable'; readonly error: SyncError }

interface Origin {
  /** The provider's name. */
  readonly provider: string
  readonly arrived: Arrived
  readonly event: Item
}

/**
 * Opens the envelope of a message. A message with the attribute `endpoint` is a webhook, whatever its body looks like: an
 * integration without code has put it there, so strangers choose the body and cannot choose the attributes. The others are
 * envelopes, because only a rule, a topic or the receiver may send to the queue.
 */
export function unwrap({ body, attributes }: Pick<Message, 'body' | 'attributes'>): Incoming {
  const excess = excessOf(body)
  if (excess !== null) return unreadable(excess)
  const { endpoint } = attributes
  try {
    return endpoint === undefined ? openEnvelope(itemOf(body)) : openWebhook(body, endpoint, attributes)
  } catch (error) {
    return unreadable(error instanceof SyntaxError ? 'it is not JSON' : 'its envelope is damaged')
  }
}

function openWebhook(text: string, endpoint: string, attributes: Message['attributes']): Incoming {
  const [, provider, name] = /^([a-z][a-z0-9-]{0,62})\/([\w-]{1,128})$/.exec(endpoint) ?? []
  if (!provider || !name) return unreadable('its attribute "endpoint" is not PROVIDER/NAME')
  const event = itemOf(text)
  if (!isObject(event.value())) return unreadable('it is not a JSON object')
  const arrived: Arrived = { via: 'webhook', from: name, headers: inLowerCase(attributes) }
  return { kind: 'signed', provider, arrived, event, body: Buffer.from(text) }
}

function openEnvelope(whole: Item, isInside = false): Incoming {
  const envelope = fields(whole.value())
  const { source, detail, data, specversion, Type: type, Message: message } = envelope
  if (isObject(detail)) return openEventBridge(String(source), whole.at('detail'))
  if (specversion === '1.0' && isObject(data)) return openCloudEvent(String(source), whole.at('data'))
  if (type === 'Notification' && typeof message === 'string' && !isInside) {
    const excess = excessOf(message)
    return excess === null ? openEnvelope(itemOf(message), true) : unreadable(excess)
  }
  const received = openReceived(envelope)
  if (received === null) return unreadable('it has no envelope that the worker knows, and no attribute "endpoint"')
  const { provider, body, ...arrived } = received
  const excess = excessOf(body)
  if (excess !== null) return unreadable(excess)
  return { kind: 'trusted', provider, arrived: { via: 'webhook', ...arrived }, event: itemOf(body) }
}

/** The account in an envelope of EventBridge is the AWS account that receives it, never the provider's. */
function openEventBridge(source: string, detail: Item): Incoming {
  const [, host, from] = /^aws\.partner\/([a-z.]{1,100})\/(\S{1,256})$/.exec(source) ?? []
  if (host === 'stripe.com' && from) return trusted('stripe', { via: 'eventbridge', from, headers: {} }, detail)
  const { metadata, payload } = fields(detail.value())
  if (host === 'shopify.com' && from && isObject(payload))
    return trusted(
      'shopify',
      { via: 'eventbridge', from, headers: inLowerCase(fields(metadata)) },
      detail.at('payload'),
    )
  return unreadable('its source is no event source of a provider')
}

function openCloudEvent(source: string, data: Item): Incoming {
  const [, from] = /^\/providers\/stripe\/(\w{1,256})$/.exec(source) ?? []
  if (!from) return unreadable('its source is no event source of a provider')
  return trusted('stripe', { via: 'eventgrid', from, headers: {} }, data)
}

const trusted = (provider: string, arrived: Arrived, event: Item): Incoming => ({
  kind: 'trusted',
  provider,
  arrived,
  event,
})

/** @throws SyntaxError */
function itemOf(text: string): Item {
  return Item.of(JSON.parse(text), RawJson.of(Buffer.from(text)))
}

function inLowerCase(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  )
}

function unreadable(why: string): Incoming {
  const message = `event: the message cannot be read, because ${why}. Correct its sender.`
  return { kind: 'unreadable', error: new SyncError('unreadable', 'event_unreadable', message) }
}
