import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { DeadLetter, LocalQueue } from '../../../src/local/queue.ts'

/** Takes all dead letters out, ten with two calls. */
export async function takeDeadLetters({ client, deadLetterUrl: QueueUrl }: LocalQueue): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = []
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] })
  for (;;) {
    const { Messages = [] } = await client.send(receive)
    if (Messages.length === 0) return letters
    for (const { Body = '', MessageAttributes = {} } of Messages) {
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? ''])
      letters.push({ body: Body, attributes: Object.fromEntries(attributes) })
    }
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }))
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
}
