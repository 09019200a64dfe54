import { fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { Invocation, Invoke } from '../../src/local/event-source.ts'

/** A worker in a process of its own, which can be killed and frozen. */
export interface WorkerProcess {
  readonly invoke: Invoke
  /** Default: SIGKILL. */
  kill(signal?: NodeJS.Signals): void
}

/** Starts the worker with this environment; it is killed when the test ends. */
export async function openWorkerProcess(environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = fork(new URL('worker-child.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...environment },
  })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await once(child, 'message')
  return {
    async invoke(event, timeoutMs): Promise<Invocation> {
      const answer = once(child, 'message').then(([message]): Invocation => message)
      const death = once(child, 'exit').then(([, signal]): Invocation => ({ kind: 'crash', message: String(signal) }))
      child.send({ event, timeoutMs })
      return await Promise.race([answer, death])
    },
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  }
}
