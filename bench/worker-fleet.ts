import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Invoke } from '../src/local/event-source.ts'
import { jobWorkerProgram, workerBundle } from './build.ts'
import { deployedEnvironment } from './deployed.ts'
import { startProgram } from './program.ts'

/** Processes of the worker, each with one invocation at a time, as on Lambda. */
export interface Fleet {
  readonly invoke: Invoke
  close(): Promise<void>
}

/** Starts so many processes with this environment; their bundles are loaded when this resolves. */
export async function openFleet(size: number, environment: Readonly<Record<string, string>>): Promise<Fleet> {
  const all = Array.from({ length: size }, () =>
    startProgram(jobWorkerProgram, [workerBundle], { ...deployedEnvironment(), ...environment }),
  )
  for (const child of all) child.stderr?.resume()
  await Promise.all(all.map((child) => once(child, 'message')))
  const idle: ChildProcess[] = [...all]
  return {
    async invoke(event) {
      const child = idle.pop()
      if (!child) throw new Error('bench: more invocations at once than processes')
      const ended = new AbortController()
      const { signal } = ended
      try {
        child.send(event)
        const payload = once(child, 'message', { signal }).then(
          ([message]) => ({ kind: 'response', payload: message }) as const,
        )
        const death = once(child, 'exit', { signal }).then(
          () => ({ kind: 'crash', message: 'the process ended' }) as const,
        )
        return await Promise.race([payload, death])
      } finally {
        ended.abort()
        idle.push(child)
      }
    },
    async close() {
      await Promise.all(
        all.map(async (child) => {
          child.kill('SIGKILL')
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        }),
      )
    },
  }
}
