import type { Message } from './message.ts'
import type { DeadLetter } from './queue.ts'
import { redactBody } from './redact.ts'

type PoisonMessage = Pick<Message, 'id' | 'body' | 'receiveCount' | 'group'>

/** The dead letter of a message that was received as often as its transport allows, and never dealt with. */
export function poisonLetter({ id, body, receiveCount, group }: PoisonMessage): DeadLetter {
  return {
    body: redactBody(body),
    reason: `queue: ${receiveCount} workers received the message, and none ended its delivery. Look for the messageId in their logs.`,
    code: 'received_too_often',
    messageId: id,
    group,
  }
}
