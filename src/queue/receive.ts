import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { type Answer, type DeliveryDeps, deliver, type Invocation } from './deliver.ts'

export interface ReceiveDeps extends DeliveryDeps {
  /** Messages of one event worked on at once. */
  readonly concurrency: number
  readonly shutdown?: AbortSignal
}

/** An SQS event of any size → which of its messages are to be redelivered. Never rejects. */
export async function receive(event: SQSEvent, context: Context, deps: ReceiveDeps): Promise<SQSBatchResponse> {
  const messages = [...event.Records]
  const failed: string[] = []
  const lane = async () => {
    for (let message = messages.shift(); message; message = messages.shift()) {
      const invocation = {
        remainingMs: context.getRemainingTimeInMillis(),
        ...(deps.shutdown ? { shutdown: deps.shutdown } : {}),
      }
      if ((await safely(message, invocation, deps)) === 'redeliver') failed.push(message.messageId)
    }
  }
  await Promise.all(Array.from({ length: deps.concurrency }, lane))
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

/** A bug in one message's delivery is that message's alone. */
async function safely(
  message: SQSEvent['Records'][number],
  invocation: Invocation,
  deps: ReceiveDeps,
): Promise<Answer> {
  try {
    return await deliver(message, invocation, deps)
  } catch (error) {
    deps.log.error(
      'delivery failed in an unexpected way; the message is redelivered',
      { messageId: message.messageId },
      error,
    )
    return 'redeliver'
  }
}
