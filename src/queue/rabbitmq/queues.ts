import type { Channel, ChannelModel } from 'amqplib'

/** The queues of one name. All belong to the default exchange, in which a queue's name is its routing key. */
export interface QueueNames {
  readonly main: string
  readonly dead: string
  /** Where a message waits that may wait for so many seconds; `main` for none. */
  delayed(seconds: number): string
}

/**
 * The most seconds that messages wait in each of these queues. RabbitMQ delays no message by itself: the queues let their
 * messages expire into the main one. Messages of one queue wait for similar times, so that none stands long behind another.
 */
export const delays = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900] as const
export const longestDelay = Math.max(...delays)

export function namesOf(queue: string): QueueNames {
  return {
    main: queue,
    dead: `${queue}.dead`,
    delayed: (seconds) =>
      seconds > 0 ? delayQueue(queue, delays.find((delay) => delay >= seconds) ?? longestDelay) : queue,
  }
}

const delayQueue = (queue: string, delay: number) => `${queue}.delay.${delay}`

/** A quorum queue gives a message up after as many deliveries. This is never reached: letters stay until a person acts. */
const noLimit = 1_000_000_000

/**
 * The arguments of each queue. RabbitMQ gives a message up only where it reaches no worker that lives long enough to count
 * it, long after the worker itself would have. What moves by itself, moves at least once: without `reject-publish` RabbitMQ
 * would forget it in a restart.
 */
function declarations(queue: string, maxReceives: number): Readonly<Record<string, object>> {
  const quorum = { 'x-queue-type': 'quorum' }
  const movesTo = (target: string) => ({
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': target,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  })
  const { main, dead } = namesOf(queue)
  return {
    [dead]: { ...quorum, 'x-delivery-limit': noLimit },
    [main]: { ...quorum, ...movesTo(dead), 'x-delivery-limit': Math.max(100, 2 * maxReceives) },
    ...Object.fromEntries(
      delays.map((delay) => [
        delayQueue(queue, delay),
        { ...quorum, ...movesTo(main), 'x-message-ttl': delay * 1_000 },
      ]),
    ),
  }
}

/**
 * Declares the queues that are missing. A queue that is there stays as it is: its arguments cannot be changed, and an
 * operator may have chosen others. A login that may not declare needs the queues declared before.
 */
export async function declareMissing(connection: ChannelModel, queue: string, maxReceives: number): Promise<void> {
  for (const [name, args] of Object.entries(declarations(queue, maxReceives)))
    if (!(await exists(connection, name)))
      await onOwnChannel(connection, (channel) => channel.assertQueue(name, { durable: true, arguments: args }))
}

const notFound = 404

async function exists(connection: ChannelModel, name: string): Promise<boolean> {
  try {
    await onOwnChannel(connection, (channel) => channel.checkQueue(name))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === notFound) return false
    throw error
  }
}

/** RabbitMQ closes the channel of a call that it refuses. So calls that it may refuse have a channel of their own. */
export async function onOwnChannel<Answer>(
  connection: ChannelModel,
  call: (channel: Channel) => Promise<Answer>,
): Promise<Answer> {
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  try {
    return await call(channel)
  } finally {
    await channel.close().catch(() => {})
  }
}
