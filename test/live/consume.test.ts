import { expect, test } from 'vitest'
import { consumeEvents, type EventConsumer } from '../../src/live/consume.ts'
import { silentLog } from '../../src/log/log.ts'
import type { Message } from '../../src/queue/message.ts'

const message = (id: string): Message => ({
  id,
  body: '{}',
  attributes: {},
  queue: 'events',
  receiveCount: 1,
  sentAt: undefined,
  group: undefined,
  receipt: id,
})

/**
 * A queue as SQS is one: to break off a wait loses the messages that are on their way, until their lock ends. `slowMs`: what a
 * call takes.
 */
function openConsumer(count: number, { most = 100, slowMs = 0 } = {}) {
  const waiting = Array.from({ length: count }, (_, n) => message(`m-${n}`))
  const shutdown = new AbortController()
  const lost: string[] = []
  const batches: number[] = []
  const acknowledged: string[] = []
  const calls: { most: number; atOnce: boolean }[] = []
  const intake: EventConsumer['intake'] = {
    async receive(most, signal, atOnce = false) {
      calls.push({ most: most, atOnce })
      const hand = waiting.splice(0, Math.min(10, most))
      if (hand.length === 0 && !atOnce)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      else await new Promise((resolve) => setTimeout(resolve, slowMs))
      if (!signal.aborted) return hand
      lost.push(...hand.map(({ id }) => id))
      return []
    },
    async acknowledge({ id }) {
      acknowledged.push(id)
      if (acknowledged.length === count) shutdown.abort()
    },
    giveBack: async () => {},
    deadLetter: async () => {},
    heartbeat: async () => {},
  }
  const consumer: EventConsumer = {
    intake,
    async work(messages) {
      batches.push(messages.length)
      return new Map(messages.map((each) => [each, { kind: 'acknowledge' }] as const))
    },
    withRetry: (call) => call(),
    most,
    lockSeconds: 60,
    log: silentLog,
  }
  return { consumer, shutdown, lost, batches, acknowledged, calls }
}

test('a batch grows while the queue hands out full hands, and a slow answer loses no message', async () => {
  const { consumer, shutdown, lost, batches, acknowledged } = openConsumer(25, { slowMs: 150 })
  await consumeEvents(consumer, shutdown.signal)
  expect({ lost, acknowledged: acknowledged.length, batches }).toEqual({ lost: [], acknowledged: 25, batches: [25] })
})

test('what makes a batch larger is what is there, so that no message waits for another', async () => {
  const { consumer, shutdown, calls } = openConsumer(10)
  await consumeEvents(consumer, shutdown.signal)
  expect(calls.slice(0, 2)).toEqual([
    { most: 100, atOnce: false },
    { most: 90, atOnce: true },
  ])
})

test('a message alone is worked on at once, and no batch has more than it may', async () => {
  const alone = openConsumer(1)
  await consumeEvents(alone.consumer, alone.shutdown.signal)
  expect(alone.calls[0]).toEqual({ most: 100, atOnce: false })
  expect(alone.batches).toEqual([1])
  const many = openConsumer(45, { most: 20 })
  await consumeEvents(many.consumer, many.shutdown.signal)
  expect(many.batches).toEqual([20, 20, 5])
})
