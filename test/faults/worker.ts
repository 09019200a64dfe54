import { type ChildProcess, fork } from 'node:child_process'
import type { SQSEvent } from 'aws-lambda'
import type { Invocation } from '../../src/local/event-source.ts'

/** The built bundle in its own process, which can be killed, frozen and asked to stop. */
export interface WorkerProcess {
  /**
   * One event at a time. A process that dies answers `crash`. A process past its deadline is killed, as Lambda does, or
   * `graceMs` later, so that a slow machine is not taken for a fault.
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
  // No `once` of node:events: it would reject with the EPIPE of a message to a process that has just been killed.
  const exited = new Promise<Invocation>((resolve) =>
    child.once('exit', (_, signal) => resolve({ kind: 'crash', message: String(signal) })),
  )
  child.on('error', () => {})
  const first = await Promise.race([nextMessage(child), exited])
  if (first !== 'ready') throw new Error(`worker: did not start: ${printed}`)
  return {
    invoke: (event, timeoutMs, graceMs = 0) => answer(child, exited, { event, timeoutMs, graceMs }),
    pid: child.pid ?? Number.NaN,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    logs: () => printed,
    signal: (name) => void child.kill(name),
    async end() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function answer(
  child: ChildProcess,
  exited: Promise<Invocation>,
  { graceMs, ...given }: { readonly event: SQSEvent; readonly timeoutMs: number; readonly graceMs: number },
): Promise<Invocation> {
  if (child.exitCode !== null || child.signalCode !== null || !child.connected) return exited
  const answered = nextMessage(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), given.timeoutMs + graceMs)
  child.send(given, () => {})
  const invocation = await Promise.race([answered, exited])
  clearTimeout(timer)
  return invocation as Invocation
}

const nextMessage = (child: ChildProcess) => new Promise<unknown>((resolve) => child.once('message', resolve))
