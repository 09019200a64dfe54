import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { SQSEvent } from 'aws-lambda'
import type { Invocation, Invoke } from '../../src/local/event-source.ts'
import { openRuntimeApi, type Posted, type RuntimeApi } from './runtime-api.ts'

export interface LambdaOptions {
  /** Directory of the function, `/var/task` in Lambda. */
  readonly root: string
  /** `file.export`, as in Lambda. */
  readonly handler: string
  /** The function's environment. Nothing of the test's own environment reaches it, but for `PATH`. */
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArgs?: readonly string[]
}

/** One execution environment: one process at a time, one invocation at a time, like Lambda. */
export interface Lambda {
  /** Runs the handler, in a new process where the last invocation ended the old one. Rejects while it is at work. */
  readonly invoke: Invoke
  /** Everything the function printed so far, over all its processes. */
  logs(): string
  /** Milliseconds from starting the process to its first request for an event. */
  initMs(): number
  pid(): number
  /** Sends a signal to the process: `SIGKILL` for a crash, `SIGSTOP` and `SIGCONT` for a freeze. */
  kill(signal: NodeJS.Signals): void
  close(): Promise<void>
}

/**
 * Runs a handler as Lambda does: the real runtime client (aws-lambda-ric) in a process of its own, against a Runtime API
 * on this machine. An invocation past its deadline ends in `SIGKILL`; the next one finds a new process.
 */
export async function openLambda(options: LambdaOptions): Promise<Lambda> {
  let printed = ''
  const print = (text: string) => {
    printed += text
  }
  let sandbox = await openSandbox(options, print)
  let busy = false
  return {
    async invoke(event, timeoutMs) {
      if (busy) throw new Error('lambda: this environment is at work; open another one for a second event')
      busy = true
      try {
        if (sandbox.ended()) sandbox = await openSandbox(options, print)
        const invocation = await invoke(sandbox, event, timeoutMs)
        // What the function printed before it answered is in the pipe by now, and read within this turn.
        await setImmediate()
        return invocation
      } finally {
        busy = false
      }
    },
    logs: () => printed,
    initMs: () => sandbox.initMs(),
    pid: () => sandbox.pid,
    kill: (signal) => sandbox.kill(signal),
    close: () => sandbox.end(),
  }
}

/** The longest a handler may take to load, as in Lambda. */
const initTimeoutMs = 10_000

async function invoke(sandbox: Sandbox, event: SQSEvent, timeoutMs: number): Promise<Invocation> {
  const crash = sandbox.exit.then((how) => ({ kind: 'crash' as const, message: `Runtime exited with error: ${how}` }))
  const loaded = await within(initTimeoutMs, Promise.race([sandbox.api.ready, crash]))
  if (loaded === late) return timedOut('Initialisation', initTimeoutMs, sandbox)
  if (loaded?.kind === 'crash') return loaded
  if (loaded?.kind === 'error') {
    await sandbox.exit
    return failed(loaded)
  }
  const ended = await within(timeoutMs, Promise.race([sandbox.api.give(event, timeoutMs), crash]))
  if (ended === late) return timedOut('Task', timeoutMs, sandbox)
  return ended.kind === 'error' ? failed(ended) : ended
}

async function timedOut(what: string, ms: number, sandbox: Sandbox): Promise<Invocation> {
  await sandbox.end()
  return { kind: 'timeout', message: `${what} timed out after ${(ms / 1000).toFixed(2)} seconds` }
}

function failed({ payload }: Posted): Invocation {
  const { errorType, errorMessage } = payload as { readonly errorType: string; readonly errorMessage: string }
  return { kind: 'error', message: `${errorType}: ${errorMessage}` }
}

const late = Symbol('late')

async function within<T>(ms: number, task: Promise<T>): Promise<T | typeof late> {
  const timer = new AbortController()
  const bell = setTimeout<typeof late>(ms, late, { signal: timer.signal }).catch((): typeof late => late)
  try {
    return await Promise.race([task, bell])
  } finally {
    timer.abort()
  }
}

/** One process of the runtime client and the Runtime API it alone talks to. */
interface Sandbox {
  readonly api: RuntimeApi
  readonly pid: number
  /** Resolves with how the process ended, once all it printed is read. */
  readonly exit: Promise<string>
  ended(): boolean
  initMs(): number
  kill(signal: NodeJS.Signals): void
  end(): Promise<void>
}

const client = createRequire(import.meta.url).resolve('aws-lambda-ric')
const native = new URL('ric-native.mjs', import.meta.url).href

async function openSandbox(options: LambdaOptions, print: (text: string) => void): Promise<Sandbox> {
  const { root, handler, nodeArgs = [] } = options
  const api = await openRuntimeApi(functionName)
  const started = performance.now()
  const child = spawn(process.execPath, [...nodeArgs, '--import', native, client, handler], {
    cwd: root,
    env: { ...environmentOf(options), AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', print)
  await once(child, 'spawn')
  const exit = once(child, 'close').then(([code, signal]) => {
    api.close()
    return code === null ? `signal: ${signal}` : `exit status ${code}`
  })
  let initMs = Number.NaN
  void api.ready.then(() => {
    initMs = performance.now() - started
  })
  return {
    api,
    pid: child.pid ?? Number.NaN,
    exit,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    initMs: () => initMs,
    kill: (signal) => void child.kill(signal),
    async end() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

const functionName = 'billing-sync-test'

function environmentOf({ root, handler, env }: LambdaOptions): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: 'eu-central-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    LAMBDA_TASK_ROOT: root,
    _HANDLER: handler,
    ...env,
  }
}
