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
      Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
        StringValue === undefined ? [] : [[name, StringValue]],
      ),
    ),
    queue,
    receiveCount: Number(Attributes.ApproximateReceiveCount) || 1,
    sentAt: Number.isNaN(sentMs) ? undefined : new Date(sentMs),
    group: Attributes.MessageGroupId,
    receipt: ReceiptHandle,
  }
}
