import { randomUUID } from 'node:crypto'
import type { ConfirmChannel, Options } from 'amqplib'

/** Publishes to a queue. Rejects unless RabbitMQ confirms that the queue has the message on disk. */
export type Publish = (queue: string, body: string, options: Options.Publish) => Promise<void>

/** RabbitMQ confirms nothing while it is short of memory or disk space. */
const confirmMs = 10_000

/**
 * Publishes on one channel. RabbitMQ confirms a message to a queue that does not exist as well, after it has returned it:
 * a returned message is a failure here.
 */
export function publisher(channel: ConfirmChannel): Publish {
  const returned = new Set<unknown>()
  channel.on('return', ({ properties }) => returned.add(properties.correlationId))
  return async (queue, body, options) => {
    const correlationId = randomUUID()
    await confirmed(channel, queue, Buffer.from(body.toWellFormed()), {
      ...options,
      correlationId,
      persistent: true,
      mandatory: true,
    })
    if (returned.delete(correlationId)) throw new Error(`there is no queue "${queue}"`)
  }
}

function confirmed(channel: ConfirmChannel, queue: string, body: Buffer, options: Options.Publish): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const confirmation = new Promise<void>((resolve, reject) => {
    const late = () => reject(new Error(`a message was not confirmed within ${confirmMs / 1_000} s`))
    timer = setTimeout(late, confirmMs)
    channel.publish('', queue, body, options, (error: unknown) => {
      if (error) reject(error instanceof Error ? error : new Error('a message was refused'))
      else resolve()
    })
  })
  return confirmation.finally(() => clearTimeout(timer))
}
