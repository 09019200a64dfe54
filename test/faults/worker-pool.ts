import type { EventSource, Invoke } from '../../src/local/event-source.ts'
import type { Room } from './fault-env.ts'

interface Size {
  readonly workers: number
  /** Messages of one event. */
  readonly batchSize: number
}

/** Starts so many workers and delivers to whoever of them is idle; none of them may die. */
export async function deliverToCrew(room: Room, { workers, batchSize }: Size): Promise<EventSource> {
  const idle = await Promise.all(Array.from({ length: workers }, () => room.openWorker()))
  const invoke: Invoke = async (event, timeoutMs) => {
    const worker = idle.pop()
    if (!worker) throw new Error('crew: more invocations than workers')
    const invocation = await worker.invoke(event, timeoutMs)
    idle.push(worker)
    return invocation
  }
  return room.deliver(invoke, { concurrency: workers, batchSize })
}
