import type { MessagePropertyHeaders, Options, Message as RabbitMessage } from 'amqplib'
import type { Message } from '../message.ts'
import type { DeadLetter } from '../queue.ts'
import { longestDelay } from './queues.ts'

/** Headers of the worker. Senders set `group`; the others carry what would be lost when a message is published again. */
const header = { group: 'group', receives: 'x-receives', sentAt: 'x-sent-at' } as const
const longestHeader = 2_000

/** A delivery as a message. `receipt` is the delivery. */
export function toMessage(delivery: RabbitMessage, queue: string): Message {
  const { content, properties } = delivery
  const headers = properties.headers ?? {}
  return {
    id: textOf(properties.messageId) ?? '',
    body: content.toString(),
    attributes: attributesOf(headers),
    queue,
    receiveCount: earlierReceives(delivery) + 1,
    sentAt: sentAt(properties.timestamp, headers),
    group: textOf(headers[header.group]),
    receipt: delivery,
  }
}

/** Options of a message that is queued for the first time. */
export function freshOptions(id: string, sent: Date, group: string | undefined): Options.Publish {
  return {
    messageId: id,
    contentType: 'application/json',
    timestamp: Math.floor(sent.getTime() / 1_000),
    headers: { ...(group === undefined ? {} : { [header.group]: group }), [header.sentAt]: String(sent.getTime()) },
  }
}

/**
 * How long a message waits in its queue of delays. RabbitMQ looks at the first message of a queue alone: one that stands
 * behind another waits for it, though no longer than the queue's own time.
 */
export const waiting = (seconds: number): Options.Publish =>
  seconds > 0 ? { expiration: String(Math.ceil(Math.min(seconds, longestDelay) * 1_000)) } : {}

/** Options of the same message when it is published again, with its count. */
export function againOptions({ id, attributes, group, receiveCount, sentAt: sent }: Message): Options.Publish {
  return {
    ...(id === '' ? {} : { messageId: id }),
    contentType: 'application/json',
    headers: {
      ...attributes,
      ...(group === undefined ? {} : { [header.group]: group }),
      ...(sent === undefined ? {} : { [header.sentAt]: String(sent.getTime()) }),
      [header.receives]: receiveCount,
    },
  }
}

export function letterOptions({ reason, code, messageId, group }: DeadLetter): Options.Publish {
  const bounded = (text: string) => text.toWellFormed().slice(0, longestHeader)
  const ofGroup = group === undefined ? {} : { [header.group]: group }
  return { headers: { reason: bounded(reason), code: bounded(code), messageId: bounded(messageId), ...ofGroup } }
}

/** RabbitMQ's own dead letters have no reason of the worker. */
export function letterOf({ content, properties }: RabbitMessage): DeadLetter {
  const { reason, code, messageId }: MessagePropertyHeaders = properties.headers ?? {}
  return {
    body: content.toString(),
    reason: textOf(reason) ?? '',
    code: textOf(code) ?? '',
    messageId: textOf(messageId) ?? textOf(properties.messageId) ?? '',
    group: textOf(properties.headers?.[header.group]),
  }
}

/**
 * Receives before this one: those that the worker has counted, and those that RabbitMQ counts since the message was
 * published. From 4.3 on its `x-delivery-count` counts refusals only, and `x-acquired-count` counts receives. A classic
 * queue counts nothing, and says only that there was a receive.
 */
function earlierReceives({ properties: { headers = {} }, fields: { redelivered } }: RabbitMessage): number {
  const counted = headers['x-acquired-count'] ?? headers['x-delivery-count'] ?? (redelivered ? 1 : 0)
  return (Number(headers[header.receives]) || 0) + (Number(counted) || 0)
}

function attributesOf(headers: MessagePropertyHeaders): Record<string, string> {
  const senderHeaders = Object.entries(headers).filter(([name]) => name !== header.group && !name.startsWith('x-'))
  return Object.fromEntries(
    senderHeaders.flatMap(([name, value]) => {
      const text = textOf(value)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

/** A sender's timestamp has whole seconds. */
function sentAt(timestamp: unknown, headers: MessagePropertyHeaders): Date | undefined {
  const ms = Number(headers[header.sentAt] ?? Number(timestamp) * 1_000)
  const date = new Date(ms)
  return ms >= 0 && !Number.isNaN(date.getTime()) ? date : undefined
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
