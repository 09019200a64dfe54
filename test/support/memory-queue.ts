import { randomUUID } from 'node:crypto'
import type { Message } from '../../src/queue/message.ts'
import type { DeadLetter, Queue } from '../../src/queue/queue.ts'

interface Entry extends Omit<Message, 'receiveCount' | 'receipt'> {
  receiveCount: number
  /** In seconds of the queue's own clock. */
  visibleAt: number
}

/** A queue of no vendor, in memory, with a clock that the test moves. */
export interface MemoryQueue extends Queue {
  /** Seconds that a received message stays hidden without a heartbeat: 60. */
  receive(): Message | undefined
  acknowledge(message: Message): void
  /** Moves the clock to when the next message is visible. False if there is none. */
  advance(): boolean
  /** Moves the clock by so many seconds. */
  pass(seconds: number): void
  readonly deadLetters: readonly DeadLetter[]
  /** The calls so far, as `send 30 owner-7` or `heartbeat 75`. */
  readonly calls: readonly string[]
  /** Called before each call; what it throws, the call rejects with. */
  failing(fault: (call: keyof Queue) => void): void
}

export function createMemoryQueue(): MemoryQueue {
  const entries = new Map<string, Entry>()
  const deadLetters: DeadLetter[] = []
  const calls: string[] = []
  let now = 0
  let fail: (call: keyof Queue) => void = () => {}
  const call = async (name: keyof Queue, ...values: readonly unknown[]) => {
    calls.push([name, ...values.filter((value) => value !== undefined)].join(' '))
    fail(name)
  }
  const hide = ({ receipt }: Message, seconds: number) => {
    const entry = entries.get(String(receipt))
    if (!entry) throw new Error('queue: the receipt is of no message')
    entry.visibleAt = now + seconds
  }
  return {
    deadLetters,
    calls,
    async send(body, delaySeconds, group) {
      await call('send', delaySeconds, group)
      const id = randomUUID()
      const sentAt = new Date(now * 1_000)
      entries.set(id, {
        id,
        body,
        attributes: {},
        queue: 'memory',
        receiveCount: 0,
        sentAt,
        group,
        visibleAt: now + delaySeconds,
      })
    },
    async heartbeat(message, seconds) {
      await call('heartbeat', seconds)
      hide(message, seconds)
    },
    async giveBack(message, delaySeconds) {
      await call('giveBack', delaySeconds)
      hide(message, delaySeconds)
    },
    async deadLetter(letter) {
      await call('deadLetter', letter.code)
      deadLetters.push(letter)
    },
    receive() {
      const entry = [...entries.values()].find(({ visibleAt }) => visibleAt <= now)
      if (!entry) return undefined
      entry.receiveCount++
      entry.visibleAt = now + 60
      const { visibleAt: _, ...message } = entry
      return { ...message, receipt: entry.id }
    },
    acknowledge: ({ receipt }) => void entries.delete(String(receipt)),
    advance() {
      if (entries.size === 0) return false
      now = Math.max(now, Math.min(...[...entries.values()].map(({ visibleAt }) => visibleAt)))
      return true
    },
    pass: (seconds) => {
      now += seconds
    },
    failing: (fault) => {
      fail = fault
    },
  }
}
