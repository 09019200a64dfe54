import type { SQSRecord } from 'aws-lambda'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log/log.ts'
import { eventHandler, recordsOf, toMessage } from '../../src/queue/lambda.ts'
import type { Message } from '../../src/queue/message.ts'
import type { Ack } from '../../src/queue/queue.ts'
import { context, sqsEvent } from '../support/setup.ts'

const [record] = sqsEvent(['{"a":1}']).Records as [SQSRecord]

test('a record becomes a message of no vendor', () => {
  const attributes = {
    ...record.attributes,
    SentTimestamp: '1790000000000',
    ApproximateReceiveCount: '3',
    MessageGroupId: 'owner-7',
  }
  const messageAttributes = {
    traceparent: { stringValue: '00-ab', dataType: 'String' },
    picture: { binaryValue: 'AAAA', dataType: 'Binary' },
  } as const
  expect(toMessage({ ...record, messageId: 'm-1', receiptHandle: 'r-1', attributes, messageAttributes })).toEqual({
    id: 'm-1',
    body: '{"a":1}',
    attributes: { traceparent: '00-ab', picture: '' },
    queue: 'billing-sync',
    receiveCount: 3,
    sentAt: new Date(1_790_000_000_000),
    group: 'owner-7',
    receipt: 'r-1',
  })
})

test.each([undefined, null, {}, { SentTimestamp: '1e300', ApproximateReceiveCount: 'many' }, { SentTimestamp: {} }])(
  'a record with attributes that SQS does not set is a message all the same: %j',
  (attributes) => {
    const message = toMessage({ ...record, attributes, messageAttributes: null, eventSourceARN: 5 } as never)
    expect(message).toMatchObject({ body: '{"a":1}', receiveCount: 1, attributes: {}, queue: '' })
    expect([message?.sentAt, message?.group]).toEqual([undefined, undefined])
  },
)

test.each([
  ['-1', undefined],
  ['0', new Date(0)],
  ['253402300799999', new Date(253_402_300_799_999)],
  ['253402300800000', undefined],
])('a message is sent in the years 1970 to 9999, or at no known time: %s', (SentTimestamp, sentAt) => {
  expect(toMessage({ ...record, attributes: { ...record.attributes, SentTimestamp } } as never)?.sentAt).toEqual(sentAt)
})

test('an event of SQS gives its records, whoever invokes the function', () => {
  const { eventSource: _, ...byHand } = record
  expect(recordsOf({ Records: [record, byHand, null] } as never)).toEqual([record, byHand])
  expect(recordsOf({ Records: [] })).toEqual([])
  // One without a body is redelivered alone, and a person may leave out the id.
  for (const part of [{ body: '{}' }, { messageId: 'm-1' }])
    expect(recordsOf({ Records: [part] } as never)).toEqual([part])
})

const events: Record<string, readonly [event: unknown, reason: string]> = {
  'a list of records, as a pipe of EventBridge sends': [[record], 'it is a list. A pipe of EventBridge sends one'],
  'an empty list': [[], 'it is a list. A pipe of EventBridge sends one'],
  'a request': [{ jobId: 'x', tenantId: 'y' }, 'it has no list "Records"'],
  'an object without anything': [{}, 'it has no list "Records"'],
  'a text': ['{"Records":[]}', 'it has no list "Records"'],
  'a number': [5, 'it has no list "Records"'],
  null: [null, 'it has no list "Records"'],
  nothing: [undefined, 'it has no list "Records"'],
  'records by another name': [{ records: [record] }, 'it has no list "Records"'],
  'an object of records': [{ Records: { 0: record } }, 'it has no list "Records"'],
  'a schedule of EventBridge': [{ source: 'aws.events', detail: {} }, 'it has no list "Records"'],
  'a notification of SNS': [{ Records: [{ EventSource: 'aws:sns', Sns: {} }] }, 'its source is "aws:sns"'],
  'a stream of Kinesis': [{ Records: [{ eventSource: 'aws:kinesis', kinesis: {} }] }, 'its source is "aws:kinesis"'],
  'a change of DynamoDB among messages': [
    { Records: [record, { eventSource: 'aws:dynamodb' }] },
    'its source is "aws:dynamodb"',
  ],
  'a request in the place of a record': [
    { Records: [{ jobId: 'x' }] },
    'none of its records has a messageId or a body',
  ],
  'an empty record': [{ Records: [{}] }, 'none of its records has a messageId or a body'],
  'records that are no objects': [{ Records: [null, 5] }, 'none of its records has a messageId or a body'],
}

test.each(Object.entries(events))(
  '%s fails the invocation with a sentence, and no message is acknowledged',
  async (_, [event, reason]) => {
    const { given, handle } = handlerOf(() => 'acknowledge')
    await expect(handle(event as never, context(1_000))).rejects.toThrow(
      `handler: the event is not from SQS, ${reason}. Send the request to the queue, or invoke the function with an SQS event such as those in infra/events.`,
    )
    expect(given).toEqual([])
  },
)

test('an event of a FIFO queue fails the invocation with a sentence', async () => {
  const { given, handle } = handlerOf(() => 'acknowledge')
  const event = { Records: [{ ...record, eventSourceARN: `${record.eventSourceARN}.fifo` }] }
  await expect(handle(event, context(1_000))).rejects.toThrow(
    'handler: the event is from a FIFO queue. It would drop the copy of a paused job as a duplicate, and can delay no single message. Give the function a standard queue.',
  )
  expect(given).toEqual([])
})

/** A handler whose worker answers as `ack` says, and the messages it was given. */
function handlerOf(ack: (message: Message) => Ack | Promise<Ack>, concurrency = 2) {
  const given: Message[] = []
  const deliver = async (message: Message) => {
    given.push(message)
    return ack(message)
  }
  return { given, handle: eventHandler({ deliver, concurrency, log: silentLog }) }
}

test('the response names the messages to redeliver, and no others', async () => {
  const { given, handle } = handlerOf(({ body }) => (body === 'again' ? 'redeliver' : 'acknowledge'))
  const event = sqsEvent(['done', 'again', 'done', 'again', 'done'])
  const again = event.Records.filter(({ body }) => body === 'again').map(({ messageId }) => messageId)
  const { batchItemFailures } = await handle(event, context(1_000))
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(again.sort())
  expect(given.map(({ body }) => body)).toEqual(event.Records.map(({ body }) => body))
})

test.each([1, 3])('no more than %i messages of an event are worked on at once', async (concurrency) => {
  let working = 0
  let most = 0
  const { handle } = handlerOf(async (): Promise<Ack> => {
    most = Math.max(most, ++working)
    await new Promise(setImmediate)
    working--
    return 'acknowledge'
  }, concurrency)
  await handle(sqsEvent(Array.from({ length: 9 }, () => '{}')), context(1_000))
  expect(most).toBe(concurrency)
})

test('a record without a body is redelivered, and the others are worked on', async () => {
  const { given, handle } = handlerOf(() => 'acknowledge')
  const event = { Records: [{ ...record, messageId: 'm-1', body: undefined }, record] }
  expect(await handle(event as never, context(1_000))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] })
  expect(given.map(({ id }) => id)).toEqual([record.messageId])
})
