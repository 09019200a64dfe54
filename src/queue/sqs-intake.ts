import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { Message } from './message.ts'
import { poisonLetter } from './poison.ts'
import type { Intake, IntakeOptions, QueueDepth } from './queue.ts'
import { createSqsClient, sqsQueue } from './sqs.ts'
import { fromSqs } from './sqs-message.ts'
import { openLongPoll } from './sqs-poll.ts'
import { lookAtSqs, redriveSqs } from './sqs-redrive.ts'

/** The longest wait of one receive, in seconds. */
const longPoll = 20
/** The most messages that SQS hands out at once. */
const mostAtOnce = 10

/**
 * SQS for a process that receives by itself. SQS moves a message to the dead-letter queue unchanged after as many receives
 * as the queue allows. The worker is faster by one receive where both allow the same number, and takes the secrets out.
 */
export async function open(options: IntakeOptions): Promise<Intake> {
  const { url, deadLetterUrl, endpoint, region, lockSeconds, maxReceives } = options
  const settings = { url, deadLetterUrl, endpoint, region }
  const client = createSqsClient(settings)
  const queue = sqsQueue(client, settings)
  const name = new URL(url).pathname.split('/').at(-1) ?? ''

  async function ask(most: number, signal: AbortSignal, seconds: number): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(mostAtOnce, most),
      WaitTimeSeconds: seconds,
      VisibilityTimeout: lockSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    const { Messages = [] } = await client.send(command, {
      abortSignal: signal,
      requestTimeout: (longPoll + 5) * 1_000,
    })
    return Messages.map((message) => fromSqs(message, name))
  }

  const acknowledge = async ({ receipt }: Message) => {
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handleOf(receipt) }))
  }
  const giveUp = async (message: Message) => {
    await queue.deadLetter(poisonLetter(message))
    await acknowledge(message)
  }

  const poll = openLongPoll({
    ask: (most, signal) => ask(most, signal, longPoll),
    reveal: (message) => reveal(client, url, message),
  })

  return {
    ...queue,
    acknowledge,
    async receive(most, signal, atOnce = false) {
      try {
        const messages = await (atOnce ? ask(most, signal, 0) : poll.receive(most, signal))
        const poisoned = messages.filter(({ receiveCount }) => receiveCount > maxReceives)
        for (const message of poisoned) await giveUp(message)
        return messages.filter((message) => !poisoned.includes(message))
      } catch (error) {
        if (signal.aborted) return []
        throw error
      }
    },
    giveBack: (message, delaySeconds) =>
      message.receiveCount >= maxReceives ? giveUp(message) : queue.giveBack(message, delaySeconds),
    depth: () => depthOf(client, url, deadLetterUrl),
    letters: (most) => lookAtSqs({ client, deadLetterUrl }, most),
    redrive: (most) => redriveSqs({ client, queue, deadLetterUrl }, most),
    async close() {
      await poll.close()
      client.destroy()
    },
  }
}

function handleOf(receipt: unknown): string {
  if (typeof receipt === 'string') return receipt
  throw new Error('queue: the message has no receipt handle of SQS')
}

async function reveal(client: SQSClient, url: string, { receipt }: Message): Promise<void> {
  await client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: handleOf(receipt), VisibilityTimeout: 0 }),
  )
}

async function depthOf(client: SQSClient, url: string, deadLetterUrl: string | undefined): Promise<QueueDepth> {
  const attributes = async (QueueUrl: string) => {
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    }
  }
  const dead = deadLetterUrl === undefined ? undefined : await attributes(deadLetterUrl)
  // CloudWatch alone knows the age.
  return { ...(await attributes(url)), dead: dead ? dead.waiting + dead.inFlight : null, oldestAge: null }
}
