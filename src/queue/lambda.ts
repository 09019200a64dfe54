import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { Message } from './message.ts'
import type { MessageWorker } from './message-worker.ts'
import type { Ack } from './queue.ts'

type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>

/** Works on the messages of an event, of any number. Returns which of them SQS is to redeliver. */
export async function deliverBatch(
  records: readonly SQSRecord[],
  context: RemainingTime,
  worker: MessageWorker,
): Promise<SQSBatchResponse> {
  const waiting = [...records]
  const redelivered: SQSRecord[] = []
  const lane = async () => {
    for (let record = waiting.shift(); record; record = waiting.shift())
      if ((await deliverRecord(record, context.getRemainingTimeInMillis(), worker)) === 'redeliver')
        redelivered.push(record)
  }
  await Promise.all(Array.from({ length: worker.concurrency }, lane))
  return batchResponse(redelivered)
}

/** A worker as a Lambda handler. @throws Error if an event is not from SQS */
export function eventHandler(worker: MessageWorker) {
  return async (event: SQSEvent, context: RemainingTime): Promise<SQSBatchResponse> =>
    deliverBatch(recordsOf(event), context, worker)
}

/**
 * The records of an SQS event. Entries that are no objects are left out if there are records beside them.
 * @throws Error if the event is not from SQS, as when a person or another service invokes the function, or if its queue
 * is FIFO
 */
export function recordsOf(event: SQSEvent | null | undefined): SQSRecord[] {
  if (Array.isArray(event)) throw notFromSqs('it is a list. A pipe of EventBridge sends one')
  const entries: unknown = event?.Records
  if (!Array.isArray(entries)) throw notFromSqs('it has no list "Records"')
  const records = entries.filter((entry) => typeof entry === 'object' && entry !== null)
  const source: unknown = records
    .map(({ eventSource, EventSource }) => eventSource ?? EventSource)
    .find((name) => name !== undefined && name !== 'aws:sqs')
  if (source !== undefined) throw notFromSqs(`its source is ${JSON.stringify(source)?.slice(0, 60)}`)
  if (entries.length > 0 && !records.some((record) => 'messageId' in record || 'body' in record))
    throw notFromSqs('none of its records has a messageId or a body')
  if (records.some(({ eventSourceARN }) => String(eventSourceARN).endsWith('.fifo'))) throw new Error(fifo)
  return records
}

const fifo =
  'handler: the event is from a FIFO queue. It would drop the copy of a paused job as a duplicate, and can delay no single message. Give the function a standard queue.'

function notFromSqs(reason: string): Error {
  return new Error(
    `handler: the event is not from SQS, ${reason}. Send the request to the queue, or invoke the function with an SQS event such as those in infra/events.`,
  )
}

/** The response that has SQS redeliver these. An empty id stands for a record without one: SQS then redelivers the batch. */
export function batchResponse(redelivered: readonly SQSRecord[]): SQSBatchResponse {
  return { batchItemFailures: redelivered.map((record) => ({ itemIdentifier: idOf(record) })) }
}

async function deliverRecord(record: SQSRecord, remainingMs: number, { deliver, log }: MessageWorker): Promise<Ack> {
  const message = toMessage(record)
  if (message) return deliver(message, remainingMs)
  log.error(
    'the delivery failed in an unexpected way, and the queue redelivers the message',
    { event: 'delivery_crashed', messageId: idOf(record) },
    new Error('lambda: the body of the record is not text, as SQS always sends it'),
  )
  return 'redeliver'
}

/** The end of the year 9999, in milliseconds. A later time is no date of a queue. */
const endOfDates = 253_402_300_800_000

/** Undefined for a record without a body, which SQS never sends. */
export function toMessage(record: SQSRecord): Message | undefined {
  const { body, attributes, messageAttributes, eventSourceARN, receiptHandle } = record
  if (typeof body !== 'string') return undefined
  const sentMs = Number(attributes?.SentTimestamp ?? Number.NaN)
  return {
    id: idOf(record),
    body,
    attributes: Object.fromEntries(
      Object.entries(messageAttributes ?? {}).flatMap(([name, attribute]) =>
        // One that is no text is there all the same: a webhook's sender must not be able to hide what marks it.
        attribute ? [[name, typeof attribute.stringValue === 'string' ? attribute.stringValue : '']] : [],
      ),
    ),
    queue: typeof eventSourceARN === 'string' ? (eventSourceARN.split(':').at(-1) ?? '') : '',
    receiveCount: Number(attributes?.ApproximateReceiveCount ?? 1) || 1,
    sentAt: sentMs >= 0 && sentMs < endOfDates ? new Date(sentMs) : undefined,
    group: attributes?.MessageGroupId,
    receipt: receiptHandle,
  }
}

function idOf({ messageId }: SQSRecord): string {
  return messageId ? String(messageId) : ''
}
