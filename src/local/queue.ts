import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { keepMessageGroups } from './message-groups.ts'

/** A queue and its dead-letter queue, in memory, behind the real SQS protocol on 127.0.0.1. */
export interface LocalQueue {
  /** `http://127.0.0.1:PORT`, for an SDK of your own; any credentials do. */
  readonly endpoint: string
  readonly region: string
  /** `http://127.0.0.1:PORT/000000000000/NAME`: also right for an SDK that sends to the host of the queue's URL. */
  readonly url: string
  readonly arn: string
  readonly deadLetterUrl: string
  readonly client: SQSClient
  /** Returns the message id. */
  send(body: string, options?: Sending): Promise<string>
  /** Exact here, approximate on AWS. An expired message counts as in flight until somebody receives. */
  counts(): Promise<Counts>
  /** Takes all dead letters out. */
  deadLetters(): Promise<DeadLetter[]>
  /** Forgets everything. A receive that still waits fails. */
  close(): Promise<void>
}

export interface Counts {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

/** `attributes`: the message attributes its sender set, strings only. */
export interface DeadLetter {
  readonly body: string
  readonly attributes: Record<string, string>
}

interface Sending {
  readonly delaySeconds?: number
  readonly group?: string
  /** Message attributes, as strings. */
  readonly attributes?: Readonly<Record<string, string>>
}

interface Options {
  /** Default `billing-sync`. */
  readonly name?: string
  readonly visibilityTimeoutSeconds?: number
  /** Receives before a message is moved to the dead-letter queue, at the receive after. */
  readonly maxReceiveCount?: number
}

const region = 'eu-central-1'
const account = '000000000000'

/** Opens an empty queue on a free port of 127.0.0.1, its dead-letter queue, and a client for both. */
export async function openQueue({
  name = 'billing-sync',
  visibilityTimeoutSeconds = 900,
  maxReceiveCount = 12,
}: Options = {}): Promise<LocalQueue> {
  const server = buildApp({ logger: false, defaultRegion: region })
  server.addHook('preHandler', async ({ body, socket }) =>
    knownUrl(body, `http://sqs.${region}.localhost:${socket.localPort}`),
  )
  keepMessageGroups(server)
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = new SQSClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } })

  const deadLetterName = `${name}-dead-letters`
  await client.send(new CreateQueueCommand({ QueueName: deadLetterName }))
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(deadLetterName), maxReceiveCount })
  const Attributes = { VisibilityTimeout: String(visibilityTimeoutSeconds), RedrivePolicy }
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))

  const url = `${endpoint}/${account}/${name}`
  const deadLetterUrl = `${endpoint}/${account}/${deadLetterName}`
  return {
    endpoint,
    region,
    url,
    arn: arnOf(name),
    deadLetterUrl,
    client,
    async send(body, { delaySeconds, group, attributes } = {}) {
      const sent = await client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: body,
          DelaySeconds: delaySeconds,
          MessageGroupId: group,
          ...(attributes && { MessageAttributes: textAttributes(attributes) }),
        }),
      )
      return sent.MessageId ?? ''
    },
    counts: () => count(client, url),
    deadLetters: () => drain(client, deadLetterUrl),
    async close() {
      client.destroy()
      await server.close()
    },
  }
}

function arnOf(name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`
}

/** fauxqs knows a queue by the one URL it made for it, whose host does not resolve: let every URL of ours be that one. */
function knownUrl(body: unknown, origin: string): void {
  if (typeof body !== 'object' || body === null || !('QueueUrl' in body) || typeof body.QueueUrl !== 'string') return
  body.QueueUrl = origin + new URL(body.QueueUrl).pathname
}

/** How many messages a queue holds, by what they wait for. */
export async function count(client: SQSClient, queueUrl: string): Promise<Counts> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  )
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
  }
}

async function drain(client: SQSClient, queueUrl: string): Promise<DeadLetter[]> {
  const drained: DeadLetter[] = []
  const receive = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  })
  for (;;) {
    const { Messages = [] } = await client.send(receive)
    if (Messages.length === 0) return drained
    for (const message of Messages) {
      drained.push({ body: message.Body ?? '', attributes: stringAttributes(message) })
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }))
    }
  }
}

const textAttributes = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  )

function stringAttributes({ MessageAttributes = {} }: Message): Record<string, string> {
  return Object.fromEntries(
    Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
      StringValue === undefined ? [] : [[name, StringValue]],
    ),
  )
}
