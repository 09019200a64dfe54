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
  /** Takes a visible message. Without a heartbeat it is visible again after 60 s. */
  receive(): Message | undefined
  acknowledge(message: Message): void
  /** Moves the clock to when a message is visible, if there is one. */
  advance(): void
  /** Messages that are not acknowledged. */
  size(): number
  readonly deadLetters: readonly DeadLetter[]
  /** The calls so far, as `send 30 owner-7` or `heartbeat 75`. */
  readonly calls: readonly string[]
  forgetCalls(): void
  /** Called before each call, which waits for it; what it throws, the call rejects with. */
  failing(fault: (call: keyof Queue) => void | Promise<void>): void
}

export function createMemoryQueue(): MemoryQueue {
  const entries = new Map<string, Entry>()
  const deadLetters: DeadLetter[] = []
  const calls: string[] = []
  let now = 0
  let fail: (call: keyof Queue) => void | Promise<void> = () => {}
  const call = async (name: keyof Queue, ...values: readonly unknown[]) => {
    calls.push([name, ...values.filter((value) => value !== undefined)].join(' '))
    await fail(name)
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
      const times = [...entries.values()].map(({ visibleAt }) => visibleAt)
      if (times.length > 0) now = Math.max(now, Math.min(...times))
    },
    size: () => entries.size,
    forgetCalls: () => calls.splice(0),
    failing: (fault) => {
      fail = fault
    },
  }
}
