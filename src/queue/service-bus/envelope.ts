import { randomUUID } from 'node:crypto'
import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus'
import type { Message } from '../message.ts'
import type { DeadLetter } from '../queue.ts'

/** Properties of the worker. Senders set `group`; the others carry what would be lost when a message is sent again. */
const worker = { group: 'group', receives: 'receives', sent: 'sent', id: 'originalId' } as const
const workerProperties: ReadonlySet<string> = new Set(Object.values(worker))

/** A received message. `receipt` is the message of the library. */
export function toMessage(received: ServiceBusReceivedMessage, queue: string): Message {
  const { messageId, applicationProperties: properties = {}, deliveryCount = 0, enqueuedTimeUtc } = received
  const sent = Number(properties[worker.sent] ?? enqueuedTimeUtc?.getTime())
  return {
    id: String(properties[worker.id] ?? messageId ?? ''),
    body: bodyOf(received),
    attributes: attributesOf(properties),
    queue,
    receiveCount: (Number(properties[worker.receives]) || 0) + deliveryCount + 1,
    sentAt: Number.isNaN(sent) ? undefined : new Date(sent),
    group: textOf(properties[worker.group]),
    receipt: received,
  }
}

/** The text as the sender wrote it. The library would parse JSON, and lose a key that is given twice. */
export function bodyOf({ body }: ServiceBusReceivedMessage): string {
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? Buffer.from(body).toString() : (JSON.stringify(body) ?? '')
}

/** What is sent, with the bytes of the body: the library would write a text as JSON, in quotes. */
export function envelope(
  body: string,
  properties: NonNullable<ServiceBusMessage['applicationProperties']>,
  delaySeconds: number,
): ServiceBusMessage {
  return {
    body: Buffer.from(body.toWellFormed()),
    // Always a new one: a queue that detects duplicates would drop the copy of a paused job.
    messageId: randomUUID(),
    contentType: 'application/json',
    applicationProperties: properties,
    ...(delaySeconds > 0 ? { scheduledEnqueueTimeUtc: new Date(Date.now() + delaySeconds * 1_000) } : {}),
  }
}

export function freshProperties(group: string | undefined): NonNullable<ServiceBusMessage['applicationProperties']> {
  return group === undefined ? {} : { [worker.group]: group }
}

/** Properties of a copy, with the count. */
export function againProperties({ id, attributes, group, receiveCount, sentAt }: Message) {
  return {
    ...attributes,
    ...freshProperties(group),
    [worker.id]: id,
    [worker.receives]: receiveCount,
    ...(sentAt === undefined ? {} : { [worker.sent]: sentAt.getTime() }),
  }
}

export function letterProperties({ reason, code, messageId, group }: DeadLetter) {
  const bounded = (text: string) => text.toWellFormed().slice(0, 2_000)
  return { reason: bounded(reason), code: bounded(code), messageId: bounded(messageId), ...freshProperties(group) }
}

/** A letter of the worker, or one that Service Bus has put aside by itself. */
export function letterOf(received: ServiceBusReceivedMessage): DeadLetter {
  const { applicationProperties: { reason, code, messageId } = {} } = received
  return {
    body: bodyOf(received),
    reason: textOf(reason) ?? received.deadLetterErrorDescription ?? '',
    code: textOf(code) ?? received.deadLetterReason ?? '',
    messageId: textOf(messageId) ?? String(received.messageId ?? ''),
    group: textOf(received.applicationProperties?.[worker.group]),
  }
}

function attributesOf(properties: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      const text = textOf(value)
      return text === undefined || workerProperties.has(name) ? [] : [[name, text]]
    }),
  )
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
