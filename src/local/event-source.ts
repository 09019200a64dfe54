import { setTimeout } from 'node:timers/promises'
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { failedIds } from './batch-response.ts'
import type { Invocation, Invoke } from './invoke.ts'
import { count } from './queue.ts'
import { toSqsEvent } from './sqs-event.ts'

export { type Invocation, type Invoke, inProcess } from './invoke.ts'

/** The stand-in of Lambda's event source mapping with ReportBatchItemFailures. */
export interface EventSource {
  /** Resolves when nothing is visible, in flight or delayed. Rejects when the queue does not answer or we close first. */
  idle(): Promise<void>
  /** Stops receiving and lets running invocations finish; takes up to `waitSeconds` when there are none. */
  close(): Promise<void>
}

/** One invocation that ended, after its messages were deleted. */
export interface Delivered {
  readonly event: SQSEvent
  readonly invocation: Invocation
  /** Ids of the messages that stay in the queue and come again when their visibility runs out. */
  readonly failed: readonly string[]
}

interface Options {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly queueArn: string
  readonly region: string
  readonly invoke: Invoke
  /** Most messages of one invocation. Default 1. */
  readonly batchSize?: number
  /** How long to go on filling a batch after its first message, in milliseconds. Default 0: what one receive brings. */
  readonly batchWindowMs?: number
  /** Pollers, each with one invocation at a time: Lambda's MaximumConcurrency. Default 2. */
  readonly concurrency?: number
  /** The function's timeout in milliseconds. Default 900,000. */
  readonly timeoutMs?: number
  /** Length of a long poll in seconds; fauxqs takes fractions. Default 1. */
  readonly waitSeconds?: number
  readonly onInvocation?: (delivered: Delivered) => void
  /** Receiving or deleting failed; polls again after a second. Default: a process warning. */
  readonly onError?: (error: Error) => void
}

const receiveLimit = 10 // of SQS, for one receive and for one batch of deletes

/** Starts to poll at once. */
export function openEventSource(options: Options): EventSource {
  const { client, queueUrl, concurrency = 2, onError = (error) => process.emitWarning(error) } = options
  const closing = new AbortController()
  const turn = createTurn()
  let delivering = 0

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        const messages = await receiveBatch(options, closing.signal)
        delivering++
        try {
          if (messages.length > 0) await deliver(messages, options)
        } finally {
          delivering--
        }
      } catch (error) {
        onError(new Error('event source: could not deliver', { cause: error }))
        await setTimeout(1000, undefined, { signal: closing.signal }).catch(() => {})
      }
      turn.end()
    }
  }

  const pollers = Array.from({ length: concurrency }, poll)
  return {
    async idle() {
      for (;;) {
        const ended = turn.ended()
        const { visible, inFlight, delayed } = await count(client, queueUrl)
        if (visible + inFlight + delayed + delivering === 0) return
        if (closing.signal.aborted) throw new Error('event source: closed before the queue was idle')
        await ended
      }
    },
    async close() {
      closing.abort()
      await Promise.all(pollers)
    },
  }
}

async function receiveBatch(options: Options, closing: AbortSignal): Promise<readonly Message[]> {
  const { batchSize = 1, batchWindowMs = 0, waitSeconds = 1 } = options
  const messages = await receive(options, batchSize, waitSeconds)
  const deadline = performance.now() + batchWindowMs
  while (messages.length > 0 && messages.length < batchSize && !closing.aborted) {
    const leftSeconds = (deadline - performance.now()) / 1000
    if (leftSeconds <= 0) break
    messages.push(...(await receive(options, batchSize - messages.length, Math.min(waitSeconds, leftSeconds))))
  }
  return messages
}

async function receive({ client, queueUrl }: Options, most: number, waitSeconds: number): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(receiveLimit, most),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  )
  return Messages
}

async function deliver(messages: readonly Message[], options: Options): Promise<void> {
  const event = toSqsEvent(messages, options)
  const invocation = await invoked(options, event)
  const batch = event.Records.map(({ messageId }) => messageId)
  const failed = invocation.kind === 'response' ? failedIds(batch, invocation.payload) : batch
  const done = event.Records.filter(({ messageId }) => !failed.includes(messageId))
  await remove(
    options,
    done.map(({ receiptHandle }) => receiptHandle),
  )
  options.onInvocation?.({ event, invocation, failed })
}

async function invoked({ invoke, timeoutMs = 900_000 }: Options, event: SQSEvent): Promise<Invocation> {
  try {
    return await invoke(event, timeoutMs)
  } catch (error) {
    return { kind: 'crash', message: String(error) }
  }
}

async function remove({ client, queueUrl }: Options, receiptHandles: readonly string[]): Promise<void> {
  for (let start = 0; start < receiptHandles.length; start += receiveLimit) {
    const Entries = receiptHandles
      .slice(start, start + receiveLimit)
      .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }))
    const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
    if (Failed.length > 0) throw new Error(`event source: ${Failed.length} messages were not deleted`)
  }
}

/** A signal that fires again and again: `ended()` is the next `end()`. */
function createTurn() {
  let resolve = () => {}
  let next = new Promise<void>((settle) => {
    resolve = settle
  })
  return {
    ended: () => next,
    end() {
      resolve()
      next = new Promise((settle) => {
        resolve = settle
      })
    },
  }
}
