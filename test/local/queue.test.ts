import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'

let queue: LocalQueue

beforeEach(async () => {
  queue = await openQueue({ maxReceiveCount: 2 })
})

afterEach(() => queue.close())

it('listens on 127.0.0.1 and names the queue by a URL there', () => {
  expect(queue.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect({ url: queue.url, arn: queue.arn, deadLetterUrl: queue.deadLetterUrl }).toEqual({
    url: `${queue.endpoint}/000000000000/billing-sync`,
    arn: `arn:aws:sqs:${queue.region}:000000000000:billing-sync`,
    deadLetterUrl: `${queue.endpoint}/000000000000/billing-sync-dead-letters`,
  })
})

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }

it.each<[string, () => SQSClient]>([
  ['its own client', () => queue.client],
  ['a client of the endpoint', () => new SQSClient({ region: 'us-east-1', credentials, endpoint: queue.endpoint })],
  ['a client that knows only the URL of the queue', () => new SQSClient({ region: 'us-east-1', credentials })],
])('takes and gives messages through %s', async (_, client) => {
  await client().send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'hello' }))
  const { Messages = [] } = await client().send(new ReceiveMessageCommand({ QueueUrl: queue.url }))
  expect(Messages.map(({ Body }) => Body)).toEqual(['hello'])
})

it('counts what is visible, in flight and delayed', async () => {
  await queue.send('received')
  await receive()
  await queue.send('waiting')
  await queue.send('waiting too')
  await queue.send('later', { delaySeconds: 900 })
  expect(await queue.counts()).toEqual({ visible: 2, inFlight: 1, delayed: 1 })
})

it('returns the id of the message it sent', async () => {
  const id = await queue.send('hello')
  expect((await receive()).map(({ MessageId }) => MessageId)).toEqual([id])
})

it('hides a received message for the visibility timeout, 15 minutes unless told otherwise', async () => {
  const hiding = await openQueue({ visibilityTimeoutSeconds: 0 })
  await hiding.send('seen twice')
  const bodies = [await receive(hiding), await receive(hiding)].flat().map(({ Body }) => Body)
  await hiding.close()
  await queue.send('seen once')
  expect([await receive(), await receive()].flat().map(({ Body }) => Body)).toEqual(['seen once'])
  expect(bodies).toEqual(['seen twice', 'seen twice'])
})

it('moves a message to the dead letters after the last receive it may have', async () => {
  await queue.send('poison')
  for (const _ of ['first', 'second']) await release()
  expect(await queue.deadLetters()).toEqual([])
  expect(await receive()).toEqual([])
  expect(await queue.deadLetters()).toEqual([{ body: 'poison', attributes: {} }])
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

it('drains the dead letters with their message attributes, more than one receive holds', async () => {
  const bodies = Array.from({ length: 12 }, (_, index) => `letter ${index}`)
  const MessageAttributes = { reason: { DataType: 'String', StringValue: 'not JSON' } }
  for (const MessageBody of bodies) {
    await queue.client.send(new SendMessageCommand({ QueueUrl: queue.deadLetterUrl, MessageBody, MessageAttributes }))
  }
  expect(await queue.deadLetters()).toEqual(bodies.map((body) => ({ body, attributes: { reason: 'not JSON' } })))
  expect(await queue.deadLetters()).toEqual([])
})

it('is refused after close', async () => {
  const closed = await openQueue()
  await closed.close()
  await expect(fetch(closed.endpoint)).rejects.toThrow('fetch failed')
})

async function receive({ client, url } = queue) {
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url }))
  return Messages
}

/** Receives one message and gives it back at once. */
async function release(): Promise<void> {
  const [message] = await receive()
  const { client, url: QueueUrl } = queue
  await client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle, VisibilityTimeout: 0 }),
  )
}
