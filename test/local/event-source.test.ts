import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { type Delivered, type Invoke, openEventSource } from '../../src/local/event-source.ts'
import { openQueue } from '../../src/local/queue.ts'
import { failures, optionsOf, response, signal, succeed, useQueue } from './event-source-support.ts'

const local = useQueue()

describe('the event', () => {
  it('is what Lambda makes of a message', async () => {
    const sent = await local.queue.client.send(
      new SendMessageCommand({
        QueueUrl: local.queue.url,
        MessageBody: 'hello',
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'so' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
        },
      }),
    )
    const [delivered] = await local.deliveries(1, { invoke: succeed })
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
          eventSourceARN: local.queue.arn,
          awsRegion: local.queue.region,
        },
      ],
    })
  })

  it('holds one message by default', async () => {
    for (const body of ['a', 'b', 'c']) await local.queue.send(body)
    const delivered = await local.deliveries(3, { invoke: succeed })
    expect(delivered.map(bodies).sort()).toEqual([['a'], ['b'], ['c']])
  })

  it('holds what is there, up to the batch size', async () => {
    for (const body of ['a', 'b', 'c']) await local.queue.send(body)
    const delivered = await local.deliveries(2, { invoke: succeed, batchSize: 2, concurrency: 1 })
    expect(delivered.map(bodies)).toEqual([['a', 'b'], ['c']])
  })

  it('waits the batch window for more than one receive gives', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => String(index))
    for (const body of numbers) await local.queue.send(body)
    const delivered = await local.deliveries(1, {
      invoke: succeed,
      batchSize: 12,
      batchWindowMs: 10_000,
      concurrency: 1,
    })
    expect(delivered.map(bodies)).toEqual([numbers])
    expect(await local.queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })
})

describe('idle', () => {
  it('resolves at once when there is nothing', async () => {
    const source = local.open({ invoke: succeed })
    await expect(source.idle()).resolves.toBeUndefined()
  })

  it('waits for what is visible, in flight and delayed', async () => {
    const order: string[] = []
    await local.queue.send('visible')
    await local.queue.send('delayed', { delaySeconds: 1 })
    const source = local.open({
      invoke: succeed,
      onInvocation: (delivered) => order.push(...bodies(delivered)),
    })
    await source.idle()
    expect(order).toEqual(['visible', 'delayed'])
  })

  it('waits for a message that somebody else holds', async () => {
    const invocation = signal<string>()
    await local.queue.send('held')
    const source = local.open({
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
    const release = new ChangeMessageVisibilityCommand({
      QueueUrl: local.queue.url,
      ReceiptHandle,
      VisibilityTimeout: 0,
    })
    await local.queue.client.send(release)
    await whenIdle
    expect(await local.queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })

  it('waits for the end of a delivery whose message is deleted already', async () => {
    const order: string[] = []
    const deleted = signal<void>()
    const counted = signal<void>()
    local.queue.client.middlewareStack.add((next, { commandName }) => async (input) => {
      const output = await next(input)
      if (commandName === 'GetQueueAttributesCommand') setImmediate(counted.fire)
      if (commandName === 'DeleteMessageBatchCommand') {
        deleted.fire()
        await counted.fired
      }
      return output
    })
    await local.queue.send('a')
    const source = local.open({ invoke: succeed, onInvocation: () => order.push('delivered') })
    await deleted.fired
    await source.idle()
    order.push('idle')
    expect(order).toEqual(['delivered', 'idle'])
  })

  it('rejects when the source is closed first', async () => {
    await local.queue.send('later', { delaySeconds: 900 })
    const source = local.open({ invoke: succeed })
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
    for (const body of ['a', 'b', 'c', 'd', 'e']) await local.queue.send(body)
    const invoke: Invoke = async () => {
      most = Math.max(most, ++running)
      if (running === 3) full.fire()
      await gate.fired
      running--
      return response(null)
    }
    const source = local.open({ invoke, concurrency: 3 })
    await full.fired
    expect(await local.queue.counts()).toEqual({ visible: 2, inFlight: 3, delayed: 0 })
    gate.fire()
    await source.idle()
    expect(most).toBe(3)
  })

  it('let running invocations finish when closed, and begin no other', async () => {
    const started = signal<void>()
    const gate = signal<void>()
    await local.queue.send('running')
    const source = local.open({
      concurrency: 1,
      invoke: async () => {
        started.fire()
        await gate.fired
        return response(null)
      },
    })
    await started.fired
    await local.queue.send('not begun')
    const closed = source.close()
    gate.fire()
    await closed
    expect(await local.queue.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 })
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

function bodies({ event }: Delivered): string[] {
  return event.Records.map(({ body }) => body)
}
