import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type AwsTimeouts, awsClientConfig } from '../http/aws-client.ts'
import type { Message } from './message.ts'
import type { Queue } from './queue.ts'

export interface SqsSettings {
  readonly url: string | undefined
  readonly deadLetterUrl: string | undefined
  /** Another endpoint than the region's. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
}

/** SQS delays a message by 15 minutes at most. A message that is given back waits no longer. */
const longestDelaySeconds = 900

/** SQS through its SDK. A call rejects if its queue is not configured. */
export function openSqs(settings: SqsSettings, timeouts?: AwsTimeouts): Queue {
  return sqsQueue(createSqsClient(settings, timeouts), settings)
}

export function createSqsClient({ endpoint, region, url }: SqsSettings, timeouts?: AwsTimeouts): SQSClient {
  return new SQSClient(awsClientConfig({ endpoint, region, address: endpoint ?? url }, timeouts))
}

export function sqsQueue(client: SQSClient, { url, deadLetterUrl }: SqsSettings): Queue {
  const setVisibility = async ({ receipt }: Message, seconds: number) => {
    const QueueUrl = configured(url, 'Queue.Url')
    if (typeof receipt !== 'string') throw new Error('queue: the message has no receipt handle of SQS')
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receipt, VisibilityTimeout: seconds }),
    )
  }

  return {
    async send(body, delaySeconds, group) {
      const QueueUrl = configured(url, 'Queue.Url')
      const DelaySeconds = bounded(delaySeconds)
      const grouped = group ? { MessageGroupId: group } : {}
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, DelaySeconds, ...grouped }))
    },
    heartbeat: setVisibility,
    giveBack: (message, delaySeconds) => setVisibility(message, bounded(delaySeconds)),
    async deadLetter({ body, reason, code, messageId, group }) {
      const QueueUrl = configured(deadLetterUrl, 'Queue.DeadLetterUrl')
      const MessageAttributes = {
        reason: attribute(reason),
        code: attribute(code),
        messageId: attribute(messageId),
        ...(group ? { group: attribute(group) } : {}),
      }
      await client.send(
        new SendMessageCommand({ QueueUrl, MessageBody: sqsText(body) || '(empty)', MessageAttributes }),
      )
    },
  }
}

/** A text with the characters replaced that SQS refuses in a body or an attribute. */
export function sqsText(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
}

/** SQS refuses an empty attribute. */
function attribute(value: string) {
  return { DataType: 'String', StringValue: sqsText(value).slice(0, 2_000) || '-' }
}

const bounded = (seconds: number) => Math.min(longestDelaySeconds, seconds)

function configured(url: string | undefined, field: string): string {
  if (url) return url
  const variable = field.replace('.', '__')
  throw new Error(
    `queue: ${field} is not configured. Put it into appsettings.json or the environment variable ${variable}.`,
  )
}
