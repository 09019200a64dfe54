import { fork } from 'node:child_process'
import { once } from 'node:events'
import { openIntake } from '../../src/queue/open-intake.ts'
import type { DeadLetter, Intake, IntakeOptions } from '../../src/queue/queue.ts'

/** What the sender of a message says besides its body. */
export interface SentAs {
  readonly group?: string
  readonly delaySeconds?: number
}

/** An empty queue of a transport, and the levers of its server. None may be missing: what a test cannot try, it cannot show. */
export interface QueueFixture {
  /** How workers open the queue. A process of its own can open it with them too. */
  readonly options: Pick<IntakeOptions, 'url' | 'deadLetterUrl' | 'endpoint' | 'region'>
  /** Sends as a program in another language does, in the way that docs/messages.md shows. */
  sendAsOthers(body: string, as: SentAs): Promise<void>
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Stops the server, and starts it again with what it had stored. Resolves when it answers. */
  restart(): Promise<void>
  /** The ways in which a worker can lose the server, by name: its connection is cut, its channel is closed. */
  readonly losses: Readonly<Record<string, () => Promise<void>>>
  /** A sentence of docs/add-a-transport.md, where the transport, or its stand-in here, is not fair to groups. */
  readonly unfair?: string
  /** A sentence of docs/add-a-transport.md, where the transport does not tell how long messages have waited. */
  readonly ageless?: string
  close(): Promise<void>
}

/** The options that a test chooses. */
export type Chosen = Partial<Pick<IntakeOptions, 'lockSeconds' | 'maxReceives'>>

const usual = { lockSeconds: 60, maxReceives: 12 }

export function openEnd({ options }: QueueFixture, chosen: Chosen = {}): Promise<Intake> {
  return openIntake({ ...options, ...usual, ...chosen })
}

/** A process that has received a message. It neither keeps the message nor gives it back. */
export interface Holder {
  readonly body: string
  kill(): Promise<void>
}

/** Starts a process that receives one message and holds it until it is killed. */
export async function holdMessage({ options }: QueueFixture, chosen: Chosen): Promise<Holder> {
  const child = fork(new URL('queue-holder.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    env: {
      PATH: process.env.PATH,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      INTAKE: JSON.stringify({ ...options, ...usual, ...chosen }),
    },
  })
  const exit = once(child, 'exit')
  const died = exit.then(([code]) => Promise.reject(new Error(`the holder ended with ${code}`)))
  const [body] = await Promise.race([once(child, 'message'), died])
  died.catch(() => {})
  return {
    body,
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
  }
}
