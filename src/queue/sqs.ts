import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs'
import type { Queue, QueueSettings } from './queue.ts'

/** Milliseconds a call may take until it is made again, twice at most: a network that falls silent must not hang a delivery. */
const timeouts = { connectionTimeout: 2_000, requestTimeout: 5_000 } as const

/** SQS through the SDK. Queues that are not configured refuse in words. */
export function openSqs(settings: QueueSettings, patience: Patience = timeouts): Queue {
  const client = new SQSClient(clientConfig(settings, patience))
  return {
    async send(body, delaySeconds, group) {
      const QueueUrl = configured(settings.url, 'Queue.Url')
      const ofGroup = group ? { MessageGroupId: group } : {}
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, DelaySeconds: delaySeconds, ...ofGroup }))
    },
    async hide(receiptHandle, seconds) {
      const QueueUrl = configured(settings.url, 'Queue.Url')
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }),
      )
    },
    async bury({ body, reason, code, messageId }) {
      const QueueUrl = configured(settings.deadLetterUrl, 'Queue.DeadLetterUrl')
      const MessageAttributes = { reason: text(reason), code: text(code), messageId: text(messageId) }
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }))
    },
  }
}

function configured(url: string | undefined, field: string): string {
  if (url) return url
  throw new Error(`queue: ${field} is not configured`)
}

/** Characters that SQS refuses in an attribute are replaced, and an attribute must not be empty. */
function text(value: string) {
  const allowed = value.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  return { DataType: 'String', StringValue: allowed.slice(0, 2_000) || '-' }
}

interface Patience {
  readonly connectionTimeout: number
  readonly requestTimeout: number
}

function clientConfig({ endpoint, region, url }: QueueSettings, patience: Patience): SQSClientConfig {
  const local = endpoint ?? url
  const loopback =
    local !== undefined &&
    URL.canParse(local) &&
    /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(local).hostname)
  return {
    maxAttempts: 3,
    // Without the last the SDK only warns.
    requestHandler: { ...patience, throwOnRequestTimeout: true },
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    // A queue on this machine asks for no identity, but the SDK must have one to sign with.
    ...(loopback ? { region: region ?? 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {}),
  }
}
