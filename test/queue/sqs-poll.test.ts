import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Message } from '../../src/queue/message.ts'
import { openLongPoll } from '../../src/queue/sqs-poll.ts'

const message = (id: string): Message => ({
  id,
  body: '{}',
  attributes: {},
  queue: 'billing-sync',
  receiveCount: 1,
  sentAt: undefined,
  group: undefined,
  receipt: id,
})

/** A server whose long polls the test answers. */
function openServer() {
  const requests: { readonly most: number; answer(...ids: string[]): void; fail(error: Error): void }[] = []
  const revealed: string[] = []
  const poll = openLongPoll({
    ask: (most, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('the request was broken off')))
        requests.push({ most, answer: (...ids) => resolve(ids.map(message)), fail: reject })
      }),
    async reveal({ id }) {
      await turn()
      revealed.push(id)
    },
  })
  return { poll, requests, revealed }
}

const never = new AbortController().signal
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

test('a poll brings its messages to its caller', async () => {
  const { poll, requests, revealed } = openServer()
  const received = poll.receive(3, never)
  requests[0]?.answer('a', 'b')
  expect(ids(await received)).toEqual(['a', 'b'])
  expect({ most: requests[0]?.most, revealed }).toEqual({ most: 3, revealed: [] })
})

test('a message that comes after its caller has stopped is revealed at once, because no other worker sees it', async () => {
  const { poll, requests, revealed } = openServer()
  const stop = new AbortController()
  const received = poll.receive(3, stop.signal)
  stop.abort()
  expect(await received).toEqual([])
  requests[0]?.answer('a', 'b')
  await expect.poll(() => revealed).toEqual(['a', 'b'])
})

test('the next receive takes what the poll of the last one brings, and no more than it asks for', async () => {
  const { poll, requests, revealed } = openServer()
  const stop = new AbortController()
  const first = poll.receive(3, stop.signal)
  stop.abort()
  await first
  const second = poll.receive(1, never)
  requests[0]?.answer('a', 'b')
  expect(ids(await second)).toEqual(['a'])
  await expect.poll(() => ({ polls: requests.length, revealed })).toEqual({ polls: 1, revealed: ['b'] })
})

test('a message that is on its way when the worker ends is revealed before it has ended', async () => {
  const { poll, requests, revealed } = openServer()
  const stop = new AbortController()
  const received = poll.receive(3, stop.signal)
  stop.abort()
  await received
  const closed = poll.close()
  requests[0]?.answer('a')
  await closed
  expect(revealed).toEqual(['a'])
})

test('the end of a worker waits for no poll that brings nothing', async () => {
  const { poll } = openServer()
  const stop = new AbortController()
  const received = poll.receive(3, stop.signal)
  stop.abort()
  await received
  await poll.close()
  await poll.close()
})

test('a poll that fails fails its receive, and the next one asks anew', async () => {
  const { poll, requests } = openServer()
  const failed = poll.receive(3, never)
  requests[0]?.fail(new Error('away'))
  await expect(failed).rejects.toThrow('away')
  const received = poll.receive(2, never)
  requests[1]?.answer('a')
  expect(ids(await received)).toEqual(['a'])
})

test('a poll that fails after its caller has stopped fails nothing', async () => {
  const { poll, requests } = openServer()
  const stop = new AbortController()
  const received = poll.receive(3, stop.signal)
  stop.abort()
  requests[0]?.fail(new Error('away'))
  expect(await received).toEqual([])
  await turn()
  expect(await poll.receive(1, AbortSignal.abort())).toEqual([])
})
