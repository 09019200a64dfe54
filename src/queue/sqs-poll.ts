import type { Message } from './message.ts'

/** A message that was sent just before the end is with a poll within milliseconds. */
const lastMs = 500

export interface LongPoll {
  /** What the poll brings; nothing once `signal` is aborted. */
  receive(most: number, signal: AbortSignal): Promise<readonly Message[]>
  /** Ends the poll, after a moment for what is on its way. */
  close(): Promise<void>
}

interface Calls {
  /** Receives at most the given number of messages. */
  ask(most: number, signal: AbortSignal): Promise<readonly Message[]>
  /** Lets other workers have a message at once. */
  reveal(message: Message): Promise<void>
}

interface Taker {
  readonly most: number
  take(messages: readonly Message[]): void
  fail(error: unknown): void
}

interface Poll {
  taker: Taker | undefined
  /** Resolves when the poll is over and its messages are with the taker or revealed. */
  readonly over: Promise<void>
}

/**
 * A long poll that outlives its caller. SQS may hand a message to a request that was broken off, and nobody has it until its
 * lock ends: a stopping worker would take the copy of its own paused job with it. So the poll goes on. The next receive
 * takes its messages, and without one they are revealed.
 */
export function openLongPoll({ ask, reveal }: Calls): LongPoll {
  const end = new AbortController()
  let current: Poll | undefined

  const begin = (most: number): Poll => {
    const poll: Poll = { taker: undefined, over: run() }
    async function run() {
      const received = ask(most, end.signal)
      try {
        const messages = await received
        current = undefined
        const { most: wanted = 0, take } = poll.taker ?? {}
        take?.(messages.slice(0, wanted))
        await Promise.allSettled(messages.slice(wanted).map(reveal))
      } catch (error) {
        current = undefined
        poll.taker?.fail(error)
      }
    }
    return poll
  }

  return {
    receive: (most, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return resolve([])
        current ??= begin(most)
        const poll = current
        const stop = () => {
          poll.taker = undefined
          resolve([])
        }
        const settle = () => signal.removeEventListener('abort', stop)
        poll.taker = {
          most,
          take(messages) {
            settle()
            resolve(messages)
          },
          fail(error) {
            settle()
            reject(error)
          },
        }
        signal.addEventListener('abort', stop, { once: true })
      }),
    async close() {
      if (!current) return
      const timer = setTimeout(() => end.abort(), lastMs)
      await current.over
      clearTimeout(timer)
    },
  }
}
