import { setTimeout } from 'node:timers/promises'
import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus'
import type { Message } from './message.ts'
import { poisonLetter } from './poison.ts'
import type { DeadLetter, Intake, IntakeOptions } from './queue.ts'
import { serverFailure } from './server-address.ts'
import { parseServiceBusAddress } from './service-bus/address.ts'
import { answeredWithin } from './service-bus/answered-within.ts'
import { againProperties, envelope, freshProperties, letterProperties, toMessage } from './service-bus/envelope.ts'
import {
  deadLetterQueue,
  depthOf,
  letterReceivers,
  lookAtServiceBus,
  redriveServiceBus,
} from './service-bus/letters.ts'
import { openReceiver } from './service-bus/receiver.ts'

/** A message waits no longer, whatever the caller says. */
const longestDelaySeconds = 900
/** To interrupt a receive would leave a message that is on its way locked. So a receive is short, and repeated. */
const waitMs = 1_000
/** Beyond the first message the library waits for others for a second. A message that is there comes sooner. */
const moreMs = 50
/** For the answer to the messages that are given back at the end: the worker must not be killed before it has ended. */
const longestAbandonMs = 4_000
/**
 * A send or an answer to a message has failed if Service Bus has not confirmed it by then. The library would try for half a
 * minute, and settle for a minute where its link is gone: a worker that stops would wait for it.
 */
const longestCallMs = 10_000

/**
 * Azure Service Bus by AMQP 1.0. The lock is the `LockDuration` of the queue, whatever `lockSeconds` says, and each heartbeat
 * begins it again. The name of the queue is the `EntityPath` of the connection string. Connects with the first call.
 */
export async function open({ url, maxReceives }: IntakeOptions): Promise<Intake> {
  const address = parseServiceBusAddress(url)
  const { queue } = address
  const inWords = (error: unknown) => serverFailure('service-bus', address, error)
  const client = createClient(address.connectionString, inWords)
  const sender = client.createSender(queue)
  const letters = client.createSender(deadLetterQueue(queue))
  const receiver = openReceiver(client, queue)
  /** By receipt. What this end was given and has not answered. */
  const received = new Map<unknown, ServiceBusReceivedMessage>()

  const held = ({ receipt }: Message): ServiceBusReceivedMessage => {
    const message = received.get(receipt)
    if (message) return message
    throw new Error('the worker has the message no longer')
  }
  const call = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await work()
    } catch (error) {
      throw inWords(error)
    }
  }
  const inTime = (work: (late: AbortSignal) => Promise<void>) => call(() => answeredWithin(longestCallMs, work))
  const send = (body: string, properties: Parameters<typeof envelope>[1], delaySeconds: number) =>
    inTime((abortSignal) =>
      sender.sendMessages(envelope(body, properties, Math.min(longestDelaySeconds, delaySeconds)), { abortSignal }),
    )
  const settle = (
    message: Message,
    settlement: (receiver: ServiceBusReceiver, held: ServiceBusReceivedMessage) => Promise<void>,
  ) =>
    inTime(async () => {
      const mine = held(message)
      await receiver.settle((session) => settlement(session, mine))
    }).finally(() => received.delete(message.receipt))
  const acknowledge = (message: Message) => settle(message, (session, mine) => session.completeMessage(mine))
  const abandon = (message: Message) => settle(message, (session, mine) => session.abandonMessage(mine))
  const deadLetter = (letter: DeadLetter) =>
    inTime((abortSignal) => letters.sendMessages(envelope(letter.body, letterProperties(letter), 0), { abortSignal }))
  const giveUp = async (message: Message) => {
    await deadLetter(poisonLetter(message))
    await acknowledge(message)
  }
  const take = async (most: number, maxWaitTimeInMs: number) => {
    const messages = await receiver.take(most, maxWaitTimeInMs)
    return messages.map((message) => {
      received.set(message, message)
      return toMessage(message, queue)
    })
  }

  return {
    send: (body, delaySeconds, group) => send(body, freshProperties(group), delaySeconds),
    async heartbeat(message) {
      await call(() => receiver.renewLock(held(message)))
    },
    async giveBack(message, delaySeconds) {
      if (message.receiveCount >= maxReceives) return giveUp(message)
      if (delaySeconds <= 0) return abandon(message)
      await send(message.body, againProperties(message), delaySeconds)
      await acknowledge(message)
    },
    deadLetter,
    acknowledge,
    async receive(most, signal, atOnce = false) {
      while (!signal.aborted) {
        const messages = await call(async () => {
          if (atOnce) return await take(most, moreMs)
          const first = await take(1, waitMs)
          return most > 1 && first.length > 0 ? [...first, ...(await take(most - 1, moreMs))] : first
        })
        const poisoned = messages.filter(({ receiveCount }) => receiveCount > maxReceives)
        for (const message of poisoned) await giveUp(message)
        const living = messages.filter((message) => !poisoned.includes(message))
        if (signal.aborted) for (const message of living) await abandon(message)
        else if (living.length > 0 || atOnce) return living
      }
      return []
    },
    async depth() {
      const depth = await onOwnClient((secondClient) => depthOf(secondClient, queue))
      const inFlight = [...received.values()].filter(isLocked).length
      return { ...depth, waiting: Math.max(0, depth.waiting - inFlight) }
    },
    letters: (most) => onOwnClient((secondClient) => lookAtServiceBus(letterReceivers(secondClient, queue), most)),
    redrive: (most) =>
      onOwnClient((secondClient) =>
        redriveServiceBus(
          letterReceivers(secondClient, queue),
          ({ body, group }) => send(body, freshProperties(group), 0),
          most,
        ),
      ),
    async close() {
      // Others have these at once, and not after the lock only.
      const mine = [...received.values()].filter(isLocked)
      const abandoned = Promise.allSettled(
        mine.map((message) => receiver.settle((session) => session.abandonMessage(message))),
      )
      await Promise.race([abandoned, setTimeout(longestAbandonMs, undefined, { ref: false })])
      for (const part of [receiver, sender, letters, client]) await part.close().catch(() => {})
    },
  }

  /** A client looks at no message twice, not even by another receiver. */
  async function onOwnClient<Answer>(work: (secondClient: ServiceBusClient) => Promise<Answer>): Promise<Answer> {
    const secondClient = createClient(address.connectionString, inWords)
    try {
      return await call(() => work(secondClient))
    } finally {
      await secondClient.close().catch(() => {})
    }
  }
}

/** A message whose lock has run out is no longer with this worker, even if the worker never answered it. */
const isLocked = ({ lockedUntilUtc }: ServiceBusReceivedMessage) =>
  lockedUntilUtc !== undefined && lockedUntilUtc.getTime() > Date.now()

function createClient(connectionString: string, inWords: (error: unknown) => Error): ServiceBusClient {
  try {
    return new ServiceBusClient(connectionString, {
      retryOptions: { maxRetries: 2, retryDelayInMs: 500, timeoutInMs: 10_000 },
    })
  } catch (error) {
    throw inWords(error)
  }
}
