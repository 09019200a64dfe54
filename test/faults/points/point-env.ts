import { type FaultEnv, openFaultEnv } from '../fault-env.ts'
import { openPostgresProxy, type PostgresProxy } from '../postgres-proxy.ts'
import { openQueueProxy, type QueueProxy } from '../queue-proxy.ts'
import { shortLease } from '../short-lease.ts'
import type { WorkerProcess } from '../worker.ts'

/** An environment whose worker reaches Postgres and the queue through proxies that decide when it dies. */
export interface PointEnv {
  readonly env: FaultEnv
  readonly postgres: PostgresProxy
  readonly queue: QueueProxy
  openVictim(): Promise<WorkerProcess>
  close(): Promise<void>
}

export async function openPointEnv(lane: number): Promise<PointEnv> {
  const settings = { ...shortLease.settings, Stripe__EndpointRequestsPerSecond: '4' }
  const env = await openFaultEnv({ ...shortLease, sandbox: { customers: 50, seed: lane + 1, latencyMs: 5 }, settings })
  const postgres = await openPostgresProxy(env.url)
  const queue = await openQueueProxy(env.queue.endpoint)
  return {
    env,
    postgres,
    queue,
    openVictim: () =>
      env.openWorker({ ConnectionStrings__DefaultConnection: postgres.url, Queue__Endpoint: queue.endpoint }),
    async close() {
      await env.close()
      await Promise.all([postgres.close(), queue.close()])
    },
  }
}
