import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { type Answer, type DeliveryDeps, deliver, type Invocation } from './deliver.ts'

export interface ReceiveDeps extends DeliveryDeps {
  /** Messages of one event worked on at once. */
  readonly concurrency: number
  readonly shutdown?: AbortSignal
}

/** An SQS event of any size → which of its messages are to be redelivered. Never rejects. */
export async function receive(event: SQSEvent, context: Context, deps: ReceiveDeps): Promise<SQSBatchResponse> {
  const messages = messagesOf(event)
  const redelivered: SQSRecord[] = []
  const lane = async () => {
    for (let message = messages.shift(); message; message = messages.shift()) {
      const invocation = {
        remainingMs: context.getRemainingTimeInMillis(),
        ...(deps.shutdown ? { shutdown: deps.shutdown } : {}),
      }
      if ((await safely(message, invocation, deps)) === 'redeliver') redelivered.push(message)
    }
  }
  await Promise.all(Array.from({ length: deps.concurrency }, lane))
  return failed(redelivered)
}

/** The messages of an event, which may be anything where the function is invoked by hand. */
export function messagesOf(event: SQSEvent | null | undefined): SQSRecord[] {
  const records: unknown = event?.Records
  return Array.isArray(records) ? records.filter((one) => typeof one === 'object' && one !== null) : []
}

/** The response that has these redelivered. An empty id stands for one without: Lambda then redelivers the whole batch. */
export function failed(messages: readonly SQSRecord[]): SQSBatchResponse {
  return {
    batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId ? String(messageId) : '' })),
  }
}

/** A bug in one message's delivery is that message's alone. */
async function safely(message: SQSRecord, invocation: Invocation, deps: ReceiveDeps): Promise<Answer> {
  try {
    return await deliver(message, invocation, deps)
  } catch (error) {
    deps.log.error(
      'delivery failed in an unexpected way; the message is redelivered',
      { event: 'delivery_crashed', messageId: message.messageId },
      error,
    )
    return 'redeliver'
  }
}
