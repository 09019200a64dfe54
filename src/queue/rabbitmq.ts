import { randomUUID } from 'node:crypto'
import type { Message as RabbitMessage } from 'amqplib'
import type { Message } from './message.ts'
import { poisonLetter } from './poison.ts'
import type { DeadLetter, Intake, IntakeOptions, QueueDepth } from './queue.ts'
import { createConnection } from './rabbitmq/connection.ts'
import { againOptions, freshOptions, letterOptions, toMessage, waiting } from './rabbitmq/delivery.ts'
import { delays, namesOf, onOwnChannel } from './rabbitmq/queues.ts'
import { lookAtRabbit, redriveRabbit } from './rabbitmq/redrive.ts'
import type { Session } from './rabbitmq/session.ts'
import { hasWaited, parseServerAddress, serverFailure } from './server-address.ts'

interface Held {
  readonly delivery: RabbitMessage
  readonly session: Session
}

/** A message that no call could give back waits so long, so that a failing worker does not receive it at once again. */
const releasedSeconds = 30

/**
 * RabbitMQ by AMQP 0-9-1. The connection is the lock: RabbitMQ redelivers the messages of a worker whose connection or
 * channel ends, and no heartbeat of a message is needed. `lockSeconds` has no meaning. The queues are named after
 * `?queue=NAME` of the address.
 * @throws Error in words if the server is away
 */
export async function open({ url, maxReceives }: IntakeOptions): Promise<Intake> {
  const address = parseServerAddress(url, url.toLowerCase().startsWith('amqps') ? 5671 : 5672)
  const connection = createConnection({ address, maxReceives })
  const names = namesOf(address.queue)
  /** By receipt. A message that is not here was answered already. */
  const held = new Map<unknown, Held>()

  const inWords = (error: unknown) => serverFailure('rabbitmq', address, error)
  // From now on there are queues to send to.
  await connection.session()
  const publish = async (queue: string, body: string, options: Parameters<Session['publish']>[2]) => {
    const { publish: publishOn } = await connection.session()
    await publishOn(queue, body, options).catch((error: unknown) => {
      throw inWords(error)
    })
  }
  const holding = ({ receipt }: Message): Held => {
    const entry = held.get(receipt)
    if (entry && !entry.session.lost.aborted) return entry
    held.delete(receipt)
    throw new Error(
      'rabbitmq: the worker has the message no longer, because its connection was lost. RabbitMQ delivers it again.',
    )
  }
  const acknowledge = (message: Message) => {
    const { delivery, session } = holding(message)
    held.delete(message.receipt)
    session.acknowledge(delivery)
  }
  const deadLetter = (letter: DeadLetter) => publish(names.dead, letter.body, letterOptions(letter))
  const giveUp = async (message: Message) => {
    await deadLetter(poisonLetter(message))
    acknowledge(message)
  }
  const giveBack = async (message: Message, delaySeconds: number) => {
    holding(message)
    if (message.receiveCount >= maxReceives) return giveUp(message)
    await publish(names.delayed(delaySeconds), message.body, { ...againOptions(message), ...waiting(delaySeconds) })
    acknowledge(message)
  }
  return {
    send: (body, delaySeconds, group) =>
      publish(names.delayed(delaySeconds), body, {
        ...freshOptions(randomUUID(), new Date(), group),
        ...waiting(delaySeconds),
      }),
    async heartbeat(message) {
      holding(message)
    },
    giveBack,
    deadLetter,
    async acknowledge(message) {
      acknowledge(message)
    },
    async receive(most, signal, atOnce = false) {
      if (signal.aborted) return []
      try {
        const session = await connection.sessionOfReceiver(signal)
        const deliveries = await session.take(most, signal, atOnce)
        for (const delivery of deliveries) held.set(delivery, { delivery, session })
        return await livingOf(deliveries.map((delivery) => toMessage(delivery, address.queue)))
      } catch (error) {
        if (signal.aborted && !hasWaited(error)) return []
        throw inWords(error)
      }
    },
    async release(message) {
      if (held.has(message.receipt)) await giveBack(message, releasedSeconds).catch(() => refuse(message))
    },
    async depth() {
      const { connection: model } = await connection.session()
      const count = (queue: string) =>
        onOwnChannel(model, async (channel) => (await channel.checkQueue(queue)).messageCount)
      const delayed = await Promise.all(delays.map((delay) => count(names.delayed(delay))))
      const depth: QueueDepth = {
        waiting: await count(names.main),
        inFlight: null,
        delayed: delayed.reduce((sum, messages) => sum + messages, 0),
        dead: await count(names.dead),
        // RabbitMQ shows no message that it does not hand out.
        oldestAge: null,
      }
      return depth
    },
    letters: async (most) => lookAtRabbit(await connection.session(), address.queue, most),
    redrive: async (most) => redriveRabbit(await connection.session(), address.queue, most),
    async close() {
      held.clear()
      await connection.close()
    },
  }

  /** Without the messages that no worker could deal with, which become dead letters. */
  async function livingOf(messages: readonly Message[]): Promise<readonly Message[]> {
    const poisoned = messages.filter(({ receiveCount }) => receiveCount > maxReceives)
    try {
      for (const message of poisoned) await giveUp(message)
    } catch (error) {
      // The connection stays, so RabbitMQ would wait for an answer to each of them.
      for (const message of messages) refuse(message)
      throw error
    }
    return messages.filter((message) => !poisoned.includes(message))
  }

  function refuse({ receipt }: Message): void {
    const entry = held.get(receipt)
    held.delete(receipt)
    if (entry && !entry.session.lost.aborted) entry.session.channel.nack(entry.delivery, false, true)
  }
}
