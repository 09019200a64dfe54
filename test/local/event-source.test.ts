import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Context, SQSEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Delivered,
  type EventSource,
  type Invocation,
  type Invoke,
  inProcess,
  openEventSource,
} from '../../src/local/event-source.ts'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'

let queue: LocalQueue
let source: EventSource | undefined

beforeEach(async () => {
  queue = await openQueue()
})

afterEach(async () => {
  await source?.close()
  await queue.close()
})

describe('the event', () => {
  it('is what Lambda makes of a message', async () => {
    const sent = await queue.client.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: 'hello',
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'so' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
        },
      }),
    )
    const [delivered] = await deliveries(1, { invoke: succeed })
    const milliseconds = expect.stringMatching(/^\d{13}$/)
    expect(delivered?.event).toEqual({
      Records: [
        {
          messageId: sent.MessageId,
          receiptHandle: expect.stringMatching(/./),
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: milliseconds,
            SenderId: '000000000000',
            ApproximateFirstReceiveTimestamp: milliseconds,
          },
          messageAttributes: {
            text: { stringValue: 'so', stringListValues: [], binaryListValues: [], dataType: 'String' },
            bytes: { binaryValue: 'AQI=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          md5OfMessageAttributes: sent.MD5OfMessageAttributes,
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: queue.arn,
          awsRegion: queue.region,
        },
      ],
    })
  })

  it('holds one message by default', async () => {
    for (const body of ['a', 'b', 'c']) await queue.send(body)
    const delivered = await deliveries(3, { invoke: succeed })
    expect(delivered.map(bodies).sort()).toEqual([['a'], ['b'], ['c']])
  })

  it('holds what is there, up to the batch size', async () => {
    for (const body of ['a', 'b', 'c']) await queue.send(body)
    const delivered = await deliveries(2, { invoke: succeed, batchSize: 2, concurrency: 1 })
    expect(delivered.map(bodies)).toEqual([['a', 'b'], ['c']])
  })

  it('waits the batch window for more than one receive gives', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => String(index))
    for (const body of numbers) await queue.send(body)
    const delivered = await deliveries(1, { invoke: succeed, batchSize: 12, batchWindowMs: 10_000, concurrency: 1 })
    expect(delivered.map(bodies)).toEqual([numbers])
    expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })
})

/** Which of the bodies a, b and c stay in the queue after an invocation ends so; `ids` are their message ids. */
const endings: Record<string, [invocation: (ids: string[]) => Invocation, kept: string[]]> = {
  'no response': [() => response(null), []],
  'an empty response': [() => response({}), []],
  'a response about something else': [() => response({ statusCode: 200 }), []],
  'an empty list': [() => response({ batchItemFailures: [] }), []],
  'a null list': [() => response({ batchItemFailures: null }), []],
  'one failure': [([, b]) => failures({ itemIdentifier: b }), ['b']],
  'the same failure twice': [([, b]) => failures({ itemIdentifier: b }, { itemIdentifier: b }), ['b']],
  'all failures': [(ids) => failures(...ids.map((itemIdentifier) => ({ itemIdentifier }))), ['a', 'b', 'c']],
  'an unknown identifier': [([a]) => failures({ itemIdentifier: a }, { itemIdentifier: 'x' }), ['a', 'b', 'c']],
  'an empty identifier': [() => failures({ itemIdentifier: '' }), ['a', 'b', 'c']],
  'a null identifier': [() => failures({ itemIdentifier: null }), ['a', 'b', 'c']],
  'a wrong key': [([a]) => failures({ messageId: a }), ['a', 'b', 'c']],
  'a null failure': [() => failures(null), ['a', 'b', 'c']],
  'a list that is not one': [([a]) => response({ batchItemFailures: a }), ['a', 'b', 'c']],
  'a response that is not an object': [() => response('ok'), ['a', 'b', 'c']],
  'an error': [() => ({ kind: 'error', message: 'thrown' }), ['a', 'b', 'c']],
  'a timeout': [() => ({ kind: 'timeout', message: 'too long' }), ['a', 'b', 'c']],
  'a crash': [() => ({ kind: 'crash', message: 'exit 1' }), ['a', 'b', 'c']],
}

