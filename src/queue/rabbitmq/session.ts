import { setTimeout } from 'node:timers/promises'
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect, type Message } from 'amqplib'
import type { ServerAddress } from '../server-address.ts'
import { type Publish, publisher } from './publish.ts'
import { declareMissing } from './queues.ts'

/** One connection with one channel. If one of them is lost, so is the other, with every message of the session. */
export interface Session {
  readonly connection: ChannelModel
  readonly channel: ConfirmChannel
  readonly publish: Publish
  /** Acknowledges a message that it took. RabbitMQ does not answer. */
  acknowledge(message: Message): void
  /** Aborted when the session is lost, with the reason. */
  readonly lost: AbortSignal
  /**
   * Waits for a message, and takes at most so many. Has RabbitMQ send messages for as long only: others would wait in a busy
   * process. Takes none once the signal is aborted. `atOnce`: it does not wait for the first.
   */
  take(most: number, signal: AbortSignal, atOnce: boolean): Promise<readonly ConsumeMessage[]>
  close(): Promise<void>
}

export interface SessionOptions {
  readonly address: ServerAddress
  readonly maxReceives: number
}

export async function openSession({ address, maxReceives }: SessionOptions): Promise<Session> {
  const connection = await openConnection(address)
  const loss = new AbortController()
  const lose = (reason: unknown) => {
    if (loss.signal.aborted) return
    loss.abort(reason ?? new Error('the connection was closed'))
    connection.close().catch(() => {})
  }
  connection.on('error', lose)
  connection.on('close', lose)
  try {
    await declareMissing(connection, address.queue, maxReceives)
    const channel = await connection.createConfirmChannel()
    channel.on('error', lose)
    // RabbitMQ closes a channel alone, as for a message that was held too long. Its consumer is gone without a word then.
    channel.on('close', () => lose(new Error('the channel was closed')))
    const lost = loss.signal
    const take = taker(channel, address.queue, { lost, lose })
    let acknowledged = 0
    const acknowledge = (message: Message) => {
      acknowledged++
      channel.ack(message)
    }
    return { connection, channel, publish: publisher(channel), acknowledge, lost, take, close }

    async function close() {
      if (!lost.aborted) await settle(channel, address.queue, acknowledged)
      // Or the end of the channel counts as a loss, and the connection is not waited for.
      loss.abort(new Error('the session was closed'))
      await channel.close().catch(() => {})
      await connection.close().catch(() => {})
    }
  } catch (error) {
    lose(error)
    throw error
  }
}

/**
 * Waits until a quorum queue has read the acknowledgements of a channel: they are not answered. RabbitMQ hands at most 32 on at
 * once, holds the rest back, and forgets those when the channel closes. It hands them on while it answers calls: of 500 about
 * 100 are lost without a call, none after two calls to RabbitMQ 3.10, and up to half after two calls to RabbitMQ 4. A busy
 * machine writes so slowly that calls alone end before, and most were lost.
 */
async function settle(channel: ConfirmChannel, queue: string, acknowledged: number): Promise<void> {
  for (let calls = 0; calls < 20; calls++) {
    await channel.checkQueue(queue).catch(() => {})
    if (acknowledged > handedOnAtOnce) await setTimeout(50)
  }
}

const handedOnAtOnce = 32

/** A dead peer is seen after two missed heartbeats. */
const heartbeatSeconds = 10
const connectMs = 10_000

async function openConnection({
  protocol,
  hostname,
  port,
  username,
  password,
  path,
}: ServerAddress): Promise<ChannelModel> {
  const login =
    username === undefined && password === undefined ? {} : { username: username ?? '', password: password ?? '' }
  // The library reads the password of a URL as Latin-1, so it gets the parts.
  const server = { protocol, hostname, port, vhost: path, heartbeat: heartbeatSeconds, ...login }
  return connect(server, { timeout: connectMs, noDelay: true, clientProperties: { connection_name: 'billing-sync' } })
}

interface Loss {
  readonly lost: AbortSignal
  readonly lose: (reason: unknown) => void
}

function taker(channel: ConfirmChannel, queue: string, { lost, lose }: Loss): Session['take'] {
  return async (most, signal, atOnce) => {
    const messages: ConsumeMessage[] = []
    const arrival = new AbortController()
    const accept = (message: ConsumeMessage | null) => {
      // RabbitMQ ends the consumer when the queue is deleted.
      if (message === null) lose(new Error(`the queue "${queue}" was deleted`))
      else messages.push(message)
      arrival.abort()
    }
    // It counts for the next consumer, and RabbitMQ sends it no more messages than these before one is answered.
    await channel.prefetch(most)
    const { consumerTag } = await channel.consume(queue, accept)
    // A queue answers a call after the messages that it had before.
    if (atOnce) await channel.checkQueue(queue)
    else await anyAborted([arrival.signal, signal, lost])
    lost.throwIfAborted()
    await channel.cancel(consumerTag)
    if (!signal.aborted) return messages
    for (const message of messages) channel.nack(message, false, true)
    return []
  }
}

/** Resolves when one of these is aborted. Leaves no listener behind on a signal that lives long. */
function anyAborted(signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of signals) signal.removeEventListener('abort', end)
      resolve()
    }
    for (const signal of signals) signal.addEventListener('abort', end)
    if (signals.some(({ aborted }) => aborted)) end()
  })
}
