import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus'
import type { DeadLetter, QueueDepth, Redriven } from '../queue.ts'
import { isRedacted } from '../redact.ts'
import { bodyOf, letterOf } from './envelope.ts'

/** Messages are looked at, never counted: the count needs the right to manage the namespace. Beyond this the rest is not seen. */
const mostSeen = 1_000

/** Dead letters of the worker, and those that Service Bus has put aside unchanged. */
export function letterReceivers(client: ServiceBusClient, queue: string): readonly ServiceBusReceiver[] {
  const options = { maxAutoLockRenewalDurationInMs: 0, skipParsingBodyAsJson: true }
  return [
    client.createReceiver(deadLetterQueue(queue), options),
    client.createReceiver(queue, { ...options, subQueueType: 'deadLetter' }),
  ]
}

/** Nothing can be sent to `$DeadLetterQueue`, so the copies without secrets have a queue of their own. */
export const deadLetterQueue = (queue: string) => `${queue}-dead`

/** Up to 1,000 messages of each kind. A message with any worker counts as waiting: a look does not tell them apart. */
export async function depthOf(client: ServiceBusClient, queue: string): Promise<QueueDepth> {
  const main = client.createReceiver(queue, { skipParsingBodyAsJson: true })
  const messages = await seen(main)
  const waiting = messages.filter(({ state }) => state === 'active')
  const dead = await Promise.all(letterReceivers(client, queue).map(seen))
  return {
    waiting: waiting.length,
    inFlight: null,
    delayed: messages.length - waiting.length,
    dead: dead.flat().length,
    oldestAge: oldestAgeOf(waiting),
  }
}

function oldestAgeOf(messages: readonly ServiceBusReceivedMessage[]): number {
  const now = Date.now()
  const sent = messages.map(({ enqueuedTimeUtc }) => enqueuedTimeUtc?.getTime() ?? now)
  return Math.max(0, now - Math.min(now, ...sent)) / 1_000
}

/** At most the given number of letters: those of the worker, then those of Service Bus. */
export async function lookAtServiceBus(
  receivers: readonly ServiceBusReceiver[],
  most: number,
): Promise<readonly DeadLetter[]> {
  const letters = await Promise.all(receivers.map(seen))
  return letters.flat().slice(0, most).map(letterOf)
}

/** Sends a letter to the main queue. */
type Send = (letter: DeadLetter) => Promise<void>

/**
 * Sends dead letters back, oldest first: those of the worker, then those of Service Bus. Each is deleted after it was sent: a
 * process that is killed between leaves a job twice, which is harmless.
 */
export async function redriveServiceBus(
  receivers: readonly ServiceBusReceiver[],
  send: Send,
  most: number,
): Promise<Redriven> {
  const left: DeadLetter[] = []
  let sent = 0
  for (const receiver of receivers) {
    const letters = await seen(receiver)
    const redacted = letters.filter((letter) => isRedacted(bodyOf(letter)))
    left.push(...redacted.map(letterOf))
    sent += await sendBack(receiver, send, Math.min(most - sent, letters.length - redacted.length))
  }
  return { sent, left }
}

/** Sends so many letters, all of which are there. Letters that stay are given back at the end, or they would come again. */
async function sendBack(receiver: ServiceBusReceiver, send: Send, most: number): Promise<number> {
  const kept: ServiceBusReceivedMessage[] = []
  let sent = 0
  while (sent < most) {
    const letters = await receiver.receiveMessages(Math.min(10, most - sent), { maxWaitTimeInMs: 1_000 })
    if (letters.length === 0) break
    for (const letter of letters) {
      if (isRedacted(bodyOf(letter))) {
        kept.push(letter)
        continue
      }
      await send(letterOf(letter))
      await receiver.completeMessage(letter)
      sent++
    }
  }
  for (const letter of kept) await receiver.abandonMessage(letter)
  return sent
}

async function seen(receiver: ServiceBusReceiver): Promise<readonly ServiceBusReceivedMessage[]> {
  const messages: ServiceBusReceivedMessage[] = []
  while (messages.length < mostSeen) {
    const more = await receiver.peekMessages(100)
    if (more.length === 0) break
    messages.push(...more)
  }
  return messages
}
