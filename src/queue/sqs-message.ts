import type { Message as SqsMessage } from '@aws-sdk/client-sqs'
import type { Message } from './message.ts'

/** A message that was received with all attributes, system and message. */
export function fromSqs(received: SqsMessage, queue: string): Message {
  const { MessageId, Body, Attributes = {}, MessageAttributes = {}, ReceiptHandle } = received
  const sentMs = Number(Attributes.SentTimestamp ?? Number.NaN)
  return {
    id: MessageId ?? '',
    body: Body ?? '',
    attributes: Object.fromEntries(
      // One that is no text is there all the same: a webhook's sender must not be able to hide what marks it.
      Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
    ),
    queue,
    receiveCount: Number(Attributes.ApproximateReceiveCount) || 1,
    sentAt: Number.isNaN(sentMs) ? undefined : new Date(sentMs),
    group: Attributes.MessageGroupId,
    receipt: ReceiptHandle,
  }
}