describe('the end of an invocation', () => {
  it.each(Object.entries(endings))('after %s keeps exactly what failed', async (_, [invocation, kept]) => {
    for (const body of ['a', 'b', 'c']) await queue.send(body)
    const invoke: Invoke = async ({ Records }) => invocation(Records.map(({ messageId }) => messageId))
    const [delivered] = await deliveries(1, { invoke, batchSize: 10, concurrency: 1 })
    const failed = delivered?.event.Records.filter(({ messageId }) => delivered.failed.includes(messageId))
    expect(failed?.map(({ body }) => body)).toEqual(kept)
    expect(await queue.counts()).toEqual({ visible: 0, inFlight: kept.length, delayed: 0 })
  })

  it('keeps everything when the invocation itself could not be made', async () => {
    await queue.send('a')
    const [delivered] = await deliveries(1, { invoke: () => Promise.reject(new Error('no sandbox')) })
    expect(delivered?.invocation).toEqual({ kind: 'crash', message: 'Error: no sandbox' })
    expect(await queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 })
  })

  it('brings a failed message again when its visibility runs out, and at last to the dead letters', async () => {
    const impatient = await openQueue({ visibilityTimeoutSeconds: 0, maxReceiveCount: 3 })
    const counts: (string | undefined)[] = []
    await impatient.send('poison')
    const poisoned = openEventSource({
      ...optionsOf(impatient),
      concurrency: 1,
      invoke: async () => ({ kind: 'error', message: 'poison' }),
      onInvocation: ({ event }) => counts.push(event.Records[0]?.attributes.ApproximateReceiveCount),
    })
    await poisoned.idle()
    await poisoned.close()
    const letters = await impatient.deadLetters()
    await impatient.close()
    expect(counts).toEqual(['1', '2', '3'])
    expect(letters).toEqual([{ body: 'poison', attributes: {} }])
  })
})

describe('idle', () => {
  it('resolves at once when there is nothing', async () => {
    source = openEventSource({ ...optionsOf(queue), invoke: succeed })
    await expect(source.idle()).resolves.toBeUndefined()
  })

  it('waits for what is visible, in flight and delayed', async () => {
    const order: string[] = []
    await queue.send('visible')
    await queue.send('delayed', { delaySeconds: 1 })
    source = openEventSource({
      ...optionsOf(queue),
      invoke: succeed,
      onInvocation: (delivered) => order.push(...bodies(delivered)),
    })
    await source.idle()
    expect(order).toEqual(['visible', 'delayed'])
  })

  it('waits for a message that somebody else holds', async () => {
    const invocation = signal<string>()
    await queue.send('held')
    source = openEventSource({
      ...optionsOf(queue),
      invoke: async ({ Records }) => {
        const [record] = Records
        if (record?.attributes.ApproximateReceiveCount !== '1') return response(null)
        invocation.fire(record.receiptHandle)
        return failures({ itemIdentifier: record.messageId })
      },
    })
    let idle = false
    const whenIdle = source.idle().then(() => {
      idle = true
    })
    const ReceiptHandle = await invocation.fired
    expect(idle).toBe(false)
    const release = new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 0 })
    await queue.client.send(release)
    await whenIdle
    expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })

  it('waits for the end of a delivery whose message is deleted already', async () => {
    const order: string[] = []
    const deleted = signal<void>()
    const counted = signal<void>()
    queue.client.middlewareStack.add((next, { commandName }) => async (input) => {
      const output = await next(input)
      if (commandName === 'GetQueueAttributesCommand') setImmediate(counted.fire)
      if (commandName === 'DeleteMessageBatchCommand') {
        deleted.fire()
        await counted.fired
      }
      return output
    })
    await queue.send('a')
    source = openEventSource({ ...optionsOf(queue), invoke: succeed, onInvocation: () => order.push('delivered') })
    await deleted.fired
    await source.idle()
    order.push('idle')
    expect(order).toEqual(['delivered', 'idle'])
  })

  it('rejects when the source is closed first', async () => {
    await queue.send('later', { delaySeconds: 900 })
    source = openEventSource({ ...optionsOf(queue), invoke: succeed })
    const idle = expect(source.idle()).rejects.toThrow('event source: closed before the queue was idle')
    await source.close()
    await idle
  })
})

