import type { EventSource, Invoke } from '../../src/local/event-source.ts'
import type { FaultEnv } from './fault-env.ts'

interface PoolSize {
  readonly workers: number
  /** Messages of one event. */
  readonly batchSize: number
}

/** Starts workers and delivers each event to an idle one. None of them may die. */
export async function deliverToPool(env: FaultEnv, { workers, batchSize }: PoolSize): Promise<EventSource> {
  const idle = await Promise.all(Array.from({ length: workers }, () => env.openWorker()))
  const invoke: Invoke = async (event, timeoutMs) => {
    const worker = idle.pop()
    if (!worker) throw new Error('worker pool: more invocations than workers')
    const invocation = await worker.invoke(event, timeoutMs)
    idle.push(worker)
    return invocation
  }
  return env.deliver(invoke, { concurrency: workers, batchSize })
}
