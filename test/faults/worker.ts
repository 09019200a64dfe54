import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { SQSEvent } from 'aws-lambda'
import type { Invocation } from '../../src/local/event-source.ts'

/** The built bundle in a process of its own, which can be killed, frozen and asked to stop. */
export interface WorkerProcess {
  /**
   * One event at a time. A process that dies at it answers `crash`; one past its deadline is killed, as Lambda does, or
   * so many milliseconds later where a slow machine is not to be the fault.
   */
  invoke(event: SQSEvent, timeoutMs: number, graceMs?: number): Promise<Invocation>
  readonly pid: number
  readonly ended: () => boolean
  /** Everything it printed. */
  logs(): string
  signal(name: NodeJS.Signals): void
  /** SIGKILL, and waits until it is gone. */
  end(): Promise<void>
}

export type Environment = Readonly<Record<string, string>>

/** Starts the bundle of that folder; resolves when it takes events. */
export async function startWorker(bundle: string, environment: Environment): Promise<WorkerProcess> {
  const child = fork(new URL('child.mjs', import.meta.url), {
    execArgv: [],
    env: {
      PATH: process.env.PATH,
      BUNDLE: bundle,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let printed = ''
  for (const output of [child.stdout, child.stderr]) output?.setEncoding('utf8').on('data', (text) => (printed += text))
  const gone = once(child, 'exit').then(([, signal]): Invocation => ({ kind: 'crash', message: String(signal) }))
  // A message for a process that has just been killed.
  child.on('error', () => {})
  const first = await Promise.race([once(child, 'message'), gone])
  if (!Array.isArray(first)) throw new Error(`worker: did not start: ${printed}`)
  return {
    invoke: (event, timeoutMs, graceMs = 0) => answer(child, gone, { event, timeoutMs, graceMs }),
    pid: child.pid ?? Number.NaN,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    logs: () => printed,
    signal: (name) => void child.kill(name),
    async end() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function answer(
  child: ChildProcess,
  gone: Promise<Invocation>,
  { graceMs, ...given }: { readonly event: SQSEvent; readonly timeoutMs: number; readonly graceMs: number },
): Promise<Invocation> {
  if (child.exitCode !== null || child.signalCode !== null || !child.connected) return gone
  const answered = once(child, 'message').then(([message]): Invocation => message)
  const timer = setTimeout(() => child.kill('SIGKILL'), given.timeoutMs + graceMs)
  child.send(given)
  const invocation = await Promise.race([answered, gone])
  clearTimeout(timer)
  return invocation
}
