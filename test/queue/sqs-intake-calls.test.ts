import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { SQSClient } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Message } from '../../src/queue/message.ts'
import { open } from '../../src/queue/sqs-intake.ts'
import { createGate } from '../support/gate.ts'

/* What the worker asks SQS for, and what becomes of a call that SQS refuses. */

type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>

const refuse = () => Promise.reject(new Error('refused'))
const md5 = (text: unknown) => createHash('md5').update(String(text)).digest('hex')

/** An SQS whose answers the test gives by the names of the calls, and the calls that it got. */
async function setup(answers: Answers = {}) {
  const calls: { readonly name: string; readonly input: Record<string, unknown> }[] = []
  const usual: Answers = { SendMessage: ({ MessageBody }) => ({ MD5OfMessageBody: md5(MessageBody) }) }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const name = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const input = JSON.parse(Buffer.concat(chunks).toString())
    calls.push({ name, input })
    const answer = { ...usual, ...answers }[name] ?? (() => ({}))
    const body = await Promise.resolve(answer(input)).catch(() => undefined)
    response.statusCode = body === undefined ? 400 : 200
    response.setHeader('content-type', 'application/x-amz-json-1.0')
    response.end(JSON.stringify(body ?? { __type: 'com.amazonaws.sqs#AccessDenied', message: 'refused' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const url = `${endpoint}/000000000000/jobs`
  const options = { url, endpoint, region: 'eu-central-1', lockSeconds: 75, maxReceives: 12 }
  const intake = await open({ ...options, deadLetterUrl: `${url}-dead` })
  onTestFinished(() => intake.close())
  return { intake, options, names: () => calls.map(({ name }) => name), calls }
}

const received = (receives = 1) => ({
  Messages: [
    {
      MessageId: 'm-1',
      Body: '{}',
      MD5OfBody: md5('{}'),
      ReceiptHandle: 'h-1',
      Attributes: { ApproximateReceiveCount: String(receives) },
    },
  ],
})

const message: Message = {
  id: 'm-1',
  body: '{}',
  attributes: {},
  queue: 'jobs',
  receiveCount: 12,
  sentAt: undefined,
  group: undefined,
  receipt: 'h-1',
}

const never = new AbortController().signal

test('a receive waits at SQS for a message, and longer than SQS for its answer', async () => {
  const { intake, calls } = await setup({ ReceiveMessage: () => received() })
  const send = vi.spyOn(SQSClient.prototype, 'send')
  await intake.receive(3, never)
  await intake.receive(300, never, true)
  expect(calls.map(({ input }) => input)).toMatchObject([
    { WaitTimeSeconds: 20, MaxNumberOfMessages: 3, VisibilityTimeout: 75 },
    { WaitTimeSeconds: 0, MaxNumberOfMessages: 10, VisibilityTimeout: 75 },
  ])
  expect(send.mock.calls[0]?.[1]).toMatchObject({ requestTimeout: 25_000 })
})

test.each<[string, Answers, (parts: Awaited<ReturnType<typeof setup>>) => Promise<unknown>]>([
  ['a receive', { ReceiveMessage: refuse }, ({ intake }) => intake.receive(1, never, true)],
  ['an acknowledgement', { DeleteMessage: refuse }, ({ intake }) => intake.acknowledge(message)],
  [
    'the deletion of a message that was given up',
    { DeleteMessage: refuse },
    ({ intake }) => intake.giveBack(message, 0),
  ],
  ['a count', { GetQueueAttributes: refuse }, ({ intake }) => intake.depth()],
])('%s that SQS refuses is a failure', async (_, answers, call) => {
  await expect(call(await setup(answers))).rejects.toThrow('refused')
})

test('a message whose dead letter SQS refuses is not deleted', async () => {
  const { intake, names } = await setup({ ReceiveMessage: () => received(13), SendMessage: refuse })
  await expect(intake.giveBack(message, 0)).rejects.toThrow('refused')
  await expect(intake.receive(1, never, true)).rejects.toThrow('refused')
  expect(names()).toEqual(['SendMessage', 'ReceiveMessage', 'SendMessage'])
})

test('a message of another transport is not acknowledged', async () => {
  const { intake } = await setup()
  await expect(intake.acknowledge({ ...message, receipt: {} })).rejects.toThrow(
    'queue: the message has no receipt handle of SQS',
  )
})

test('a message that arrives while the worker ends is visible to others before it has ended', async () => {
  const [arrival, revealed] = [createGate(), createGate()]
  const { intake, calls, names } = await setup({
    ReceiveMessage: () => arrival.passed.then(() => received()),
    ChangeMessageVisibility: () => revealed.passed.then(() => ({})),
  })
  const stop = new AbortController()
  const receiving = intake.receive(1, stop.signal)
  await expect.poll(names).toEqual(['ReceiveMessage'])
  stop.abort()
  expect(await receiving).toEqual([])
  let ended = false
  const ending = intake.close().then(() => {
    ended = true
  })
  arrival.open()
  await expect.poll(names).toEqual(['ReceiveMessage', 'ChangeMessageVisibility'])
  expect({ ended, input: calls[1]?.input }).toMatchObject({ ended: false, input: { VisibilityTimeout: 0 } })
  revealed.open()
  await ending
})

test('dead letters that another command looks at are counted, and without their queue none are', async () => {
  const { intake, options } = await setup({
    GetQueueAttributes: ({ QueueUrl }) => ({
      Attributes: {
        ApproximateNumberOfMessages: String(QueueUrl).endsWith('-dead') ? '3' : '5',
        ApproximateNumberOfMessagesNotVisible: '2',
        ApproximateNumberOfMessagesDelayed: '1',
      },
    }),
  })
  const depth = { waiting: 5, inFlight: 2, delayed: 1, dead: 5, oldestAge: null }
  expect(await intake.depth()).toEqual(depth)
  const withoutLetters = await open(options)
  onTestFinished(() => withoutLetters.close())
  expect(await withoutLetters.depth()).toEqual({ ...depth, dead: null })
})