describe('pollers', () => {
  it('run as many invocations at a time as asked, no more', async () => {
    const gate = signal<void>()
    const full = signal<void>()
    let running = 0
    let most = 0
    for (const body of ['a', 'b', 'c', 'd', 'e']) await queue.send(body)
    const invoke: Invoke = async () => {
      most = Math.max(most, ++running)
      if (running === 3) full.fire()
      await gate.fired
      running--
      return response(null)
    }
    source = openEventSource({ ...optionsOf(queue), invoke, concurrency: 3 })
    await full.fired
    expect(await queue.counts()).toEqual({ visible: 2, inFlight: 3, delayed: 0 })
    gate.fire()
    await source.idle()
    expect(most).toBe(3)
  })

  it('let running invocations finish when closed, and begin no other', async () => {
    const started = signal<void>()
    const gate = signal<void>()
    await queue.send('running')
    source = openEventSource({
      ...optionsOf(queue),
      concurrency: 1,
      invoke: async () => {
        started.fire()
        await gate.fired
        return response(null)
      },
    })
    await started.fired
    await queue.send('not begun')
    const closed = source.close()
    gate.fire()
    await closed
    expect(await queue.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 })
  })

  it('say so when the queue does not answer', async () => {
    const gone = await openQueue()
    const failed = signal<Error>()
    const lost = openEventSource({ ...optionsOf(gone), concurrency: 1, invoke: succeed, onError: failed.fire })
    await gone.close()
    expect((await failed.fired).message).toBe('event source: could not deliver')
    await expect(lost.idle()).rejects.toThrow()
    await lost.close()
  })
})

describe('inProcess', () => {
  const event: SQSEvent = { Records: [] }

  it('gives the handler a copy of the event and a context of Lambda', async () => {
    const seen: [SQSEvent, Context][] = []
    const invoke = inProcess(async (...given) => void seen.push(given))
    await invoke(event, 60_000)
    await invoke(event, 60_000)
    const [[received, context], [, next]] = seen as [[SQSEvent, Context], [SQSEvent, Context]]
    expect(received).toEqual(event)
    expect(received).not.toBe(event)
    expect(context.functionName).toBe('billing-sync')
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(context.awsRequestId).not.toBe(next.awsRequestId)
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(50_000)
    expect(context.getRemainingTimeInMillis()).toBeLessThanOrEqual(60_000)
  })

  const answers: Record<string, [() => Promise<unknown>, Invocation]> = {
    'a response as JSON makes it': [
      async () => ({ at: new Date(0), none: undefined }),
      response({ at: '1970-01-01T00:00:00.000Z' }),
    ],
    'null for undefined': [async () => undefined, response(null)],
    'an error when it throws': [
      () => Promise.reject(new TypeError('broken')),
      { kind: 'error', message: 'TypeError: broken' },
    ],
    'an error when it throws before its first promise': [
      () => {
        throw new Error('early')
      },
      { kind: 'error', message: 'Error: early' },
    ],
    'an error when the response is not JSON': [
      async () => 1n,
      { kind: 'error', message: 'TypeError: Do not know how to serialize a BigInt' },
    ],
  }
  it.each(Object.entries(answers))('gives %s', async (_, [handler, invocation]) => {
    expect(await inProcess(handler)(event, 60_000)).toEqual(invocation)
  })

  it('leaves no timer behind', async () => {
    vi.useFakeTimers()
    await inProcess(async () => null)(event, 900_000)
    const timers = vi.getTimerCount()
    vi.useRealTimers()
    expect(timers).toBe(0)
  })

  it('gives timeout when the handler outlives its time, with none remaining', async () => {
    let context: Context | undefined
    const invoke = inProcess((_, given) => {
      context = given
      return new Promise(() => {})
    })
    const invocation = await invoke(event, 20)
    expect(invocation).toEqual({
      kind: 'timeout',
      message: `${context?.awsRequestId} Task timed out after 0.02 seconds`,
    })
    expect(context?.getRemainingTimeInMillis()).toBeLessThanOrEqual(1)
  })
})

function optionsOf({ client, url: queueUrl, arn: queueArn, region }: LocalQueue) {
  return { client, queueUrl, queueArn, region, waitSeconds: 0.05 }
}

type Asked = Pick<Parameters<typeof openEventSource>[0], 'invoke' | 'batchSize' | 'batchWindowMs' | 'concurrency'>

/** Opens the source under test and waits until so many invocations have ended. */
async function deliveries(expected: number, asked: Asked): Promise<Delivered[]> {
  const delivered: Delivered[] = []
  const complete = signal<void>()
  const onInvocation = (one: Delivered) => {
    if (delivered.push(one) === expected) complete.fire()
  }
  source = openEventSource({ ...optionsOf(queue), ...asked, onInvocation })
  await complete.fired
  return delivered
}

const succeed: Invoke = async () => response(null)

function response(payload: unknown): Invocation {
  return { kind: 'response', payload }
}

function failures(...batchItemFailures: unknown[]): Invocation {
  return response({ batchItemFailures })
}

function bodies({ event }: Delivered): string[] {
  return event.Records.map(({ body }) => body)
}

function signal<T>() {
  let fire: (value: T) => void = () => {}
  const fired = new Promise<T>((resolve) => {
    fire = resolve
  })
  return { fired, fire }
}
