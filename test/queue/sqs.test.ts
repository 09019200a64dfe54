import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import type { Message } from '../../src/queue/message.ts'
import { redactBody } from '../../src/queue/redact.ts'
import { openSqs, sqsText } from '../../src/queue/sqs.ts'
import { createSqsQueue } from '../../src/queue/sqs-on-demand.ts'

/** A network that takes a connection and then falls silent. */
async function silence(onFinished: (close: () => void) => void = onTestFinished) {
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => requests++)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { endpoint: `http://127.0.0.1:${port}`, requests: () => requests }
}

const message: Message = {
  id: 'm-1',
  body: '{}',
  attributes: {},
  queue: 'billing-sync',
  receiveCount: 1,
  sentAt: undefined,
  group: undefined,
  receipt: 'handle',
}

const calls = {
  send: (queue) => queue.send('{}', 0),
  heartbeat: (queue) => queue.heartbeat(message, 30),
  giveBack: (queue) => queue.giveBack(message, 30),
  deadLetter: (queue) => queue.deadLetter({ body: '{}', reason: 'no', code: 'no', messageId: '1' }),
} satisfies Record<string, (queue: ReturnType<typeof openSqs>) => Promise<void>>

test.concurrent.for(Object.entries(calls))(
  '%s gives up on a network that falls silent, after three tries',
  async ([, call], context) => {
    const { endpoint, requests } = await silence(context.onTestFinished)
    const url = `${endpoint}/000000000000/billing-sync`
    const settings = { url, deadLetterUrl: `${url}-dead-letters`, endpoint, region: 'eu-central-1' }
    const queue = openSqs(settings, { connectionTimeout: 10_000, requestTimeout: 1_000 })
    await context.expect(call(queue)).rejects.toMatchObject({ name: 'TimeoutError' })
    await context.expect.poll(requests).toBe(3)
  },
)

/** An SQS that takes every call and keeps it. */
async function recorder() {
  const inputs: Record<string, unknown>[] = []
  const regions: unknown[] = []
  const server = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    // `AWS4-HMAC-SHA256 Credential=local/20261128/eu-north-1/sqs/aws4_request, …`
    regions.push(request.headers.authorization?.split('/')[2])
    inputs.push(JSON.parse(Buffer.concat(chunks).toString()))
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const url = `${endpoint}/000000000000/billing-sync`
  return {
    inputs,
    regions,
    url,
    queue: openSqs({ url, deadLetterUrl: `${url}-dead-letters`, endpoint, region: 'eu-central-1' }),
  }
}

test('a delay is at most the 900 s of SQS, for a job that is sent again and a message that is given back', async () => {
  const { queue, inputs } = await recorder()
  for (const delay of [0, 42, 901, 5_000, Number.POSITIVE_INFINITY]) {
    await queue.send('{}', delay).catch(() => {})
    await queue.giveBack(message, delay)
  }
  await queue.heartbeat(message, 1_125)
  expect(inputs.flatMap(({ DelaySeconds }) => DelaySeconds ?? [])).toEqual([0, 42, 900, 900, 900])
  expect(inputs.flatMap(({ VisibilityTimeout }) => VisibilityTimeout ?? [])).toEqual([0, 42, 900, 900, 900, 1_125])
})

test.each([
  [{ AWS_REGION: 'eu-north-1' }, 'eu-north-1'],
  [{ AWS_REGION: 'eu-north-1', Queue__Region: 'ap-south-1' }, 'ap-south-1'],
  [{}, 'local'],
])('a queue on loopback is called with the region of %j', async (environment, region) => {
  const { url, regions } = await recorder()
  const { Queue } = readConfig({
    environment: { ...environment, Queue__Url: url, Queue__Endpoint: new URL(url).origin },
    file: undefined,
  })
  await createSqsQueue(Queue)
    .send('{}', 0)
    .catch(() => {})
  expect(regions).toEqual([region])
})

test('a message of another transport is refused', async () => {
  const { queue } = await recorder()
  await expect(queue.heartbeat({ ...message, receipt: 7 }, 30)).rejects.toThrow(
    'queue: the message has no receipt handle',
  )
})

test.each([
  ['keeps text', 'a\t\n\r ü😀', 'a\t\n\r ü😀'],
  ['has no character that SQS refuses', 'a\u0000b\u0008\uFFFF\uD800', 'a\uFFFDb\uFFFD\uFFFD\uFFFD'],
])('a text for SQS %s', (_, text, expected) => {
  expect(sqsText(text)).toBe(expected)
})

test('the body of a dead letter is never empty, and has no character that SQS refuses', async () => {
  const { queue, inputs } = await recorder()
  for (const body of [redactBody(''), 'a\uFFFF\u0000'])
    await queue.deadLetter({ body, reason: 'no', code: 'no', messageId: '1' }).catch(() => {})
  expect(inputs.map(({ MessageBody }) => MessageBody)).toEqual(['(empty)', 'a\uFFFD\uFFFD'])
})

test('a queue that is not configured refuses in words', async () => {
  const queue = openSqs({ url: undefined, deadLetterUrl: undefined, endpoint: undefined, region: 'eu-central-1' })
  await expect(queue.send('{}', 0)).rejects.toThrow('queue: Queue.Url is not configured')
  await expect(calls.deadLetter(queue)).rejects.toThrow('queue: Queue.DeadLetterUrl is not configured')
})
