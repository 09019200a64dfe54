import type { Invoke } from '../../src/local/event-source.ts'
import type { FaultEnv } from './fault-env.ts'

interface Options {
  readonly tenantId: string
  /** Messages of one invocation at once: pollers. */
  readonly concurrency?: number
  readonly timeoutMs?: number
  readonly additionalData?: object
}

/** One job from its message to the empty queue. Returns the job's id. */
export async function runJob(
  env: FaultEnv,
  invoke: Invoke,
  { tenantId, additionalData, ...options }: Options,
): Promise<string> {
  const request = env.request(tenantId, additionalData)
  await env.queue.send(JSON.stringify(request))
  const source = env.deliver(invoke, options)
  await source.idle()
  await source.close()
  return request.jobId
}
