import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { DeadLetter, Queue, Redriven } from './queue.ts'
import { isRedacted } from './redact.ts'

interface Sqs {
  readonly client: SQSClient
  readonly queue: Pick<Queue, 'send'>
  readonly deadLetterUrl: string | undefined
}

/** Long enough to go through a backlog of dead letters, which are hidden meanwhile. */
const hiddenSeconds = 300

/**
 * Sends dead letters back, in the order in which SQS delivers them. Each is deleted after it was sent: a process that is
 * killed between leaves a job twice, which is harmless. What stays is visible again at the end.
 */
export async function redriveSqs({ client, queue, deadLetterUrl: QueueUrl }: Sqs, most: number): Promise<Redriven> {
  if (QueueUrl === undefined) throw new Error('queue: Queue.DeadLetterUrl is not configured')
  const kept: Message[] = []
  let sent = 0
  for (;;) {
    const messages = sent < most ? await receive(client, QueueUrl, Math.min(10, most - sent)) : []
    if (messages.length === 0) break
    const sendable = messages.filter(({ Body = '' }) => !isRedacted(Body))
    kept.push(...messages.filter((message) => !sendable.includes(message)))
    await Promise.all(
      sendable.map(async (message) => {
        const { Body = '', ReceiptHandle } = message
        await queue.send(Body, 0, letterOf(message).group)
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }),
    )
    sent += sendable.length
  }
  for (const { ReceiptHandle } of kept)
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  return { sent, left: kept.map(letterOf) }
}

async function receive(client: SQSClient, QueueUrl: string, most: number): Promise<readonly Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: most,
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  )
  return Messages
}

/** A message that SQS moved here by itself has the group of SQS, and no attributes of the worker. */
function letterOf({ Body = '', MessageId = '', Attributes, MessageAttributes = {} }: Message): DeadLetter {
  const { reason, code, messageId, group } = MessageAttributes
  return {
    body: Body,
    reason: reason?.StringValue ?? '',
    code: code?.StringValue ?? '',
    messageId: messageId?.StringValue ?? MessageId,
    group: group?.StringValue ?? Attributes?.MessageGroupId,
  }
}
