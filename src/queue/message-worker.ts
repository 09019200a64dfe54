import type { Log } from '../log/log.ts'
import type { Message } from './message.ts'
import type { Ack } from './queue.ts'

/** The part of the worker that messages need. */
export interface MessageWorker {
  /** Works on a message for as long as `remainingMs` allows. Never rejects. */
  deliver(message: Message, remainingMs: number): Promise<Ack>
  /** Messages worked on at once. */
  readonly concurrency: number
  readonly log: Log
}
