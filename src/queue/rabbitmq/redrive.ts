import { randomUUID } from 'node:crypto'
import type { GetMessage } from 'amqplib'
import type { DeadLetter, Redriven } from '../queue.ts'
import { isRedacted } from '../redact.ts'
import { freshOptions, letterOf } from './delivery.ts'
import { namesOf, onOwnChannel } from './queues.ts'
import type { Session } from './session.ts'

/** The oldest dead letters. They are held until the end, and are back in their places when the channel closes. */
export async function lookAtRabbit(
  { connection }: Pick<Session, 'connection'>,
  queue: string,
  most: number,
): Promise<readonly DeadLetter[]> {
  return onOwnChannel(connection, async (channel) => {
    const letters: DeadLetter[] = []
    while (letters.length < most) {
      const letter = await channel.get(namesOf(queue).dead)
      if (letter === false) break
      letters.push(letterOf(letter))
    }
    return letters
  })
}

/**
 * Sends dead letters back, oldest first. Each is deleted after it was sent: a process that is killed between leaves a job
 * twice, which is harmless. The letters that stay are held until the end, and are back in their places when the channel closes.
 */
export async function redriveRabbit({ connection, publish }: Session, queue: string, most: number): Promise<Redriven> {
  const { main, dead } = namesOf(queue)
  return onOwnChannel(connection, async (channel) => {
    const left: DeadLetter[] = []
    let sent = 0
    const send = async (letter: GetMessage) => {
      const { body, group } = letterOf(letter)
      await publish(main, body, freshOptions(randomUUID(), new Date(), group))
      channel.ack(letter)
      sent++
    }
    while (sent < most) {
      const letter = await channel.get(dead)
      if (letter === false) break
      if (isRedacted(letter.content.toString())) left.push(letterOf(letter))
      else await send(letter)
    }
    return { sent, left }
  })
}
