import type { Message } from './message.ts'

/** `acknowledge`: the message is done with and is deleted. `redeliver`: the transport delivers it again. */
export type Ack = 'acknowledge' | 'redeliver'

/** A copy for the dead-letter queue. `body` has no secrets. */
export interface DeadLetter {
  readonly body: string
  readonly reason: string
  readonly code: string
  readonly messageId: string
}

/** The calls that a delivery makes to a queue. Each rejects if the queue does not confirm it. */
export interface Queue {
  /**
   * Queues a job again as a new message, which counts its receives from 1. `delaySeconds` is a whole number from 0; a
   * transport with a shorter limit waits for its limit. `group` is the group of the first message, if it had one.
   */
  send(body: string, delaySeconds: number, group?: string): Promise<void>
  /** Keeps a received message for this worker, for so many seconds from now. */
  heartbeat(message: Message, seconds: number): Promise<void>
  /** Has the message redelivered after `delaySeconds`, with the same limits as `send`. The worker no longer has it then. */
  giveBack(message: Message, delaySeconds: number): Promise<void>
  deadLetter(letter: DeadLetter): Promise<void>
}
