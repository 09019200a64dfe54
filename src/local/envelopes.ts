import type { ProviderEvent } from '../sandbox/server/announcements.ts'

/** The ways in which an event can come onto the events queue. */
export const envelopes = ['eventbridge', 'webhook', 'receiver', 'eventgrid', 'sns'] as const

export type Envelope = (typeof envelopes)[number]

/** Each in words, for a terminal. */
export const envelopeNames: Readonly<Record<Envelope, string>> = {
  eventbridge: 'EventBridge',
  webhook: 'webhook → HTTP API',
  receiver: 'webhook → receiver',
  eventgrid: 'Event Grid',
  sns: 'EventBridge → SNS',
}

/** The name of the endpoint that a sandbox sends its webhooks to. */
export const endpoint = 'sandbox'
/** The destination of a sandbox on a bus. */
export const destination = 'ed_sandbox'

export interface Enclosed {
  readonly body: string
  readonly attributes?: Readonly<Record<string, string>>
}

/** What a cloud puts onto the queue for an event. `signed`: the headers of the webhook, with its signature. */
export function enclose(
  envelope: Exclude<Envelope, 'receiver'>,
  provider: string,
  { event, signed }: { readonly event: ProviderEvent; readonly signed: Readonly<Record<string, string>> },
): Enclosed {
  switch (envelope) {
    case 'eventbridge':
      return { body: onBus(provider, event) }
    case 'sns':
      return { body: JSON.stringify({ Type: 'Notification', MessageId: event.id, Message: onBus(provider, event) }) }
    case 'eventgrid':
      return { body: `{${partOf(cloudEvent(event))},"data":${event.body}}` }
    case 'webhook':
      return { body: event.body, attributes: { endpoint: `${provider}/${endpoint}`, ...signed } }
  }
}

/** EventBridge names our account of AWS, and never the provider's. Its partners write the event as it is. */
function onBus(provider: string, { id, type, body, headers }: ProviderEvent): string {
  const source = `aws.partner/${provider}.com/${destination}`
  const envelope = { version: '0', id, 'detail-type': type, source, account: '111122223333', region: 'eu-central-1' }
  const detail = provider === 'shopify' ? `{"metadata":${JSON.stringify(headers)},"payload":${body}}` : body
  return `{${partOf({ ...envelope, time: new Date().toISOString(), resources: [] })},"detail":${detail}}`
}

const cloudEvent = ({ id, type }: ProviderEvent) => ({
  specversion: '1.0',
  type,
  source: `/providers/stripe/${destination}`,
  id,
  time: new Date().toISOString(),
})

/** The fields of an object, without its braces: the event beside them keeps its bytes. */
const partOf = (fields: object) => JSON.stringify(fields).slice(1, -1)
