import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { createWake, waitUntil } from '../../src/queue/postgres/wake.ts'
import { createGate } from '../support/gate.ts'

/** Longer than any test: only a notification or the signal ends such a wait. */
const long = 600_000
const never = new AbortController().signal

interface Server {
  /** So many connections cannot be made at first. */
  readonly failures?: number
  /** So many connections end at their first statement. */
  readonly broken?: number
  /** Connections are made once it has resolved. */
  readonly open?: Promise<void>
  /** Connections end once it has resolved. */
  readonly end?: Promise<void>
}

/** A wake whose connections the test holds. */
function setup({ failures = 0, broken = 0, open, end }: Server = {}) {
  const clients: (EventEmitter & { ended: boolean; readonly statements: string[] })[] = []
  let calls = 0
  const wake = createWake('jobs', async () => {
    if (calls++ < failures) throw new Error('away')
    await open
    const client = Object.assign(new EventEmitter(), {
      ended: false,
      statements: [] as string[],
      query: async (text: string) => {
        if (calls <= broken) throw new Error('Connection terminated')
        client.statements.push(text)
      },
      end: async () => {
        await end
        client.ended = true
      },
    })
    clients.push(client)
    return client as unknown as pg.Client
  })
  const notify = (payload: string) => clients.at(-1)?.emit('notification', { payload })
  return { wake, clients, notify, calls: () => calls }
}

/** Whether the wait has ended, once everything that can happen has happened. */
async function hasEnded(waiting: Promise<unknown>): Promise<boolean> {
  let ended = false
  waiting.then(() => {
    ended = true
  })
  for (let n = 0; n < 20; n++) await setImmediate()
  return ended
}

test('a wait ends at a message of its queue, and not at one of another', async () => {
  const { wake, clients, notify } = setup()
  const waiting = wake.wait(long, never)
  expect(await hasEnded(waiting)).toBe(false)
  expect(clients.map(({ statements }) => statements)).toEqual([['listen billing_sync_queue']])
  notify('other')
  expect(await hasEnded(waiting)).toBe(false)
  notify('jobs')
  expect(await hasEnded(waiting)).toBe(true)
})

test('a message between two waits ends the next one, and that one alone', async () => {
  const { wake, notify } = setup()
  await wake.wait(0, never)
  notify('jobs')
  expect(await hasEnded(wake.wait(long, never))).toBe(true)
  expect(await hasEnded(wake.wait(long, never))).toBe(false)
})

test('a wait ends when its signal is aborted, before it or in it', async () => {
  const { wake } = setup()
  expect(await hasEnded(wake.wait(long, AbortSignal.abort()))).toBe(true)
  const stop = new AbortController()
  const waiting = wake.wait(long, stop.signal)
  expect(await hasEnded(waiting)).toBe(false)
  stop.abort()
  expect(await hasEnded(waiting)).toBe(true)
})

test('waits share one connection, and the wait after its end makes another', async () => {
  const { wake, clients, calls } = setup()
  await wake.wait(0, never)
  await wake.wait(0, never)
  expect(calls()).toBe(1)
  clients[0]?.emit('end')
  await wake.wait(0, never)
  expect(calls()).toBe(2)
  await wake.close()
  expect(clients.map(({ ended }) => ended)).toEqual([false, true])
})

test('a wait without a connection lasts its time, and the next one connects', async () => {
  const { wake, clients, calls } = setup({ failures: 1 })
  await wake.wait(0, never)
  expect(clients).toEqual([])
  await wake.wait(0, never)
  expect([calls(), clients.length]).toEqual([2, 1])
})

test('a connection that breaks at its first statement is made again at the next wait', async () => {
  const { wake, calls } = setup({ broken: 1 })
  await wake.wait(0, never)
  await wake.wait(0, never)
  await wake.wait(0, never)
  expect(calls()).toBe(2)
})

test('a wait begins once the connection listens, and the end of the connection is waited for', async () => {
  const [opening, ending] = [createGate(), createGate()]
  const { wake } = setup({ open: opening.passed, end: ending.passed })
  const stop = new AbortController()
  const waiting = wake.wait(long, stop.signal)
  stop.abort()
  expect(await hasEnded(waiting)).toBe(false)
  opening.open()
  await waiting
  const closing = wake.close()
  expect(await hasEnded(closing)).toBe(false)
  ending.open()
  await closing
})

test('an idle worker waits for the next delayed message, two seconds at most', () => {
  expect([null, undefined, '12000', '2000.1', '700.2', '-30', '0'].map(waitUntil)).toEqual([
    2_000, 2_000, 2_000, 2_000, 701, 5, 5,
  ])
})
