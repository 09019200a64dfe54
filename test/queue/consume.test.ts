import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { consume, pulseLimits } from '../../src/queue/consume.ts'
import type { Message } from '../../src/queue/message.ts'
import { createPulse } from '../../src/queue/pulse.ts'
import type { Ack, Intake } from '../../src/queue/queue.ts'
import { createRetry } from '../../src/queue/retry.ts'
import { collectLog } from '../support/collected-log.ts'
import { createGate } from '../support/gate.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const message = (id: string): Message => ({
  id,
  body: '{}',
  attributes: {},
  queue: 'q',
  receiveCount: 1,
  sentAt: undefined,
  group: undefined,
  receipt: id,
})

interface Answers {
  /** What each receive brings, or the error it fails with. Later ones bring nothing until the end. */
  readonly receives?: readonly (readonly string[] | Error)[]
  readonly deliver?: (id: string, remainingMs: number) => Promise<Ack>
  readonly acknowledge?: (id: string) => Promise<void>
  readonly release?: (id: string) => Promise<void>
  readonly concurrency?: number
}

function setup({ receives = [], deliver = async () => 'acknowledge', acknowledge, release, concurrency = 2 }: Answers) {
  const stop = new AbortController()
  const mostOfEach: number[] = []
  const acknowledged: string[] = []
  const released: string[] = []
  const clock = createVirtualClock()
  const log = collectLog()
  const waiting = [...receives]
  const intake: Pick<Intake, 'receive' | 'acknowledge' | 'release'> = {
    async receive(most, signal) {
      mostOfEach.push(most)
      const brought = waiting.shift()
      if (brought instanceof Error) throw brought
      if (brought) return brought.map(message)
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return []
    },
    async acknowledge({ id }) {
      await acknowledge?.(id)
      acknowledged.push(id)
    },
    async release({ id }) {
      await release?.(id)
      released.push(id)
    },
  }
  const worker = { deliver: ({ id }: Message, ms: number) => deliver(id, ms), concurrency, log }
  const withRetry = createRetry(stop.signal, { clock, log })
  const pulse = createPulse(clock, pulseLimits)
  const consuming = consume({ intake: intake as Intake, worker, withRetry, pulse }, stop.signal)
  return { pulse, stop: () => stop.abort(), mostOfEach, acknowledged, released, clock, log, consuming }
}

/** Until everything that can happen has happened. */
async function calm() {
  for (let n = 0; n < 20; n++) await setImmediate()
}

test('asks for as many messages as lanes are free, and works on each for 15 minutes', async () => {
  const gates = { a: createGate(), b: createGate(), c: createGate() }
  const times: number[] = []
  const { stop, mostOfEach, acknowledged, consuming } = setup({
    receives: [['a'], ['b'], ['c']],
    async deliver(id, remainingMs) {
      times.push(remainingMs)
      await gates[id as 'a' | 'b' | 'c'].passed
      return 'acknowledge'
    },
  })
  await calm()
  expect(mostOfEach).toEqual([2, 1])
  gates.b.open()
  await calm()
  expect(mostOfEach).toEqual([2, 1, 1])
  gates.a.open()
  await calm()
  expect(mostOfEach).toEqual([2, 1, 1, 1])
  gates.c.open()
  stop()
  await consuming
  expect(acknowledged).toEqual(['b', 'a', 'c'])
  expect(times).toEqual([900_000, 900_000, 900_000])
})

test('acknowledges what is done, and lets go of what is not', async () => {
  const { stop, acknowledged, released, consuming } = setup({
    receives: [['done', 'failed']],
    deliver: async (id) => (id === 'done' ? 'acknowledge' : 'redeliver'),
  })
  await calm()
  stop()
  await consuming
  expect({ acknowledged, released }).toEqual({ acknowledged: ['done'], released: ['failed'] })
})

test('an acknowledgement that is not confirmed ends nothing but its delivery', async () => {
  const { stop, acknowledged, log, consuming } = setup({
    receives: [['a'], ['b']],
    acknowledge: async (id) => {
      if (id === 'a') throw new Error('gone')
    },
    concurrency: 1,
  })
  await calm()
  stop()
  await consuming
  expect(acknowledged).toEqual(['b'])
  expect(log.lines()).toMatchObject([{ level: 'warn', event: 'queue_unconfirmed', messageId: 'a' }])
})

test('a queue that is away is called again after 1 to 30 s, and logged once', async () => {
  const away = new Error('ECONNREFUSED')
  const { stop, acknowledged, clock, log, consuming } = setup({
    receives: [...Array(8).fill(away), ['a'], away, ['b']],
  })
  await clock.run(
    (async () => {
      while (acknowledged.length < 2) await setImmediate()
    })(),
  )
  stop()
  await consuming
  // With a random of one half: 1.5 s, 2 s, 3 s, 5 s, 9 s, then 15.5 s at most; and 1.5 s in the second outage.
  expect(clock.now()).toBe(1_500 + 2_000 + 3_000 + 5_000 + 9_000 + 3 * 15_500 + 1_500)
  expect(log.lines().map(({ event }) => event)).toEqual(['queue_away', 'queue_back', 'queue_away', 'queue_back'])
})

test('when it is asked to stop, it receives nothing more and waits for the deliveries in progress', async () => {
  const gate = createGate()
  const { stop, mostOfEach, acknowledged, consuming } = setup({
    receives: [['a']],
    async deliver() {
      await gate.passed
      return 'acknowledge'
    },
  })
  await calm()
  stop()
  await calm()
  const before = [...acknowledged]
  gate.open()
  await consuming
  expect({ mostOfEach, before, acknowledged }).toEqual({ mostOfEach: [2, 1], before: [], acknowledged: ['a'] })
})

test('a receive without messages ends after a minute and another begins, after an outage within five seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { stop, mostOfEach, clock, pulse, consuming } = setup({ receives: [[], new Error('ECONNREFUSED')] })
  await clock.run(
    (async () => {
      while (mostOfEach.length < 3) await setImmediate()
    })(),
  )
  expect(pulse.queue).toBe('away')
  vi.advanceTimersByTime(4_999)
  await calm()
  expect(mostOfEach).toHaveLength(3)
  vi.advanceTimersByTime(1)
  await calm()
  expect({ mostOfEach: mostOfEach.length, queue: pulse.queue }).toEqual({ mostOfEach: 4, queue: 'here' })
  vi.advanceTimersByTime(59_999)
  await calm()
  expect(mostOfEach).toHaveLength(4)
  vi.advanceTimersByTime(1)
  await calm()
  expect(mostOfEach).toHaveLength(5)
  stop()
  await consuming
})

test('a queue that stays away does not keep a worker that is asked to stop', async () => {
  const { stop, clock, consuming } = setup({ receives: Array(100).fill(new Error('ECONNREFUSED')) })
  await calm()
  stop()
  await consuming
  expect(clock.now()).toBe(0)
})

test('a message that the queue does not take back is logged, and the worker goes on', async () => {
  const { stop, log, consuming, released } = setup({
    receives: [['a', 'b']],
    deliver: async () => 'redeliver',
    release: async (id) => {
      if (id === 'a') throw new Error('the connection is gone')
    },
  })
  await expect.poll(() => released).toEqual(['b'])
  stop()
  await consuming
  expect(log.lines()).toMatchObject([{ level: 'warn', event: 'queue_unconfirmed', messageId: 'a' }])
})

test('a delivery counts as stuck only after the time that it may take', () => {
  expect(pulseLimits.deliveryMs).toBeGreaterThan(900_000)
})
