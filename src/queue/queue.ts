import type { ConnectionSettings } from '../config/connection-string.ts'
import type { Message } from './message.ts'

/** `acknowledge`: the message is done with and is deleted. `redeliver`: the transport delivers it again. */
export type Ack = 'acknowledge' | 'redeliver'

/** A copy for the dead-letter queue. `body` has no secrets. */
export interface DeadLetter {
  readonly body: string
  readonly reason: string
  readonly code: string
  readonly messageId: string
  /** The group of the message, which it has again when it is sent back. */
  readonly group?: string | undefined
}

/** The calls that a delivery makes to a queue. Each rejects if the queue does not confirm it. */
export interface Queue {
  /**
   * Queues a job again as a new message, which counts its receives from 1. `delaySeconds` is a whole number from 0; a
   * transport with a shorter limit waits for its limit. `group` is the group of the first message, if it had one.
   */
  send(body: string, delaySeconds: number, group?: string): Promise<void>
  /** Keeps a received message for this worker for the given seconds from now. */
  heartbeat(message: Message, seconds: number): Promise<void>
  /** Has the message redelivered after `delaySeconds`, with the same limits as `send`. The worker no longer has it then. */
  giveBack(message: Message, delaySeconds: number): Promise<void>
  deadLetter(letter: DeadLetter): Promise<void>
}

/** How many messages a queue holds. Transports count approximately. A number that a transport does not tell is null. */
export interface QueueDepth {
  /** Visible now. */
  readonly waiting: number
  /** With a worker. */
  readonly inFlight: number | null
  /** Not visible before a time. */
  readonly delayed: number | null
  readonly dead: number | null
  /** Seconds since the oldest of those that wait was sent. 0 if none waits. */
  readonly oldestAge: number | null
}

/** What became of the dead letters. */
export interface Redriven {
  /** So many are back in the queue. */
  readonly sent: number
  /** These stay: their secrets were taken out, so the job has to be sent again by its sender. */
  readonly left: readonly DeadLetter[]
}

/** A queue that a process receives from by itself. Lambda receives for its function, and needs a `Queue` only. */
export interface Intake extends Queue {
  /**
   * Waits for messages, for as long as the transport likes to. One call at a time. Resolves with at most `most`, and with
   * none once the signal is aborted: a message that arrives then is visible to other workers. `atOnce`: only what is there
   * now, without a wait.
   * @throws Error if the transport is away. The next call connects again. It needs no wait before it where the error has
   * `hasWaited`: the call has tried until its time was over.
   */
  receive(most: number, signal: AbortSignal, atOnce?: boolean): Promise<readonly Message[]>
  /** Deletes a received message. */
  acknowledge(message: Message): Promise<void>
  /**
   * Lets go of a message that was neither acknowledged nor, with a confirmation, given back. Only for a transport whose
   * lock has no end of its own. A message that this worker no longer has is none of its business.
   */
  release?(message: Message): Promise<void>
  depth(): Promise<QueueDepth>
  /** At most the given number of dead letters, oldest first where the transport has an order. They stay dead letters. */
  letters(most: number): Promise<readonly DeadLetter[]>
  /** Sends at most the given number of dead letters back to the queue, oldest first. */
  redrive(most: number): Promise<Redriven>
  close(): Promise<void>
}

/** How a transport receives. */
export interface IntakeOptions {
  /** Address of the queue, with its credentials. */
  readonly url: string
  /** Address of the dead-letter queue, for transports that do not derive it from `url`. */
  readonly deadLetterUrl?: string | undefined
  /** Of SQS: another endpoint than the region's. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** The worker's own database, in which the queue is where `url` is only `postgres:`. */
  readonly database?: ConnectionSettings | undefined
  /** Seconds after which a message without a heartbeat goes to another worker. All workers have the same value. */
  readonly lockSeconds: number
  /** The most receives of a message. After them it becomes a dead letter without its secrets. */
  readonly maxReceives: number
}
