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

/** A look is short. What it does not reveal is visible again soon. */
const hiddenByALookSeconds = 30
/** Long enough to go through a backlog of dead letters, which are hidden meanwhile. */
const hiddenSeconds = 300

/**
 * Sends dead letters back, in the order in which SQS delivers them. Each is deleted after it was sent: a process that is
 * killed between leaves a job twice, which is harmless. What stays is visible again at the end, also after a failure.
 */
export async function redriveSqs({ client, queue, deadLetterUrl: QueueUrl }: Sqs, most: number): Promise<Redriven> {
  if (QueueUrl === undefined) throw new Error('queue: Queue.DeadLetterUrl is not configured')
  const staying = new Set<Message>()
  let sent = 0
  const sendBack = async (message: Message) => {
    const { Body = '', ReceiptHandle } = message
    await queue.send(Body, 0, letterOf(message).group)
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    staying.delete(message)
    sent++
  }
  try {
    while (sent < most) {
      const messages = await receive(client, { QueueUrl, most: most - sent, seconds: hiddenSeconds })
      if (messages.length === 0) break
      for (const message of messages) staying.add(message)
      const sendable = messages.filter(({ Body = '' }) => !isRedacted(Body))
      const outcomes = await Promise.allSettled(sendable.map(sendBack))
      const failed = outcomes.find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    }
  } finally {
    await reveal(client, QueueUrl, [...staying])
  }
  return { sent, left: [...staying].map(letterOf) }
}

/** Dead letters in the order in which SQS delivers them. They are hidden from others while the call lasts. */
export async function lookAtSqs(
  { client, deadLetterUrl: QueueUrl }: Omit<Sqs, 'queue'>,
  most: number,
): Promise<readonly DeadLetter[]> {
  if (QueueUrl === undefined) throw new Error('queue: Queue.DeadLetterUrl is not configured')
  const seen: Message[] = []
  while (seen.length < most) {
    const messages = await receive(client, { QueueUrl, most: most - seen.length, seconds: hiddenByALookSeconds })
    if (messages.length === 0) break
    seen.push(...messages)
  }
  await reveal(client, QueueUrl, seen)
  return seen.map(letterOf)
}

async function reveal(client: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  for (const { ReceiptHandle } of messages)
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
}

interface Receiving {
  readonly QueueUrl: string
  readonly most: number
  /** So long the messages are hidden from others. */
  readonly seconds: number
}

async function receive(client: SQSClient, { QueueUrl, most, seconds }: Receiving): Promise<readonly Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(10, most),
      VisibilityTimeout: seconds,
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
